"""LiteLLM's image handlers: ``litellm.image_generation`` and ``litellm.image_edit`` for MiniMax's image models."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
