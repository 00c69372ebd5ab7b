"""What a Token Plan has left, as MiniMax tells it."""
