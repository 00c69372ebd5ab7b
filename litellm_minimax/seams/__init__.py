"""Everything that reaches into LiteLLM or its proxy: the one place that a LiteLLM upgrade can break."""
