"""Hybrid models: one model reasons, another writes the code.

    agents          facts about coding agents                              →  did a tool fail? housekeeping? planning?
    asking          the model string, a route's options, the conversation  →  think now?
    thinking        the thinking call                                      →  live thoughts, then a result
    handing_over    the thoughts and the client's messages                 →  what the executor reads
    members         the two models: resolved, authorized, called
    answering       two streams                                            →  one well-formed answer
    accounting      tokens and dollars, per call and in total

``handler`` is the LiteLLM custom provider, and ``run`` takes one request through these packages. All calls of the two
models go through one injected function.
"""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
