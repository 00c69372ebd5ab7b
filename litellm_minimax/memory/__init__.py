"""What the plugin remembers between requests, in LiteLLM's own cache."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
