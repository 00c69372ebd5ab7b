"""LiteLLM's built-in Anthropic pass-through for ``minimax/`` (``/v1/messages``), and what repairs it."""
