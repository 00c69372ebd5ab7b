"""What an operator sees: figures for Prometheus."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
