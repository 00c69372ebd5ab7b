"""Playing the cells of the matrix, and watching what each leaves behind."""

from __future__ import annotations

import asyncio
import gc
import os
import time
import types
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litellm_minimax.simulator import Answer
from litellm_minimax.upstream.transport import AsyncAnswer, SyncAnswer
from tests.faults.callers import EXECUTOR, KINDS, MEDIA, REASONER, WAYS, Door
from tests.faults.troubles import ANSWER, SILENT, STATUS, TROUBLES, Trouble
from tests.faults.upstreams import Upstreams
from tests.waiting import auntil

WHOLE = ("sync", "async")
HANG = 15.0
"""Seconds after which a cell counts as hanging: far above every timeout in it."""
_PACKAGE = f"{os.sep}litellm_minimax{os.sep}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of trouble, door, way and kind."""

    trouble: Trouble
    door: Door
    way: str
    kind: str

    def __str__(self) -> str:
        return f"{self.trouble.name} · {self.door.name} · {self.way} · {self.kind}"

    @property
    def streamed_to_its_reader(self) -> bool:
        """The reader has the troubled stream as it comes."""
        return self.way.endswith("stream") and self.kind in ("plain", "hybrid: executor")

    @property
    def expected(self) -> frozenset[str]:
        """Names of classes (statuses on the proxy), or ``answer``."""
        if self.kind == "hybrid: reasoner":
            return ANSWER  # the executor answers without the reasoner
        whole = not self.way.endswith("stream")
        classes = self.trouble.whole if whole else self.trouble.stream
        if whole and self.kind == "hybrid: executor" and not classes & SILENT:
            classes = self.trouble.stream  # an executor is streamed, also for a client that wants it whole
        if self.door.name != "proxy":
            return classes
        return frozenset(str(STATUS.get(name, name)) for name in classes)


@dataclass(slots=True)
class Ledger:
    """What came of the cells that were played."""

    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Cells by door and kind."""
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    spare_connections: int = 0
    """Most upstream connections that were open, idle or not, after a cell."""

    def fail(self, cell: Cell, what: str) -> None:
        self.failures.append(f"{cell}: {what}")


def cells(doors: Iterable[Door], kinds: Iterable[str] = KINDS, ways: Iterable[str] = WAYS) -> Iterator[Cell]:
    """All that there are, trouble by trouble."""
    doors, kinds, ways = tuple(doors), tuple(kinds), tuple(ways)
    for trouble in TROUBLES:
        for door in doors:
            for kind in kinds:
                if door.can(kind, trouble.address):
                    yield from (Cell(trouble, door, way, kind) for way in ways if kind not in MEDIA or way in WHOLE)


async def play(cell: Cell, upstreams: Upstreams, ledger: Ledger) -> None:
    """Play one cell: the trouble, then a good request on the same client, then a look at what is left."""
    ledger.tried[cell.door.name, cell.kind] += 1
    tasks = len(asyncio.all_tasks())
    upstreams.reset()
    _set_the_scene(cell, upstreams)
    how = {"leave": cell.trouble.reader_leaves, "patience": cell.trouble.patience}
    outcome, seconds = await _asked(cell, cell.trouble.address, **how)
    if seconds > ledger.slowest[0]:
        ledger.slowest = (seconds, str(cell))
    if outcome not in cell.expected:
        ledger.fail(cell, f"{outcome} and not {' or '.join(sorted(cell.expected))}")
    said = cell.trouble.said
    if said is not None and cell.streamed_to_its_reader and cell.door.heard != said:
        ledger.fail(cell, f"in front of the error its reader had {cell.door.heard!r} and not {said!r}")
    if cell.trouble.reader_leaves and cell.way == "sync-stream":
        # LiteLLM's blocking Router stream is part of a reference cycle (1.106.2): dropped, it lives until the next
        # collection, and with it the upstream.
        gc.collect()
    if not await _idle(upstreams):
        ledger.fail(cell, "the upstream is still asked")
    upstreams.reset()
    following, _ = await _asked(cell, "simulator", patience=HANG)
    if following != "answer":
        ledger.fail(cell, f"the next request: {following}")
    if not await _settled(tasks):
        ledger.fail(cell, f"tasks left: {[repr(task)[:150] for task in asyncio.all_tasks()]}")
    ledger.spare_connections = max(ledger.spare_connections, upstreams.sim.report()["open_connections"])


def _set_the_scene(cell: Cell, upstreams: Upstreams) -> None:
    fault = cell.trouble.fault
    if fault is not None and not cell.kind.startswith("hybrid"):
        upstreams.sim.enqueue(fault)
    elif fault is not None:
        upstreams.sim.on(REASONER if cell.kind == "hybrid: reasoner" else EXECUTOR, fault)
    if cell.kind == "hybrid: executor":
        upstreams.sim.on(REASONER, Answer("Done.", "A short thought."))


async def _asked(cell: Cell, address: str, **how: Any) -> tuple[str, float]:
    started = time.monotonic()
    try:
        async with asyncio.timeout(HANG):
            outcome = await cell.door.outcome(cell.way, cell.kind, address, **how)
    except TimeoutError:
        outcome = "hangs"
    return outcome, time.monotonic() - started


async def _idle(upstreams: Upstreams) -> bool:
    return await auntil(lambda: not upstreams.sim.report()["active"], HANG)


async def _settled(tasks: int) -> bool:
    return await auntil(lambda: len(asyncio.all_tasks()) <= max(tasks, 2), HANG)


def things_left() -> list[str]:
    """Answers that are open and generators of ours that are suspended, in this process."""
    gc.collect()
    return [repr(thing) for thing in gc.get_objects() if _is_ours(thing) and "simulator" not in repr(thing)]


def _is_ours(thing: object) -> bool:
    match thing:
        case AsyncAnswer() | SyncAnswer():
            return True
        case types.AsyncGeneratorType():
            return _PACKAGE in thing.ag_code.co_filename
        case types.GeneratorType():
            return _PACKAGE in thing.gi_code.co_filename
    return False


def open_files(process: int | str = "self") -> int:
    """How many descriptors a process holds."""
    return sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())
