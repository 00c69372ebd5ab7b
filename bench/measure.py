"""Running one load through one contender and timing it."""

from __future__ import annotations

import asyncio
import gc
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.contenders import TOOLS, Contender, Messages
from bench.load import Load

AFTERGLOW_SECONDS = 0.2
"""LiteLLM logs in the background after an answer: that CPU belongs to it."""


_STAMP = re.compile(r"t(\d{18})\.")


@dataclass(slots=True)
class Tally:
    """What one round of a load saw."""

    characters: int = 0
    chunks: int = 0
    first: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)


async def measure(contender: Contender, load: Load, cpu: Callable[[], float]) -> dict[str, float]:
    """One round.

    Args:
        contender: who answers.
        load: what is asked.
        cpu: CPU seconds used so far by whoever is measured.

    Returns:
        ``wall_s`` until the last answer, ``cpu_s``, ``chunks``, ``characters``; for streams the medians of the
        time to the first delta and of the lags, and the 99th percentile of those, in milliseconds.
    """
    tally = Tally()
    gc.collect()
    waiting = iter(range(load.calls))
    messages = load.messages()
    options: dict[str, Any] = {"tools": TOOLS} if load.kind == "tool" else {}
    start_cpu, start = cpu(), time.monotonic()

    async def one_after_another(number: int) -> None:
        await asyncio.sleep(load.ramp * number / load.at_once)
        for _ in waiting:
            await (_streamed if load.stream else _whole)(contender, messages, options, tally)

    await asyncio.gather(*(one_after_another(number) for number in range(load.at_once)))
    wall = time.monotonic() - start
    await asyncio.sleep(AFTERGLOW_SECONDS)
    return {"wall_s": wall, "cpu_s": cpu() - start_cpu, **_summary(tally)}


async def _whole(contender: Contender, messages: Messages, options: dict[str, Any], tally: Tally) -> None:
    characters = await contender.whole(messages, **options)
    tally.characters += characters


async def _streamed(contender: Contender, messages: Messages, options: dict[str, Any], tally: Tally) -> None:
    asked = time.monotonic_ns()
    first = None
    async for text in contender.stream(messages, **options):
        arrived = time.monotonic_ns()
        if not text:
            continue
        if first is None:
            first = (arrived - asked) / 1e6
            tally.first.append(first)
        tally.chunks += 1
        tally.characters += len(text)
        tally.lags += lags_of(text, arrived)


def _summary(tally: Tally) -> dict[str, float]:
    told: dict[str, float] = {"chunks": tally.chunks, "characters": tally.characters}
    if tally.first:
        told["first_ms"] = statistics.median(tally.first)
    if tally.lags:
        lags = sorted(tally.lags)
        told["lag_ms"] = statistics.median(lags)
        told["lag_p99_ms"] = lags[min(len(lags) - 1, int(len(lags) * 0.99))]
    return told


def lags_of(text: str, arrived: int) -> list[float]:
    """Milliseconds that each stamped delta in ``text`` was on its way, having ``arrived`` at these nanoseconds."""
    return [(arrived - int(stamp)) / 1e6 for stamp in _STAMP.findall(text)]
