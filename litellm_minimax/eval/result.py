"""The result of one task with one contender, and the file of results, with which an interrupted run continues."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from litellm_minimax.eval.contender import Contender
from litellm_minimax.eval.task import Task


@dataclass(slots=True)
class Spent:
    """What the calls for one task used.

    Attributes:
        calls: the number of calls.
        dollars: their cost.
        seconds: their duration.
        prompt_tokens: the tokens that the model read.
        answer_tokens: the tokens that it wrote, including its thinking.
    """

    calls: int = 0
    dollars: float = 0.0
    seconds: float = 0.0
    prompt_tokens: int = 0
    answer_tokens: int = 0

    def add(self, other: Spent) -> None:
        """Add what another call used."""
        for field in dataclasses.fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one task with one contender.

    Attributes:
        contender: the contender's name.
        task: the task's name.
        grade: the task's grade.
        key: from :func:`key_of`; a later run with the same key reuses the result.
        passed: whether all of the task's tests passed.
        said: the last output of the tests.
        spent: what the calls used.
    """

    contender: str
    task: str
    grade: str
    key: str
    passed: bool
    said: str
    spent: Spent


def key_of(task: Task, contender: Contender, settings: tuple[int, int, bool]) -> str:
    """Return a key that changes with the task, the model, the mode or a setting, so that changes are measured anew."""
    asked = [
        task.prompt, task.tests, sorted(task.files.items()), contender.model, settings,
        {name: value for name, value in contender.options.items() if name not in {"api_key", "api_base"}},
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(slots=True)
class Results:
    """The results in a file, one per line. A run that was interrupted reads them and continues.

    Attributes:
        path: the file.
        held: each result, by its key.
    """

    path: Path
    held: dict[str, Result] = dataclasses.field(default_factory=dict)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.path.exists():
            for result in _read(self.path.read_text(encoding="utf-8").splitlines()):
                self.held[result.key] = result

    def add(self, result: Result) -> None:
        """Keep a result, and write it to the file at once."""
        with self.lock:
            self.held[result.key] = result
            with self.path.open("a", encoding="utf-8") as target:
                target.write(json.dumps(dataclasses.asdict(result), ensure_ascii=False) + "\n")


def _read(lines: Iterable[str]) -> Iterator[Result]:
    """Yield the results in the complete lines; the last line may have been cut when a run was interrupted."""
    for line in lines:
        try:
            told = json.loads(line)
            yield Result(**{**told, "spent": Spent(**told["spent"])})
        except (ValueError, TypeError, KeyError):
            continue
