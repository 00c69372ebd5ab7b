"""Translates ``reasoning_effort`` and ``thinking``, the terms of OpenAI and Anthropic, into those of the model.

Each generation is controlled in its own way and refuses the others' fields (2013, ``invalid thinking.type: "enabled"``
on M3, ``requires adaptive thinking`` on M3.1), so nothing is passed on unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from litellm_minimax.catalog import Thinking
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.notes import Notes
from litellm_minimax.wire.outgoing.dialect import Dialect

_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_OFF = frozenset({"none", "disabled", "disable"})
_DEFAULT = frozenset({"auto", "default"})
_BUDGETS = ((2_048, "low"), (8_192, "medium"), (16_384, "high"), (32_768, "xhigh"))
_SWITCHES = frozenset({"enabled", "adaptive", "auto", "disabled"})


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the caller asked for.

    Attributes:
        off: no thinking.
        effort: one of M3.1's levels, or ``None`` if the caller named none.
    """

    off: bool
    effort: str | None


def thinking_fields(parameters: Mapping[str, object], dialect: Dialect, notes: Notes) -> dict[str, object]:
    """Return the body's ``thinking``, ``reasoning_effort`` and ``reasoning_split``.

    Raises:
        InvalidRequest: an unknown level, type or value.
    """
    return {**_steering(parameters, dialect, notes), **_split(parameters, dialect)}


def _steering(parameters: Mapping[str, object], dialect: Dialect, notes: Notes) -> dict[str, object]:
    wish = _wish(parameters)
    if wish is None:
        return {}
    if not dialect.minimax_host:
        notes.add("thinking is not steered on a self-hosted server; its own switch goes into extra_body.")
        return {}
    match dialect.thinking:
        case Thinking.EFFORT:
            return _effort_field(wish, dialect, notes)
        case Thinking.SWITCH | None:
            fields: dict[str, object] = {"thinking": {"type": "disabled" if wish.off else "adaptive"}}
            if dialect.facts is None and wish.effort and not wish.off:
                return {"reasoning_effort": wish.effort}
            return fields
        case Thinking.ALWAYS:
            notes.add(f"{dialect.model} always thinks and has no levels: thinking and reasoning_effort are not sent.")
        case _:
            notes.add(f"{dialect.model} does not think: thinking and reasoning_effort are not sent.")
    return {}


def _effort_field(wish: _Wish, dialect: Dialect, notes: Notes) -> dict[str, object]:
    if wish.off:
        notes.add(f"{dialect.model} can't stop thinking: it was asked for the least effort, low.")
        return {"reasoning_effort": "low"}
    return {"reasoning_effort": wish.effort} if wish.effort else {}


def _split(parameters: Mapping[str, object], dialect: Dialect) -> dict[str, object]:
    wanted = parameters.get("reasoning_split", True)
    if not isinstance(wanted, bool):
        raise InvalidRequest("reasoning_split", "it must be true or false.")
    return {"reasoning_split": wanted} if dialect.minimax_host and dialect.reasons else {}


def _wish(parameters: Mapping[str, object]) -> _Wish | None:
    switch, budget = _switch(parameters.get("thinking"))
    level = _level(parameters.get("reasoning_effort"))
    if switch is None and level is None:
        return None
    effort = level if level in _EFFORTS else None
    if effort is None and budget is not None:
        effort = next((name for limit, name in _BUDGETS if budget <= limit), "max")
    return _Wish(switch == "disabled" or (switch is None and level in _OFF), effort)


def _level(value: object) -> str | None:
    """Return a level in lower case; the Responses API wraps it as ``{"effort": …, "summary": …}``."""
    if isinstance(value, Mapping):
        value = value.get("effort")
    if value is None:
        return None
    level = value.strip().lower() if isinstance(value, str) else None
    if level == "minimal":
        return "low"  # what M3.1 itself makes of it
    if level in _DEFAULT:
        return None
    if level is None or level not in {*_EFFORTS, *_OFF}:
        raise InvalidRequest("reasoning_effort", f"{value!r:.40} is no level.",
                             f"Use none, minimal, {', '.join(_EFFORTS)}.")  # fmt: skip
    return level


def _switch(value: object) -> tuple[str | None, int | None]:
    if value is None:
        return None, None
    kind = value.get("type") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or kind not in _SWITCHES:
        raise InvalidRequest("thinking", "it must be an object with the type enabled, adaptive or disabled.",
                             'For example {"type": "adaptive"}.')  # fmt: skip
    budget = value.get("budget_tokens")
    if budget is not None and (isinstance(budget, bool) or not isinstance(budget, int) or budget < 0):
        raise InvalidRequest("thinking.budget_tokens", "it must be a number of tokens.")
    return str(kind), budget
