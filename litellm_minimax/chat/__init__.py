"""The handler that LiteLLM calls for ``minimax/`` and ``minimax-plugin/``: unpack, send, read, hand back."""
