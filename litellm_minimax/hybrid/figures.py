"""The metrics of a finished hybrid request: its decision, its outcome, and the time and cost of each call."""

from __future__ import annotations

import asyncio

from litellm.types.utils import Usage

from litellm_minimax.hybrid.ledger import Ledger, Made
from litellm_minimax.hybrid.members.resolution import Target
from litellm_minimax.observability import metrics
from litellm_minimax.observability.definitions import (
    COST,
    DECIDED,
    HAND_OVER_SECONDS,
    OTHER,
    PHASE_SECONDS,
    REQUESTS,
    TOKENS,
)


def outcome(error: BaseException | None) -> str:
    """Return how a request ended, given the error that ended it, if any."""
    if error is None:
        return "answered"
    return "left" if isinstance(error, (GeneratorExit, asyncio.CancelledError)) else "failed"


def tell(decided: tuple[str, str] | None, ended: str, ledger: Ledger) -> None:
    """Add one request to the metrics.

    Args:
        decided: the decision and its reason; ``None`` if the request failed before the decision.
        ended: the request's :func:`outcome`.
        ledger: the request's calls, all of them finished.
    """
    if not metrics.are_counted():
        return
    metrics.count(REQUESTS, outcome=ended)
    if decided is not None:
        metrics.count(DECIDED, decision=decided[0], reason=decided[1])
    for made in ledger.made:
        _tell_call(made, ledger)
    for before, after in ledger.hand_overs():
        metrics.observe(HAND_OVER_SECONDS, max(after.began - before.ended, 0.0))


def name_of(target: Target) -> str:
    """Return a member's name as a label.

    Only names from the operator's configuration or LiteLLM's price map become labels; any other name, which a client
    may have made up, becomes :data:`OTHER`.
    """
    import litellm

    known = target.configured or (not target.in_router and target.name in litellm.model_cost)
    return target.name if known else OTHER


def _tell_call(made: Made, ledger: Ledger) -> None:
    line = made.as_phase(ledger.price)
    metrics.observe(PHASE_SECONDS, line.ms / 1000, phase=line.phase, ended_by=line.ended_by)
    if made.stream is None:
        return  # no stream was opened, so the call cost nothing
    model = name_of(made.call.target)
    for kind, tokens in _kinds(line.usage).items():
        metrics.count(TOKENS, tokens, phase=line.phase, model=model, kind=kind)
    metrics.count(COST, line.cost or 0.0, phase=line.phase, model=model)


def _kinds(usage: Usage) -> dict[str, int]:
    prompt = usage.prompt_tokens or 0
    told = getattr(usage.prompt_tokens_details, "cached_tokens", None)
    cached = min(told, prompt) if isinstance(told, int) else 0
    return {"input": prompt - cached, "cached_input": cached, "output": usage.completion_tokens or 0}
