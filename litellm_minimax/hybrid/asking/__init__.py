"""What is asked of a hybrid: the model string, a route's options, the conversation, and whether to think now."""
