"""Everything that reaches into LiteLLM or its proxy: the one place that a LiteLLM upgrade can break."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
