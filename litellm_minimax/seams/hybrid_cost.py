"""``litellm.completion_cost`` of a hybrid's answer: the sum that the answer carries.

LiteLLM reckons by a model's prices, and a pair of models has none; it raised. The dollars of all calls stand in the
usage of the answer already, so its calculator is given those.
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
    """Put our reckoning in front of LiteLLM's; does nothing that is already done."""
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
