"""Tokens and dollars of a hybrid's calls, apart and together."""
