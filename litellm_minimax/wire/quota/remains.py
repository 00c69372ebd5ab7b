"""Reads MiniMax's answer about a plan's quota, in its two formats.

Since June 2026 a window has a percentage, and for the text models the counts beside it are zeros that mean nothing.
Before that there were only counts; ``usage_count``, despite its name, is what is left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from litellm_minimax.wire.faults import ProtocolFault, UpstreamFault
from litellm_minimax.wire.incoming.errors_told import fault_in, parse_error_body
from litellm_minimax.wire.incoming.json_object import json_object

NO_PLAN = 2062
"""The code for a key without a plan. It is not an error of the key."""
NEARLY_USED_UP = 10.0
"""Percent below which a window counts as nearly used up."""
_NO_LIMIT = 3
_LAST_DAY = 253_370_764_800
"""The first of January 9999: a later end can't be written as a date, so it is ignored."""
_WINDOWS: tuple[tuple[Literal["interval", "week"], str, str], ...] = (
    ("interval", "current_interval", ""), ("week", "current_weekly", "weekly_"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """One window of one group of models.

    Attributes:
    name: ``interval`` is the short window, of five hours or a day.
    limited: whether there is a limit at all.
    left: percent left; ``None`` if the answer does not say.
    used: calls used, if MiniMax counts them.
    total: calls in total, if MiniMax counts them.
    ends: when the window resets, in seconds since the epoch.
    seconds: the length of the window.
    """

    name: Literal["interval", "week"]
    limited: bool
    left: float | None = None
    used: int | None = None
    total: int | None = None
    ends: float | None = None
    seconds: float | None = None

    @property
    def nearly_used_up(self) -> bool:
        """Whether less than a tenth is left."""
        return self.limited and self.left is not None and self.left < NEARLY_USED_UP


@dataclass(frozen=True, slots=True)
class Bucket:
    """A group of models that share a quota, such as ``general`` or ``video``."""

    name: str
    windows: tuple[Window, ...]


def read_remains(status: int, body: bytes, now: float) -> tuple[Bucket, ...]:
    """Return what is left, by group of models; empty for an answer that names none.

    Args:
        status: the HTTP status.
        body: the body.
        now: seconds since the epoch, for windows whose length is given but not their end.

    Raises:
        UpstreamFault: MiniMax answered with an error.
        ProtocolFault: the answer is not about a quota.
    """
    if status >= 300:
        raise parse_error_body(status, body)
    value = json_object(body, "the question about the quota")
    fault = fault_in(value)
    if fault is not None:
        raise fault
    listed = value.get("model_remains")
    if not isinstance(listed, list):
        raise ProtocolFault("the answer about the quota has no model_remains.")
    return tuple(_bucket(item, now) for item in listed if isinstance(item, Mapping))


def tells_no_plan(fault: UpstreamFault) -> bool:
    """Whether an error means that the key is billed by use."""
    return fault.code == NO_PLAN or "no active token plan" in fault.text.lower()


def _bucket(item: Mapping[str, Any], now: float) -> Bucket:
    name = item.get("model_name")
    windows = tuple(_window(item, *names, now) for names in _WINDOWS)
    return Bucket(name if isinstance(name, str) and name else "all", windows)


def _window(item: Mapping[str, Any], name: Literal["interval", "week"], counts: str, times: str, now: float) -> Window:
    start, end = _number(item.get(f"{times}start_time")), _number(item.get(f"{times}end_time"))
    lasts = _number(item.get(f"{times}remains_time"))
    ends = end / 1000 if end else now + lasts / 1000 if lasts else None
    seconds = (end - start) / 1000 if start and end and end > start else None
    percent = _number(item.get(f"{counts}_remaining_percent"))
    total, told = _number(item.get(f"{counts}_total_count")), _number(item.get(f"{counts}_usage_count"))
    counted = total is not None and total > 0
    if ends is not None and ends > _LAST_DAY:
        ends = None
    if _number(item.get(f"{counts}_status")) == _NO_LIMIT or (percent is None and not counted):
        return Window(name, limited=False, ends=ends, seconds=seconds)
    if percent is not None:
        used = int(told or 0) if counted else None
        return Window(name, True, percent, used, int(total) if counted and total else None, ends, seconds)
    left = min(told or 0.0, total or 0.0)
    share = 100 * left / total if total else None
    return Window(name, True, share, int((total or 0) - left), int(total or 0), ends, seconds)


def _number(value: object) -> float | None:
    """Return a count, a percentage or a time; some come as strings."""
    if isinstance(value, str) and len(value) < 20:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value < 1e15 else None
