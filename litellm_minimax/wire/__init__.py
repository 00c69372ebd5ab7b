"""MiniMax's wire format in both directions: pure code, without sockets, clocks, environment variables or LiteLLM.

    outgoing    an OpenAI-shaped chat            →  the JSON body that MiniMax accepts
    incoming    the bytes of an answer           →  the events of ``events``, or a fault of ``faults``
    markup      tool calls written as text       →  events
    anthropic   both ways in Anthropic's shape

The files beside these folders hold what more than one of them uses. A test keeps the ring pure.
"""
