"""What is remembered between requests, in LiteLLM's own cache."""
