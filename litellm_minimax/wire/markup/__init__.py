"""Reads tool calls written as text: MiniMax's markup, and the values in it by the tool's schema."""
