"""The two models of a hybrid: resolved by name, checked against the caller's key, and called."""
