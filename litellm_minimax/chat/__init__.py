"""The handler that LiteLLM calls for ``minimax/`` and ``minimax-plugin/``: unpack, send, read, hand back."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
