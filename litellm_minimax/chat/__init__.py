"""The handler that LiteLLM calls for ``minimax/`` and ``minimax-plugin/``: it builds, sends and reads chat calls."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
