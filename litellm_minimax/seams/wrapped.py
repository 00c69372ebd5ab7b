"""What a function of LiteLLM's that was put in place of another is known by, and what stands inside its decorators."""

from __future__ import annotations

from typing import Any

MARK = "__litellm_minimax_original__"
"""The attribute under which a function or class of ours keeps LiteLLM's own."""


def innermost(function: Any) -> Any:
    """The function inside all of its decorators."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function
