"""Pictures: MiniMax's two bodies for making and editing them, and what it answers."""
