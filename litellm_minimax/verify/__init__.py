"""What this package believes about MiniMax, as questions to the real service: ``litellm-minimax verify``."""
