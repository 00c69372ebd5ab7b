"""Two streams as one well-formed answer."""
