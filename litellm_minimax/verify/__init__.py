"""Checks this package's assumptions about MiniMax against the real service: ``litellm-minimax verify``."""
