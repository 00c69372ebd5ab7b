"""All code that depends on LiteLLM's or its proxy's internals: the one place that a LiteLLM upgrade can break."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
