"""LiteLLM's built-in Anthropic pass-through for ``minimax/`` (``/v1/messages``), and the repairs to it."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
