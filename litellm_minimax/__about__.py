"""The version, in a separate module so that it can be read without importing LiteLLM."""

__version__ = "0.1.0"
