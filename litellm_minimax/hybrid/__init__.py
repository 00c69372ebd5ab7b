"""Hybrid models: one model reasons, another writes the code.

    spec        the model string                    →  two members with parameters
    preset      the options of a route              →  a checked, frozen preset
    policy      think now?                          →  a decision with its reason
    reasoner    the thinking call                   →  live thoughts, then a result
    handover    the thoughts and the client's messages  →  what the executor reads
    merge       two streams                         →  one well-formed answer
    handler     the LiteLLM custom provider that composes them

Each unit knows nothing of the ones behind it; the two model calls go through one injected function.
"""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
