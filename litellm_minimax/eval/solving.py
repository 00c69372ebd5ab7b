"""How a task is put to a model, and how its answer is tested: inspect's solver, tools and scorer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from inspect_ai.model import ChatMessageSystem, ChatMessageUser
from inspect_ai.scorer import CORRECT, INCORRECT, Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import Tool, ToolError, tool
from inspect_ai.util import store

from litellm_minimax.eval import check, sandbox
from litellm_minimax.eval.answer import code_in
from litellm_minimax.eval.calling import spent_by
from litellm_minimax.eval.result import Spent
from litellm_minimax.eval.task import SOLUTION, Task, is_name

_FILES, _SPENT = "files", "spent"
_MOST_FILES, _MOST_CHARACTERS = 100, 200_000
_ONE_FILE = (
    "You write Python 3.11 with its standard library only. Answer with the whole content of one module in one code "
    "block (```python … ```). It is imported and tested as it is; write no example and no test into it."
)
_REPOSITORY = (
    "You work in a small Python 3.11 repository (standard library only) with the tools that you have. Change its files "
    "until what is asked for is done; there are further tests that you can't see. When you are done, say so without "
    "calling a tool."
)


@solver
def answering(tasks: Mapping[str, Task], turns: int) -> Solver:
    """Ask once, or let the model work with tools for so many turns."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        task = tasks[str(state.sample_id)]
        state.store.set(_FILES, dict(task.files))
        state.messages = [
            ChatMessageSystem(content=_REPOSITORY if task.files else _ONE_FILE), ChatMessageUser(content=task.prompt)
        ]  # fmt: skip
        state.tools = [list_files(), read_file(), write_file(), run_tests()] if task.files else []
        spent = Spent()
        for _ in range(turns if task.files else 1):
            state = await generate(state, tool_calls="single")
            spent.add(spent_by(state.output))
            if not state.output.message.tool_calls:
                break
        state.store.set(_SPENT, {name: getattr(spent, name) for name in Spent.__slots__})
        return state

    return solve


@scorer(metrics=[accuracy()])
def hidden_tests(tasks: Mapping[str, Task], tell: Callable[[Task, bool, str, Spent], None]) -> Scorer:
    """Run the hidden tests on the answer, in a process that can do little else."""

    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001 -- inspect's signature
        task = tasks[str(state.sample_id)]
        answer = state.store.get(_FILES) if task.files else {SOLUTION: code_in(state.output.completion)}
        outcome = await asyncio.to_thread(check.passes, task, answer)
        tell(task, outcome.passed, outcome.said[-500:], Spent(**state.store.get(_SPENT)))
        return Score(value=CORRECT if outcome.passed else INCORRECT, explanation=outcome.said)

    return score


def _files() -> dict[str, str]:
    return dict(store().get(_FILES))


@tool
def list_files() -> Tool:
    """The names of all files."""

    async def execute() -> str:
        """List the files of the repository."""
        return "\n".join(sorted(_files()))

    return execute


@tool
def read_file() -> Tool:
    """A file's text."""

    async def execute(path: str) -> str:
        """Read a file of the repository.

        Args:
            path: Its name, such as package/module.py.
        """
        files = _files()
        if path not in files:
            raise ToolError(f"There is no {path}; there are: {', '.join(sorted(files))}")
        return files[path]

    return execute


@tool
def write_file() -> Tool:
    """A file's new text."""

    async def execute(path: str, content: str) -> str:
        """Write a whole file of the repository, a new one or over the old one.

        Args:
            path: Its name, such as package/module.py.
            content: Its whole new text.
        """
        files = _files()
        if not is_name(path):
            raise ToolError("A file's name is relative, without '..'.")
        if len(content) > _MOST_CHARACTERS or (path not in files and len(files) >= _MOST_FILES):
            raise ToolError(f"At most {_MOST_FILES} files of {_MOST_CHARACTERS:,} characters are kept.")
        store().set(_FILES, {**files, path: content})
        return f"{path} is written."

    return execute


@tool
def run_tests() -> Tool:
    """What the repository's own tests say."""

    async def execute() -> str:
        """Run the repository's tests: each test_*.py, as a program."""
        files = _files()
        names = [name for name in sorted(files) if check.is_visible_test(name)]
        told = []
        for name in names:
            outcome = await asyncio.to_thread(sandbox.run, files, name, files[name])
            told.append(f"{name}: {'passed' if outcome.passed else 'failed'}\n{outcome.said}".strip())
        return "\n\n".join(told) or "There is no test_*.py."

    return execute
