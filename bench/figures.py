"""From rounds to figures: what one round says, and the median and spread of many."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.load import Load

Rounds = Mapping[str, Sequence[Mapping[str, float]]]
"""Contender → what each of its rounds measured, in the order they were run."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A median with the smallest and the largest of the rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """From at least one value."""
        return cls(statistics.median(values), min(values), max(values))

    def shown(self, digits: int = 2) -> str:
        """``1.31 (1.25–1.40)``."""
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f}–{self.high:,.{digits}f})"


def derived(load: Load, measured: Mapping[str, float]) -> dict[str, float]:
    """The figures of one round, in the units of the tables."""
    told = dict(measured)
    told["calls_per_s"] = load.calls / measured["wall_s"]
    told["cpu_ms_per_call"] = 1e3 * measured["cpu_s"] / load.calls
    if load.stream:
        told["deltas_per_s"] = load.all_deltas / measured["wall_s"]
        told["cpu_us_per_delta"] = 1e6 * measured["cpu_s"] / load.all_deltas
        told["chunks_per_delta"] = measured["chunks"] / load.all_deltas
    return told


def figure(load: Load, rounds: Rounds, contender: str, name: str) -> Figure | None:
    """One figure of one contender; ``None`` where it was not measured."""
    values = [derived(load, measured).get(name) for measured in rounds.get(contender, ())]
    known = [value for value in values if value is not None]
    return Figure.of(known) if known else None


def ratio(load: Load, rounds: Rounds, name: str, over: str = "builtin", of: str = "plugin") -> Figure | None:
    """``of`` divided by ``over``, round by round, so that what slowed a whole round falls out."""
    pairs = zip(rounds.get(of, ()), rounds.get(over, ()), strict=False)
    values = []
    for mine, theirs in pairs:
        top, bottom = derived(load, mine).get(name), derived(load, theirs).get(name)
        if top is not None and bottom:
            values.append(top / bottom)
    return Figure.of(values) if values else None


def worst(load: Load, rounds: Rounds, name: str, over: str = "builtin", of: str = "plugin") -> Figure | None:
    """The largest of ``of``'s rounds divided by the largest of ``over``'s."""
    mine, theirs = figure(load, rounds, of, name), figure(load, rounds, over, name)
    return Figure.of([mine.high / theirs.high]) if mine and theirs and theirs.high else None


def difference(load: Load, rounds: Rounds, name: str, over: str = "bare", of: str = "plugin") -> Figure | None:
    """``of`` minus ``over``, round by round."""
    values = [
        derived(load, mine)[name] - derived(load, theirs)[name]
        for mine, theirs in zip(rounds.get(of, ()), rounds.get(over, ()), strict=False)
        if name in derived(load, mine) and name in derived(load, theirs)
    ]
    return Figure.of(values) if values else None
