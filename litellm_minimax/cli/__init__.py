"""The command line: ``litellm-minimax demo | serve | simulate | doctor | models``."""
