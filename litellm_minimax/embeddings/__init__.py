"""LiteLLM's embeddings handler: ``litellm.embedding("minimax/embo-01", …)``."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
