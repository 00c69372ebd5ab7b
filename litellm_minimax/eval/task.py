"""A programming task: what is asked, a right and a subtly wrong answer, and the hidden tests that tell them apart."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "tasks"
GRADES = ("easy", "middle", "hard")
SOLUTION = "solution.py"
"""The file for the answer to a task without a repository."""
_TEXTS = {"grade", "prompt", "tests"}
_FILES = {"files", "reference", "wrong"}


class BadTask(Exception):
    """A task's file can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    Attributes:
        name: its file's name without the ending.
        grade: how difficult it is.
        prompt: what the model is asked.
        tests: a Python program that ends without an error if, and only if, the answer is right.
        reference: the files of a right answer.
        wrong: the files of an answer with one subtle mistake, which the tests must find; empty if there is none.
        files: a small repository that the model works in with tools; empty if it answers with one file.
    """

    name: str
    grade: str
    prompt: str
    tests: str
    reference: Mapping[str, str]
    wrong: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def with_answer(self, answer: Mapping[str, str]) -> dict[str, str]:
        """Return the files that the tests run on: the repository's, replaced or added to by the answer's."""
        return {**self.files, **answer}


def load(folder: Path) -> list[Task]:
    """Return the tasks of a folder, sorted by grade and name.

    Raises:
        BadTask: the folder contains no task, or a file that is not one.
    """
    tasks = [_read(path) for path in sorted(folder.glob("*.toml"))]
    if not tasks:
        raise BadTask(f"{folder} contains no task (files *.toml; docs/eval.md shows one)")
    return sorted(tasks, key=lambda task: (GRADES.index(task.grade), task.name))


def chosen(tasks: Sequence[Task], names: Sequence[str], grades: Sequence[str]) -> list[Task]:
    """Return the tasks with these names and grades; an empty list of either selects all.

    Raises:
        BadTask: there is no such task.
    """
    unknown = set(names) - {task.name for task in tasks}
    if unknown:
        raise BadTask(f"no task is called {', '.join(sorted(unknown))}")
    some = [task for task in tasks if (not names or task.name in names) and (not grades or task.grade in grades)]
    if not some:
        raise BadTask("no task has that name and that grade")
    return some


def _read(path: Path) -> Task:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadTask(f"{path}: {error}") from None
    unknown = set(told) - _TEXTS - _FILES
    if unknown:
        raise BadTask(
            f"{path}: unknown key {', '.join(sorted(unknown))}; a task has {', '.join(sorted(_TEXTS | _FILES))}"
        )
    for name in ("prompt", "tests", "reference"):
        if not told.get(name):
            raise BadTask(f"{path}: {name} is missing")
    grade = told.get("grade", GRADES[1])
    if grade not in GRADES:
        raise BadTask(f"{path}: the grade must be one of {', '.join(GRADES)}")
    return Task(
        path.stem, grade, _text(path, told, "prompt"), _text(path, told, "tests"), _files(path, told, "reference"),
        _files(path, told, "wrong"), _files(path, told, "files"),
    )  # fmt: skip


def _text(path: Path, told: Mapping[str, Any], name: str) -> str:
    if not isinstance(told[name], str):
        raise BadTask(f"{path}: {name} must be a text")
    return str(told[name])


def _files(path: Path, told: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return a table of files; a text alone is the text of the solution."""
    value = told.get(name, {})
    if isinstance(value, str) and name != "files":
        return {SOLUTION: value}
    if not isinstance(value, dict) or not all(isinstance(text, str) and is_name(at) for at, text in value.items()):
        raise BadTask(f"{path}: {name} must be a table of file names (relative, without ..) and their texts")
    return value


def is_name(name: str) -> bool:
    """Whether ``name`` is the name of a file within a task's folder."""
    parts = name.split("/")
    return 0 < len(name) <= 200 and name.isprintable() and not any(part in {"", ".", ".."} for part in parts)
