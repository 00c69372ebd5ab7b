"""Connections to MiniMax's host: addresses, the one file that opens sockets, and their errors."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
