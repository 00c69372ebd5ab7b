"""Measures on programming tasks whether a hybrid is worth its cost: ``litellm-minimax eval``."""
