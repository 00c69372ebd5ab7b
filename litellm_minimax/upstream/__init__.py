"""The way to MiniMax's host: addresses, the one file that opens sockets, and the errors that come of it."""
