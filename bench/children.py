"""The child processes of a run, each on its own core where there are two: the simulator, and one for each contender."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Any

from bench.load import Load

CLIENT_CORE, SERVER_CORE = 0, 1
_ENV = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "PYTHONHASHSEED": "0"}


def pinned(pid: int, core: int) -> None:
    """Keep a process on one core, so that client and simulator do not fight for the same one."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(pid, {core})


@contextlib.contextmanager
def python(*arguments: str, core: int) -> Iterator[tuple[IO[str], IO[str], int]]:
    """A Python child: what it reads, what it prints, and its process id. It ends when its input does."""
    child = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **_ENV},
    )
    pinned(child.pid, core)
    assert child.stdin
    assert child.stdout
    try:
        yield child.stdin, child.stdout, child.pid
    finally:
        child.stdin.close()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()


@contextlib.contextmanager
def simulator() -> Iterator[str]:
    """A simulator's address."""
    with python("-m", "bench.upstream", core=SERVER_CORE) as (_, out, _pid):
        yield out.readline().strip()


class Worker:
    """A contender that waits in its process for loads."""

    def __init__(self, name: str, told: IO[str], tells: IO[str]) -> None:
        self.name = name
        self._told = told
        self._tells = tells

    def run(self, load: Load) -> dict[str, float]:
        """Measure one round."""
        return self._ask(load.as_dict())

    def memory(self, streams: int) -> dict[str, float]:
        """Measure open streams."""
        return self._ask({"do": "memory", "streams": streams})

    def _ask(self, job: dict[str, Any]) -> dict[str, float]:
        print(json.dumps(job), file=self._told, flush=True)
        line = self._tells.readline()
        if not line:
            raise RuntimeError(f"the worker {self.name!r} ended in the middle of {job}")
        return dict(json.loads(line))


@contextlib.contextmanager
def worker(name: str, address: str) -> Iterator[Worker]:
    """A started contender."""
    with python("-m", "bench.worker", name, address, core=CLIENT_CORE) as (told, tells, _pid):
        yield Worker(name, told, tells)
