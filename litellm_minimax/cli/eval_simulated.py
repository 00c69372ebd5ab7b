"""Simulated models that answer tasks rightly or wrongly at will: ``eval`` can be tried, and tested, without a key."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from litellm_minimax.eval.task import SOLUTION, Task
from litellm_minimax.simulator import Answer, Simulator, ToolCall

EXECUTOR_PASSES, REASONER_PASSES = 0.5, 0.9
"""The shares of tasks that are answered with the reference; the others get the wrong answer."""


@contextmanager
def simulated_models(
    tasks: Sequence[Task],
    executor: str,
    reasoner: str,
    shares: tuple[float, float] = (EXECUTOR_PASSES, REASONER_PASSES),
) -> Iterator[Simulator]:
    """Run a simulator in MiniMax's place while the context is open.

    A hybrid's executor, which sees what the reasoner thought, answers as the executor does: a simulation has no better
    idea. So no difference between it and the executor alone is to be found.
    """
    with Simulator() as sim:
        for name, share in zip((executor, reasoner), shares, strict=True):
            sim.on(name.rpartition("/")[2], _answering(tasks, name, share))
        told = {"MINIMAX_API_BASE": sim.base_url, "MINIMAX_API_KEY": "simulated"}
        before = {name: os.environ.get(name) for name in told}
        os.environ.update(told)
        try:
            yield sim
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _answering(tasks: Sequence[Task], model: str, share: float) -> Callable[[dict[str, Any]], Answer | None]:
    """Answer this share of tasks with the reference: different ones for each model, but always the same."""

    def answer(body: dict[str, Any]) -> Answer | None:
        said = [str(message.get("content")) for message in body["messages"]]
        task = next((task for task in tasks if any(task.prompt in text for text in said)), None)
        if task is None:
            return None
        files = task.reference if _place(f"{model} {task.name}") < share else task.wrong
        if not task.files:
            return Answer(f"Here it is.\n\n```python\n{files[SOLUTION]}```\n", "A simulated thought.")
        return _tool_loop(files, body)

    return answer


def _tool_loop(files: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
    """Write one file a turn, run the tests, and be done; what was called so far stands in the history."""
    calls = sum(len(message.get("tool_calls") or ()) for message in body["messages"])
    if calls < len(files):
        path = sorted(files)[calls]
        return Answer("", "A simulated thought.", [ToolCall("write_file", {"path": path, "content": files[path]})])
    if calls == len(files):
        return Answer("", "A simulated thought.", [ToolCall("run_tests", {})])
    return Answer("Done (simulated).", "A simulated thought.")


def _place(name: str) -> float:
    """Return a number between 0 and 1 derived from a name, evenly distributed."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32
