"""Tokens and dollars of a hybrid's calls, per call and in total."""
