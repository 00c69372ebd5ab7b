"""The two models behind a hybrid: found by name, checked against the caller's key, called."""
