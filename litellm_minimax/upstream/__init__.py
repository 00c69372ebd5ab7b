"""The way to MiniMax's host: addresses, the one file that opens sockets, and the errors that come of it."""

import litellm  # noqa: F401 - first, so that it registers these rooms before one of them is half imported
