"""Images: the two request formats for making and editing them, and MiniMax's answers."""
