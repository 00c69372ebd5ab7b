"""Whether the reasoner should think now: a pure decision from the request, the preset and what is remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from litellm_minimax.hybrid.asking.conversation import Conversation
from litellm_minimax.hybrid.asking.preset import Override, Preset

Kind = Literal["think", "reuse", "skip", "degrade", "advise", "plan", "escalate"]
WORDS: Mapping[Kind, str] = {
    "think": "reasoned", "reuse": "reused", "skip": "skipped", "degrade": "degraded",
    "advise": "advised", "plan": "planned", "escalate": "escalated",
}  # fmt: skip
"""The word for each decision that a caller is told."""
ALONE: frozenset[Kind] = frozenset({"plan", "escalate"})
"""Decisions with which the reasoning model answers by itself, with the client's tools."""

UNTOUCHED = frozenset({"disabled", "client_skip", "client_thinking_off", "side_call", "budget"})
"""Reasons for which the reasoning model takes no part in a request."""

UNDECIDED = "undecided"
"""The reason of a request that is not decided yet."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with the reasoner, and the reason, one word that is safe in a header."""

    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the stores know about this caller."""

    has_notes: bool = False
    """Whether there are notes from this turn."""
    has_note_here: bool = False
    """Whether one of them was made for exactly this request, now repeated because the executor failed."""
    backing_off: bool = False
    """Whether the reasoner failed recently in this conversation, or in several of this caller's."""
    budget_spent: bool = False
    """Whether this conversation's reasoning budget is used up."""


def decide(
    conversation: Conversation, preset: Preset, override: Override, *, thinking_off: bool, remembered: Remembered
) -> Decision:
    """Decide for one request; the first rule that applies wins.

    Args:
        conversation: the shape of the request's messages.
        preset: the route's options.
        override: what this request asks of the route.
        thinking_off: whether the client sent ``reasoning_effort: none`` or disabled thinking.
        remembered: what the stores know.
    """
    if not preset.enabled:
        return Decision("skip", "disabled")
    if override.trigger == "skip":
        return Decision("skip", "client_skip")
    if override.trigger == "force" and not remembered.budget_spent:
        return Decision("think", "client_force")
    if thinking_off:
        return Decision("skip", "client_thinking_off")
    if conversation.side_call is not None and preset.side_calls == "execution":
        return Decision("skip", "side_call")
    alone = _alone(conversation, preset, override)
    if remembered.budget_spent:
        again = alone is None and preset.mode == "notes" and preset.reuse_within_turn and remembered.has_notes
        return Decision("reuse", "same_turn") if again else Decision("skip", "budget")
    if alone is not None:
        # Reported as degraded, because the answer lacks the model that the route promises.
        return Decision("degrade", "backoff") if remembered.backing_off else alone
    if preset.mode == "advisor" and override.trigger != "force":
        return Decision("advise", "on_demand")
    if conversation.turn_start < 0:
        return Decision("skip", "no_user_message")
    if preset.reuse_within_turn and remembered.has_note_here and "every_call" not in preset.trigger:
        return Decision("reuse", "same_request")
    return _by_moment(conversation, preset, remembered)


def _alone(conversation: Conversation, preset: Preset, override: Override) -> Decision | None:
    planning = override.phase == "plan" or (override.phase is None and conversation.planning)
    if planning and preset.when_planning == "reasoning":
        return Decision("plan", "client_phase" if override.phase else "plan_mode")
    if 0 < preset.escalate_after <= conversation.troubled_rounds:
        return Decision("escalate", "troubled_rounds")
    return None


def _by_moment(conversation: Conversation, preset: Preset, remembered: Remembered) -> Decision:
    fired = _trigger(conversation, preset)
    if fired is not None and remembered.backing_off:
        # Reported as degraded, because the answer lacks the reasoning that the route promises.
        return Decision("degrade", "backoff")
    if fired is not None and _drawn(conversation, preset):
        return Decision("think", fired)
    if preset.reuse_within_turn and remembered.has_notes:
        return Decision("reuse", "same_turn")
    if fired is not None:
        return Decision("skip", "probability")
    return Decision("skip", "tool_round" if conversation.in_tool_round else "no_trigger")


def _trigger(conversation: Conversation, preset: Preset) -> str | None:
    happened: Mapping[str, bool] = {
        "every_call": True,
        "user_turn": not conversation.in_tool_round,
        "tool_error": conversation.in_tool_round and conversation.tool_error,
        "stall": conversation.in_tool_round and conversation.stalled,
    }
    return next((name for name, holds in happened.items() if holds and name in preset.trigger), None)


def _drawn(conversation: Conversation, preset: Preset) -> bool:
    if conversation.user_turns <= preset.force_initial_turns:
        return True
    return draw(conversation.prefix) < preset.reasoning_injection_probability


def draw(prefix: str) -> float:
    """Return a number in [0, 1) derived from ``prefix``, so that all requests of a turn decide alike."""
    return int.from_bytes(hashlib.sha256(f"draw {prefix}".encode()).digest()[:7]) / float(1 << 56)


def turned_thinking_off(params: Mapping[str, Any]) -> bool:
    """Whether the client's own parameters turn thinking off."""
    thinking = params.get("thinking")
    effort = params.get("reasoning_effort")
    effort = effort.get("effort") if isinstance(effort, Mapping) else effort
    return effort in ("none", "disable") or (isinstance(thinking, Mapping) and thinking.get("type") == "disabled")
