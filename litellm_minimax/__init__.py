"""MiniMax and hybrid models for LiteLLM."""
