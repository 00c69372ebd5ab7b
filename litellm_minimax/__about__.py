"""The version, in a module of its own so that nothing has to import LiteLLM to know it."""

__version__ = "0.1.0"
