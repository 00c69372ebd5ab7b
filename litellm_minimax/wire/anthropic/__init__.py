"""Requests and answers in Anthropic's shape, for MiniMax's ``/anthropic/v1/messages``."""
