"""What of the thinking the executor reads, and what of it a client's replayed history still holds."""
