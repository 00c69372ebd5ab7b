"""One contender in its process: reads a load per line as JSON, measures it, answers a line.

``python -m bench.worker CONTENDER ADDRESS``. ``{"do": "memory", "streams": n}`` measures open streams instead.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from bench.contenders import CONTENDERS, Contender
from bench.load import Load
from bench.measure import measure


async def memory(contender: Contender, streams: int) -> dict[str, float]:
    """KiB of resident memory for each of so many streams that are open at once."""
    slow = Load("memory", deltas=400, rate=20).messages()

    async def open_one() -> Any:
        stream = contender.stream(slow)
        await anext(stream)
        return stream

    async def open_some(count: int) -> list[Any]:
        return await asyncio.gather(*(open_one() for _ in range(count)))

    warm = await open_some(5)
    gc.collect()
    before = _resident()
    opened = await open_some(streams)
    gc.collect()
    after = _resident()
    for stream in (*warm, *opened):
        await stream.aclose()
    return {"kib_per_stream": (after - before) / streams / 1024}


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _freeze() -> None:
    from litellm_minimax.seams.freeze import freeze_once

    freeze_once()


def main() -> None:
    """Serve jobs until standard input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever LiteLLM prints must not look like an answer
    contender = CONTENDERS[sys.argv[1]](sys.argv[2])
    if (sys.argv[1] in {"plugin", "frozen"}) is not ("litellm_minimax" in sys.modules):
        raise RuntimeError("the plugin is imported where it must not be, or not where it must be")
    loop = asyncio.new_event_loop()
    for line in sys.stdin:
        job = json.loads(line)
        if job.get("do") == "memory":
            result = loop.run_until_complete(memory(contender, job["streams"]))
        else:
            result = loop.run_until_complete(measure(contender, Load(**job), time.process_time))
        if sys.argv[1] == "frozen":  # behind the first job, which warms everybody up
            _freeze()
        print(json.dumps(result), file=answers, flush=True)
    os._exit(0)  # LiteLLM's clients have nobody to close them, and would complain


if __name__ == "__main__":
    main()
