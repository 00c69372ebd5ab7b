"""LiteLLM's image handlers: ``litellm.image_generation`` and ``litellm.image_edit`` for MiniMax's image models."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported

CLAIMED = "minimax_image_params"
"""The name under which the claim passes on what LiteLLM drops before a custom handler (``seams/claim_media.py``)."""
