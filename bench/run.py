"""One run: every load through every contender in turn, round by round."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.children import CLIENT_CORE, python, simulator, worker
from bench.contenders import CONTENDERS
from bench.imports import import_ms
from bench.load import LOADS, PROXY_LOADS, Load
from bench.proxy import proxies

WARMING = Load("warming", calls=8, at_once=4, deltas=40)
PROXY_CONTENDERS = ("floor", "builtin", "plugin")
MEMORY_STREAMS = 200
FROZEN_FROM = 10
"""Streams at once from which the frozen plugin is measured beside the plain one."""


class Runs(Protocol):
    """A worker, or a proxy."""

    name: str

    def run(self, load: Load) -> dict[str, float]: ...


@dataclass(slots=True)
class Results:
    """What a run measured: load → contender → rounds."""

    sdk: dict[str, dict[str, list[dict[str, float]]]] = field(default_factory=dict)
    proxy: dict[str, dict[str, list[dict[str, float]]]] = field(default_factory=dict)
    memory: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    imports: list[dict[str, float]] = field(default_factory=list)
    hybrid: list[dict[str, float]] = field(default_factory=list)
    loads: dict[str, Load] = field(default_factory=dict)
    proxy_loads: dict[str, Load] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of it: rounds, shrunk loads, and which by name (empty: all)."""

    rounds: int = 5
    quick: bool = False
    only: tuple[str, ...] = ()

    def wants(self, name: str) -> bool:
        """Whether a part of this name is to run."""
        return not self.only or any(name.startswith(prefix) for prefix in self.only)

    def of(self, loads: Sequence[Load], prefix: str = "") -> list[Load]:
        """The loads to run, shrunk if need be."""
        chosen = [load for load in loads if self.wants(prefix + load.name)]
        return [load.shrunk() for load in chosen] if self.quick else chosen


def run(plan: Plan) -> Results:
    """Everything the plan wants; prints what it is doing to standard error."""
    results = Results()
    start = time.monotonic()
    with simulator() as address:
        loads = plan.of(LOADS)
        results.loads = {load.name: load for load in loads}
        if loads:
            with _workers(address) as contenders:
                results.sdk = in_turn(contenders, loads, plan.rounds)
        if plan.wants("memory"):
            results.memory = _memory(address, 1 if plan.quick else 3)
        if plan.wants("import"):
            results.imports = [import_ms() for _ in _told(range(2 if plan.quick else plan.rounds), "import")]
        if plan.wants("hybrid"):
            calls = 8 if plan.quick else 40
            results.hybrid = [_hybrid(address, calls) for _ in _told(range(2 if plan.quick else plan.rounds), "hybrid")]
        loads = plan.of(PROXY_LOADS, "proxy-")
        results.proxy_loads = {load.name: load for load in loads}
        if loads:
            with proxies(PROXY_CONTENDERS, address) as started:
                _say("proxies started")
                results.proxy = in_turn(started, loads, plan.rounds)
    results.seconds = time.monotonic() - start
    return results


@contextlib.contextmanager
def _workers(address: str) -> Iterator[list[Runs]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(worker(name, address)) for name in CONTENDERS]


def in_turn(contenders: Sequence[Runs], loads: Sequence[Load], rounds: int) -> dict[str, dict[str, list[Any]]]:
    """Round after round, each load goes through the contenders one after the other."""
    for contender in contenders:
        contender.run(WARMING)
    results: dict[str, dict[str, list[Any]]] = {load.name: {} for load in loads}
    for load in loads:
        _say(load.name)
        for number in range(min(rounds, load.rounds or rounds) * load.times):
            # The order turns with the round, so that nobody always runs after the heaviest.
            for at in range(len(contenders)):
                contender = contenders[(at + number) % len(contenders)]
                if _takes_part(contender.name, load):
                    results[load.name].setdefault(contender.name, []).append(contender.run(load))
    return results


def _takes_part(name: str, load: Load) -> bool:
    """The floor has no network: pacing means nothing to it. Freezing shows in the tail of many streams alone."""
    if name == "frozen" and (load.at_once < FROZEN_FROM or not load.rate):
        return False
    return name not in load.skip and not (name == "floor" and load.rate)


def _memory(address: str, rounds: int) -> dict[str, list[dict[str, float]]]:
    told: dict[str, list[dict[str, float]]] = {}
    for _ in _told(range(rounds), "memory"):
        for name in ("bare", "builtin", "plugin"):
            with worker(name, address) as fresh:
                told.setdefault(name, []).append(fresh.memory(MEMORY_STREAMS))
    return told


def _hybrid(address: str, calls: int) -> dict[str, float]:
    with python("-m", "bench.hybrid", address, str(calls), core=CLIENT_CORE) as (_, out, _pid):
        return dict(json.loads(out.readline()))


def _told(rounds: range, name: str) -> range:
    _say(name)
    return rounds


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)
