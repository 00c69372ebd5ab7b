"""How to recognise a LiteLLM function that we have replaced, and find the function inside its decorators."""

from __future__ import annotations

from typing import Any

MARK = "__litellm_minimax_original__"
"""The attribute in which our functions and classes keep LiteLLM's original."""


def innermost(function: Any) -> Any:
    """The function inside all of its decorators."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function
