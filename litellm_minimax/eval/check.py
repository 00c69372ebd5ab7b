"""Whether tasks are sound: their tests pass the reference, and fail an empty answer and the subtly wrong one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from litellm_minimax.eval import sandbox
from litellm_minimax.eval.task import SOLUTION, Task

_HIDDEN = "hidden_tests.py"


def passes(task: Task, answer: Mapping[str, str]) -> sandbox.Outcome:
    """Run a task's hidden tests on the files of an answer."""
    return sandbox.run(task.with_answer(answer), _HIDDEN, task.tests)


def problems(tasks: Sequence[Task]) -> Iterator[tuple[Task, list[str]]]:
    """Return each task with what is wrong with it, in order."""
    with ThreadPoolExecutor(2) as pool:
        yield from zip(tasks, pool.map(_problems, tasks), strict=True)


def _problems(task: Task) -> list[str]:
    found = []
    outcome = passes(task, task.reference)
    if not outcome.passed:
        found.append(f"its reference fails: {outcome.said[-300:]}")
    if passes(task, {} if task.files else {SOLUTION: ""}).passed:
        found.append("an empty answer passes")
    if task.wrong and passes(task, task.wrong).passed:
        found.append("its wrong answer passes")
    visible = [name for name in task.files if is_visible_test(name)]
    for name in visible:
        outcome = sandbox.run(task.with_answer(task.reference), name, task.files[name])
        if not outcome.passed:
            found.append(f"its reference fails {name}: {outcome.said[-300:]}")
    return found


def is_visible_test(name: str) -> bool:
    """Whether a file of a repository is one of its own tests."""
    return name.rpartition("/")[2].startswith("test_") and name.endswith(".py")
