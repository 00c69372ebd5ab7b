"""Lets ``litellm.completion_cost`` return the cost that a hybrid's answer carries.

LiteLLM calculates by a model's prices. A pair of models has none, so it raised an error. The usage of the answer
already holds the dollars of all calls, so LiteLLM's calculator gets those.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from litellm_minimax.seams.claim_chat import HYBRID
from litellm_minimax.seams.wrapped import MARK

log = logging.getLogger("litellm_minimax")


def register() -> None:
    """Put our calculation before LiteLLM's; a second call does nothing."""
    from litellm import cost_calculator

    original = getattr(cost_calculator, "cost_per_token", None)
    if original is None:
        log.warning("LiteLLM has no cost_per_token any more: completion_cost() of a hybrid's answer raises")
    elif not hasattr(original, MARK):
        setattr(cost_calculator, "cost_per_token", _reckoning(original))  # noqa: B010 - mypy knows the original's type


def _reckoning(original: Callable[..., tuple[float, float]]) -> Callable[..., tuple[float, float]]:
    @functools.wraps(original)
    def cost_per_token(*args: Any, **kwargs: Any) -> tuple[float, float]:
        if kwargs.get("custom_llm_provider") == HYBRID:
            cost = getattr(kwargs.get("usage_object"), "cost", None)
            if isinstance(cost, (int, float)):
                return 0.0, float(cost)
        return original(*args, **kwargs)

    setattr(cost_per_token, MARK, original)
    return cost_per_token
