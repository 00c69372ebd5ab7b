"""Embeddings on the wire: OpenAI's ``input`` to MiniMax's ``texts`` in parts, and MiniMax's vectors back."""
