"""The same two ways in Anthropic's shape: what goes to and comes from MiniMax's ``/anthropic/v1/messages``."""
