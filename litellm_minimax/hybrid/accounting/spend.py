"""Usage and cost of a hybrid's calls, per call and in total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from litellm.types.utils import Usage

from litellm_minimax.hybrid.accounting.tokens import estimate

PhaseName: TypeAlias = Literal["reasoning", "execution", "planning", "escalation", "advice", "review"]
_ALL_REASONING = frozenset({"reasoning", "advice", "review"})
"""Calls whose whole output the client sees as reasoning, if at all."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What one call did and cost."""

    phase: PhaseName
    model: str
    """The member, as the model string spells it, or the fallback that answered instead."""
    usage: Usage
    cost: float | None
    """US dollars, or ``None`` if LiteLLM knows no price."""
    ms: int
    ended_by: str
    estimated: bool = False
    """Whether the tokens are estimated, because the stream was cut before it reported its usage."""
    instead_of: str | None = None
    """The member that was called, if one of the Router's fallbacks answered instead."""
    request_id: str | None = None
    """The provider's id of the request."""

    def as_fields(self) -> dict[str, Any]:
        """Return this call's entry in ``provider_specific_fields["hybrid"]["phases"]``."""
        fields: dict[str, Any] = {
            "phase": self.phase,
            "model": self.model,
            "prompt_tokens": self.usage.prompt_tokens,
            "completion_tokens": self.usage.completion_tokens,
            "cost": self.cost,
            "ms": self.ms,
            "ended_by": self.ended_by,
        }
        more = {"estimated": self.estimated, "instead_of": self.instead_of, "request_id": self.request_id}
        return fields | {name: value for name, value in more.items() if value}


def estimated_usage(messages: Iterable[Any], completion_tokens: int) -> Usage:
    """Return an estimated usage for a stream that was cut before it reported one."""
    prompt = sum(estimate(str(message.get("content") or "")) + 4 for message in messages)
    return Usage(prompt_tokens=prompt, completion_tokens=completion_tokens, total_tokens=prompt + completion_tokens)


def total(phases: Sequence[Phase]) -> Usage:
    """Return the sum of all calls. Everything that the reasoner wrote counts as reasoning."""
    prompt = sum(phase.usage.prompt_tokens or 0 for phase in phases)
    completion = sum(phase.usage.completion_tokens or 0 for phase in phases)
    cached = _known(_detail(phase.usage, "prompt_tokens_details", "cached_tokens") for phase in phases)
    written = _known(_detail(phase.usage, "prompt_tokens_details", "cache_creation_tokens") for phase in phases)
    reasoning = _known(
        phase.usage.completion_tokens
        if phase.phase in _ALL_REASONING
        else _detail(phase.usage, "completion_tokens_details", "reasoning_tokens")
        for phase in phases
    )
    details: dict[str, Any] = {"cost": total_cost(phases)}
    if cached is not None or written is not None:
        details["prompt_tokens_details"] = {"cached_tokens": cached or 0, "cache_creation_tokens": written or 0}
        details["cache_read_input_tokens"] = cached or 0
        details["cache_creation_input_tokens"] = written or 0
    if reasoning is not None:
        details["completion_tokens_details"] = {"reasoning_tokens": reasoning}
    return Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion, **details)


def total_cost(phases: Sequence[Phase]) -> float:
    """Return the cost in dollars of all calls whose price is known.

    Never ``None``: LiteLLM would then look for a price of ``hybrid/…``, find none and log the call as failed.
    """
    return float(sum(phase.cost or 0.0 for phase in phases))


def _known(counts: Iterable[int | None]) -> int | None:
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def _detail(usage: Usage, part: str, name: str) -> int | None:
    value = getattr(getattr(usage, part, None), name, None)
    return value if isinstance(value, int) else None
