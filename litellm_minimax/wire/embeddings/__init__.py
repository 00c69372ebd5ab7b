"""Embeddings: OpenAI's ``input`` becomes MiniMax's ``texts`` in several requests, and the vectors are read back."""
