"""Scripted tool loops for any agent: each turn names a tool by its possible names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litellm_minimax.simulator import prose
from litellm_minimax.simulator.answers import Answer, ToolCall

if TYPE_CHECKING:
    from litellm_minimax.simulator.conversation import Conversation


@dataclass(frozen=True, slots=True)
class ScriptTurn:
    """One turn of a script.

    Attributes:
        call: tool name → arguments, in order of preference: the first tool that the client declares is called. ``None``
            for a turn that only talks.
    text: the text of the answer.
    reasoning: the thinking; ``None`` makes something up.
    """

    call: Mapping[str, Mapping[str, Any]] | None = None
    text: str = ""
    reasoning: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A tool loop, chosen turn by turn by the number of tool rounds that the request's history has.

    Use it with ``Simulator.on``, or by ``[[simulate: scenario=<name>]]``.
    """

    turns: Sequence[ScriptTurn]

    def answer(self, talk: Conversation, *, thinking: bool = True) -> Answer | None:
        """Return this round's answer; ``None`` if the client declares none of its tools (in a title request, say)."""
        turn = self.turns[min(talk.rounds, len(self.turns) - 1)]
        reasoning = turn.reasoning
        if reasoning is None:
            reasoning = f"Step {talk.rounds + 1}. {prose.sentences(f'{talk.asked}{talk.rounds}', 2)}"
        if not thinking:
            reasoning = ""
        if turn.call is None:
            return Answer(text=turn.text, reasoning=reasoning) if talk.tools else None
        called = _declared(turn.call, talk)
        return Answer(turn.text, reasoning, [called]) if called else None


def _declared(calls: Mapping[str, Mapping[str, Any]], talk: Conversation) -> ToolCall | None:
    """Return the first call whose tool the client declares; an exact name wins, because `Read` and `read` differ."""
    loosely = {name.lower(): name for name in talk.tools}
    exactly = next((name for name in calls if name in talk.tools), None)
    named = exactly or next((name for name in calls if name.lower() in loosely), None)
    return ToolCall(loosely[named.lower()] if exactly is None else named, calls[named]) if named else None


def _shell(command: str) -> dict[str, dict[str, Any]]:
    """Return a command as a call of each tool that runs commands."""
    said = {"command": command, "description": "Run a command"}
    return {
        "Bash": said,
        "bash": said,
        "run_shell_command": {**said, "is_background": False},
        "exec_command": {"cmd": command},
        "shell": {"command": ["bash", "-lc", command]},
        "local_shell": {"command": ["bash", "-lc", command]},
        "execute_command": said,
    }


def _reading(path: str) -> dict[str, dict[str, Any]]:
    return {
        "Read": {"file_path": path},
        "read": {"filePath": path},
        "read_file": {"absolute_path": path, "file_path": path},
        **_shell(f"cat {path}"),
    }


def _editing(path: str, old: str, new: str) -> dict[str, dict[str, Any]]:
    replace = (
        f"python3 - <<'END'\nimport pathlib\np = pathlib.Path({path!r})\n"
        f"p.write_text(p.read_text().replace({old!r}, {new!r}))\nEND"
    )
    snake = {"file_path": path, "old_string": old, "new_string": new}
    camel = {"filePath": path, "oldString": old, "newString": new}
    return {"Edit": snake, "replace": snake, "edit": {**camel, **snake}, **_shell(replace)}


def _consulting(settings: Mapping[str, str]) -> list[ScriptTurn]:
    name = settings.get("consult")
    return [ScriptTurn({name: {"question": "Is this the way to go?"}})] if name else []


def fix_test(settings: Mapping[str, str]) -> Script:
    """Read and edit a file; its test fails, the mistake is fixed, the test passes, DONE.

    Settings: ``file`` (holds the line ``old``), ``test`` (a command), ``old``, ``wrong`` (the first edit), ``new``,
    ``consult`` (a tool that is called after the first round).
    """
    path, test = settings.get("file", "calc.py"), settings.get("test", "python3 test_calc.py")
    old, new = settings.get("old", "return a - b"), settings.get("new", "return a + b")
    wrong = settings.get("wrong", "return a * b")
    return Script(
        [
            ScriptTurn(_reading(path)),
            *_consulting(settings),
            ScriptTurn(_editing(path, old, wrong)),
            ScriptTurn(_shell(test)),
            ScriptTurn(_editing(path, wrong, new)),
            ScriptTurn(_shell(test)),
            ScriptTurn(text="DONE: the test passes now (simulated)."),
        ]
    )


def commands(settings: Mapping[str, str]) -> Script:
    """Run commands that all succeed; the last one shows a text that mentions an error; then DONE.

    Settings: ``folder`` (where they run), ``file`` (is written there and read), ``consult`` (a tool that is called
    after the first round).
    """
    folder, name = settings.get("folder", "."), settings.get("file", "notes.txt")
    said = "ValueError: bad, exit code 1"
    return Script(
        [
            ScriptTurn(_shell(f"ls {folder}")),
            *_consulting(settings),
            ScriptTurn(_shell(f"cd {folder} && echo '{said}' > {name}")),
            ScriptTurn(_shell(f"cat {folder}/{name}")),
            ScriptTurn(text="DONE: the note is there (simulated)."),
        ]
    )


def plan(settings: Mapping[str, str]) -> Script:
    """Read a file, and answer with a plan, as an agent may in its plan mode.

    Settings: ``file`` (is read).
    """
    return Script(
        [
            ScriptTurn(_reading(settings.get("file", "calc.py"))),
            ScriptTurn(text="PLAN: turn the sign (simulated). DONE."),
        ]
    )


SCENARIOS = {"fix-test": fix_test, "commands": commands, "plan": plan}
