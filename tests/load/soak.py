"""The soak: mixed traffic on a started proxy for a while, every answer held against its request's nonce."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from litellm_minimax.simulator import Simulator
from tests.faults.matrix import open_files
from tests.load.traffic import Traffic
from tests.load.watch import Watch
from tests.proxy_process import StartedProxy, write_config

WORKERS = 10
SAMPLE_SECONDS = 2.0


@dataclass(slots=True)
class Soaked:
    """What came of a soak."""

    watch: Watch
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    evidence: list[str] = field(default_factory=list)
    upstream: dict[str, Any] = field(default_factory=dict)
    files: tuple[int, int] = (0, 0)
    """The proxy's open files, warmed up and at the end with no client connected."""
    noise: int = 0
    """Lines of the proxy's log that tell of an unhandled exception, or of a task that was never awaited."""

    @property
    def requests(self) -> int:
        return sum(self.kinds.values())

    @property
    def failures(self) -> list[str]:
        """Everything that must not be, in words."""
        bad = [f"{count} answers {name}" for name, count in self.came.items() if name in {"lost", "mixed"}]
        if self.upstream["active"]:
            bad.append(f"{self.upstream['active']} upstreams still asked")
        if self.files[1] > self.files[0] + WORKERS:
            bad.append(f"open files grew from {self.files[0]} to {self.files[1]}")
        if self.noise:
            bad.append(f"{self.noise} unhandled exceptions in the proxy's log")
        return bad + self.evidence[:5]


def config(upstream: str) -> dict[str, Any]:
    """One plain model and one hybrid; no retries, so that a fault that was asked for is seen."""
    model = {"api_base": upstream, "api_key": "sk-soak-0123456789"}
    hybrid = {"reasoning_model": "m2", "execution_model": "m21"}
    return {
        "litellm_settings": {
            "custom_provider_map": [
                {"provider": "minimax", "custom_handler": "litellm_minimax.minimax_llm"},
                {"provider": "hybrid", "custom_handler": "litellm_minimax.hybrid_llm"},
            ],
            "callbacks": "litellm_minimax.proxy_hooks",
            "request_timeout": 60,
        },
        "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        "model_list": [
            {"model_name": "m2", "litellm_params": {"model": "minimax/MiniMax-M2", **model}},
            {"model_name": "m21", "litellm_params": {"model": "minimax/MiniMax-M2.1", **model}},
            {"model_name": "thinking-coder", "litellm_params": {"model": "hybrid/thinking-coder", "hybrid": hybrid}},
        ],
    }


def soak(minutes: float, per_second: float, most: int) -> Soaked:
    """Run it.

    Args:
        minutes: how long requests are started; those under way are waited for.
        per_second: how many are started a second, if the machine can keep up.
        most: no more than so many requests in all.
    """
    with ExitStack() as stack:
        sim = stack.enter_context(Simulator(keep=1000))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = write_config(folder / "config.yaml", config(sim.base_url))
        proxy = stack.enter_context(StartedProxy(path, env={"LITELLM_LOG": "ERROR", "PYTHONFAULTHANDLER": "1"}))
        try:
            return asyncio.run(_run(sim, proxy, minutes, per_second, most))
        except Exception as error:
            error.add_note(f"The proxy ({proxy.state}) last said:\n{proxy.last_lines(60)}")
            raise


async def _run(sim: Simulator, proxy: StartedProxy, minutes: float, per_second: float, most: int) -> Soaked:
    soaked = Soaked(Watch(proxy.pid or os.getpid()))
    settings = {"base_url": proxy.url, "headers": proxy.headers, "timeout": 60}
    limits = httpx.Limits(max_connections=WORKERS, max_keepalive_connections=WORKERS)
    async with httpx.AsyncClient(**settings, limits=limits) as client:
        await _warm_up(Traffic(client, random.Random(1)))
        soaked.files = (open_files(proxy.pid), 0)
        sim.reset()
        await _load(soaked, Traffic(client, random.Random(20261123)), minutes * 60, per_second, most)
    await _quiet(sim)
    soaked.upstream = sim.report()
    soaked.files = (soaked.files[0], open_files(proxy.pid))
    soaked.noise = sum(
        sign in line for line in proxy.log.splitlines() for sign in ("never awaited", "never retrieved", "Unclosed")
    )
    return soaked


async def _warm_up(traffic: Traffic) -> None:
    await asyncio.gather(*(traffic.one(number) for number in range(60)))


async def _load(soaked: Soaked, traffic: Traffic, seconds: float, per_second: float, most: int) -> None:
    started = time.monotonic()
    queue: asyncio.Queue[int | None] = asyncio.Queue(maxsize=WORKERS)

    async def work() -> None:
        while (number := await queue.get()) is not None:
            kind, came, evidence = await traffic.one(number)
            soaked.kinds[kind] += 1
            soaked.came[came] += 1
            if came in {"lost", "mixed"}:
                soaked.evidence.append(f"{kind}: {evidence}")

    sampled = -SAMPLE_SECONDS
    async with asyncio.TaskGroup() as workers:
        for _ in range(WORKERS):
            workers.create_task(work())
        for number in range(most):
            now = time.monotonic() - started
            if now > seconds:
                break
            if now - sampled >= SAMPLE_SECONDS:
                sampled = now
                soaked.watch.sample(now)
            await asyncio.sleep(max(0.0, number / per_second - now))
            await queue.put(number)
        for _ in range(WORKERS):
            await queue.put(None)
    soaked.seconds = time.monotonic() - started
    soaked.watch.sample(soaked.seconds)


async def _quiet(sim: Simulator) -> None:
    for _ in range(200):
        if not sim.report()["active"]:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(2)
