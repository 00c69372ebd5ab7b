"""The pure ring: MiniMax's wire format in both directions, without sockets, clocks, environment or LiteLLM.

``request`` turns OpenAI-shaped chat into a MiniMax body; ``sse`` turns bytes into frames; ``stream`` turns
frames into the events of ``events``. A test keeps this ring free of ``litellm`` and ``httpx``.
"""
