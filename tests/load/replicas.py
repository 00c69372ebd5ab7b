"""``make replicas``: two proxies that share a Redis, under load; one is killed and started again, then the Redis.

What must hold: only requests that were under way on the killed proxy fail, clearly (the connection breaks: no wrong and no
half answer passes for a whole one); the other proxy answers everything; without Redis both go on; nothing is mixed up.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from litellm_minimax.cli.proxy_child import free_port
from litellm_minimax.simulator import Simulator
from tests.load.soak import config
from tests.load.traffic import Traffic
from tests.proxy_process import StartedProxy, write_config
from tests.reliability_page import circumstances, write_section

PHASE_SECONDS = 15.0
WORKERS = 4


class Redis:
    """A real Redis without a disk, which can be killed and started again on its port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [shutil.which("redis-server") or "redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@dataclass(slots=True)
class Phase:
    """What one proxy's clients saw while something was happening."""

    name: str
    came: Counter[str] = field(default_factory=Counter)
    evidence: list[str] = field(default_factory=list)


async def load(url: str, key: str, phase: Phase, stop: asyncio.Event, seed: int) -> None:
    """Mixed traffic at one proxy until ``stop``."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        traffic = Traffic(client, random.Random(seed))

        async def work(worker: int) -> None:
            number = worker
            while not stop.is_set():
                _, came, evidence = await traffic.one(number)
                phase.came[came] += 1
                if came in {"lost", "mixed"}:
                    phase.evidence.append(evidence)
                    await asyncio.sleep(0.2)
                number += WORKERS
                await asyncio.sleep(0.1)

        await asyncio.gather(*(work(worker) for worker in range(WORKERS)))


async def during(name: str, proxies: list[StartedProxy], happens: object) -> list[Phase]:
    """Load on every proxy for a while, with ``happens`` called in the middle of it."""
    phases = [Phase(f"{name}: {which} proxy") for which in ("first", "second")]
    stop = asyncio.Event()
    tasks = [
        asyncio.create_task(load(proxy.url, proxy.master_key, phase, stop, len(name)))
        for proxy, phase in zip(proxies, phases, strict=True)
    ]
    await asyncio.sleep(PHASE_SECONDS / 3)
    if callable(happens):
        await asyncio.to_thread(happens)
    await asyncio.sleep(PHASE_SECONDS * 2 / 3)
    stop.set()
    await asyncio.gather(*tasks)
    return phases


def _kill(proxy: StartedProxy) -> None:
    if proxy.pid:
        os.killpg(proxy.pid, signal.SIGKILL)


def run() -> tuple[list[Phase], list[str]]:
    """Everything, in order: the phases, and what went wrong in them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sim = stack.enter_context(Simulator(keep=1000))
        redis = Redis(folder)
        redis.start()
        stack.callback(redis.kill)
        settings = config(sim.base_url)
        settings["litellm_settings"] |= {
            "cache": True,
            "cache_params": {"type": "redis", "host": "127.0.0.1", "port": redis.port, "supported_call_types": []},
        }
        path = write_config(folder / "config.yaml", settings)
        first = stack.enter_context(StartedProxy(path))
        second = stack.enter_context(StartedProxy(path, env={"LITELLM_MASTER_KEY": first.master_key}))
        both = [first, second]
        phases = asyncio.run(during("undisturbed", both, None))
        phases += asyncio.run(during("first proxy killed", both, lambda: _kill(first)))
        first.stop()
        again = StartedProxy(path, port=first.port, env={"LITELLM_MASTER_KEY": first.master_key})
        both[0] = stack.enter_context(again)
        phases += asyncio.run(during("first proxy back", both, None))
        phases += asyncio.run(during("Redis killed", both, redis.kill))
        phases += asyncio.run(during("Redis back", both, redis.start))
        return phases, _wrong(phases)


def _wrong(phases: list[Phase]) -> list[str]:
    wrong = []
    for phase in phases:
        killed = phase.name == "first proxy killed: first proxy"
        if phase.came["mixed"] or (phase.came["lost"] and not killed):
            wrong.append(f"{phase.name}: {dict(phase.came)} {phase.evidence[:3]}")
        if not phase.came["answered"]:
            wrong.append(f"{phase.name}: nothing was answered")
        unclear = [said for said in phase.evidence if "Error" not in said]
        if unclear:
            wrong.append(f"{phase.name}: failed without a clear error: {unclear[:3]}")
    return wrong


def page(phases: list[Phase], seconds: float) -> str:
    head = [
        "| phase | answered | refused as asked | client left | lost | mixed |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    names = ("answered", "refused", "left", "lost", "mixed")
    rows = [f"| {phase.name} | " + " | ".join(str(phase.came[name]) for name in names) + " |" for phase in phases]
    note = (
        "Lost on the killed proxy are the requests that were under way, and the attempts of its clients until the load "
        "ended: each failed with a connection error."
    )
    return "\n".join([*head, *rows, "", note, "", f"{seconds:.0f} seconds. {circumstances()}"])


def main() -> int:
    started = time.monotonic()
    phases, wrong = run()
    text = page(phases, time.monotonic() - started)
    print(text)
    for line in wrong:
        print(f"FAILED {line}")
    if "--no-page" not in sys.argv:
        write_section("replicas", text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
