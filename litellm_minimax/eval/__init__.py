"""Whether a hybrid is worth its money, measured on programming tasks: ``litellm-minimax eval``."""
