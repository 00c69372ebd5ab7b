"""What comes back: the bytes of an answer as events, and errors as faults."""
