"""``make census``: mixed traffic at full speed, and how many Python objects are alive in the proxy every so often.

Resident memory moves in steps of some MiB with the allocator and the collector; what would show a leak is this count.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

import httpx

from litellm_minimax.simulator import Simulator
from tests.load.census_proxy_side import ASKED
from tests.load.soak import WORKERS, config
from tests.load.traffic import Traffic
from tests.load.watch import Watch
from tests.proxy_process import StartedProxy, write_config
from tests.reliability_page import circumstances, write_section

Row = tuple[int, int, float]
"""Requests so far, live objects, MiB resident."""
MOST_GROWTH = 2000
"""Objects from the first count to the last: less than one for five requests."""


async def count(client: httpx.AsyncClient, file: Path) -> int:
    """The proxy's live objects, now."""
    before = len(file.read_text().splitlines())
    asked = {"model": "m2", "messages": [{"role": "user", "content": ASKED}]}
    await client.post("/v1/chat/completions", json=asked)
    for _ in range(200):
        lines = file.read_text().splitlines()
        if len(lines) > before:
            return int(lines[-1])
        await asyncio.sleep(0.05)
    raise TimeoutError("the proxy did not count")


async def run(proxy: StartedProxy, file: Path, requests: int, every: int) -> list[Row]:
    watch, rows = Watch(proxy.pid or 0), []
    limits = httpx.Limits(max_connections=WORKERS, max_keepalive_connections=WORKERS)
    settings = {"base_url": proxy.url, "headers": proxy.headers, "timeout": 60}
    async with httpx.AsyncClient(**settings, limits=limits) as client:
        traffic = Traffic(client, random.Random(20261125))
        for start in range(0, requests, every):
            numbers = iter(range(start, start + every))

            async def work(numbers=numbers) -> None:
                for number in numbers:
                    await traffic.one(number)

            await asyncio.gather(*(work() for _ in range(WORKERS)))
            await asyncio.sleep(1)  # LiteLLM logs in the background
            objects = await count(client, file)
            watch.sample(0.0)
            rows.append((start + every, objects, watch.samples[-1][1]))
    return rows


def census(requests: int, every: int) -> list[Row]:
    """So many requests through a started proxy, with a count after each ``every`` of them."""
    with Simulator(keep=1000) as sim, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        side = "census_proxy_side.py"
        (folder / side).write_text((Path(__file__).parent / side).read_text())
        file = folder / "census.jsonl"
        file.write_text("")
        settings = config(sim.base_url)
        settings["litellm_settings"]["callbacks"] = ["litellm_minimax.proxy_hooks", "census_proxy_side.census"]
        env = {"LITELLM_LOG": "ERROR", "CENSUS_FILE": str(file), "PYTHONPATH": str(folder)}
        with StartedProxy(write_config(folder / "config.yaml", settings), env=env, cwd=folder) as proxy:
            return asyncio.run(run(proxy, file, requests, every))


def page(rows: list[Row], seconds: float) -> str:
    head = ["| requests | live objects | resident MiB |", "| --- | --- | --- |"]
    lines = [f"| {requests:,} | {objects:,} | {resident:.0f} |" for requests, objects, resident in rows]
    return "\n".join([*head, *lines, "", f"{seconds / 60:.0f} minutes. {circumstances()}"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.census", description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=2000)
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    given = parser.parse_args()
    started = time.monotonic()
    rows = census(given.requests, given.every)
    text = page(rows, time.monotonic() - started)
    print(text)
    if not given.no_page:
        write_section("census", text)
    growth = rows[-1][1] - rows[0][1]
    if growth > MOST_GROWTH:
        print(f"FAILED {growth:,} objects more than at the first count")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
