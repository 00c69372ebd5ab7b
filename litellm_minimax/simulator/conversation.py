"""A chat request as the simulated model sees it: turns, tools, and the state of the current tool loop."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any

_THINK = re.compile(r"<(?:mm:)?think>(.*?)</(?:mm:)?think>", re.DOTALL)


@dataclass(slots=True)
class Turn:
    """One message.

    Attributes:
        role: the role as sent.
        text: its text, parts joined.
        reasoning: the thinking it carries, in any form; ``""`` for none.
        calls: ``(id, name, arguments text)`` of each tool call.
        result_of: the id of the call that a tool result answers.
        pictures: how many image or video parts it has.
    """

    role: str
    text: str = ""
    reasoning: str = ""
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    result_of: str = ""
    pictures: int = 0


@dataclass(slots=True)
class Conversation:
    """All turns of a request, and its tools as name → JSON Schema."""

    model: str
    turns: list[Turn]
    tools: dict[str, Any]
    descriptions: dict[str, str]

    @property
    def system(self) -> str:
        """All system text."""
        return "\n".join(turn.text for turn in self.turns if turn.role in {"system", "developer"})

    @property
    def loop(self) -> list[Turn]:
        """The turns after the very last user message, whose thinking the server keeps."""
        return self.turns[self._last_user(len(self.turns)) + 1 :]

    @property
    def task(self) -> list[Turn]:
        """The turns since the task was set, including its user messages.

        This is wider than ``loop``: a user message directly after tool results (an agent's reminder, a hybrid's notes)
        does not set a new task, and several user messages in a row set one.
        """
        start = self._last_user(len(self.turns))
        while start > 0 and self._role_before(start) in {"user", "tool"}:
            earlier = self._last_user(start)
            if earlier < 0:
                break
            start = earlier
        return self.turns[max(start, 0) :]

    @property
    def asked(self) -> str:
        """What the user wants: the messages that set the task, without those that agents wrap in a tag."""
        opening = [
            turn.text for turn in itertools.takewhile(lambda turn: not turn.calls, self.task) if turn.role == "user"
        ]
        plain = [text for text in opening if not text.lstrip().startswith("<")]
        return "\n".join(plain or opening[-1:])

    @property
    def user_texts(self) -> list[str]:
        """All user messages since the task was set."""
        return [turn.text for turn in self.task if turn.role == "user"]

    @property
    def rounds(self) -> int:
        """How many assistant turns with tool calls the task has had."""
        return sum(1 for turn in self.task if turn.calls)

    @property
    def results(self) -> list[str]:
        """The texts of the results since the last assistant turn with calls."""
        texts: list[str] = []
        for turn in self.task:
            if turn.calls:
                texts = []
            elif turn.role == "tool":
                texts.append(turn.text)
        return texts

    def _role_before(self, position: int) -> str:
        """Return the role of the turn before a position, without instructions; empty if there is none."""
        roles = (self.turns[at].role for at in range(position - 1, -1, -1))
        return next((role for role in roles if role not in {"system", "developer"}), "")

    def _last_user(self, before: int) -> int:
        """Return the position of the last user message before a position, -1 if there is none."""
        return next((at for at in range(before - 1, -1, -1) if self.turns[at].role == "user"), -1)


def read(body: dict[str, Any]) -> Conversation:
    """Return the conversation of an OpenAI-shaped body whose types have been checked."""
    turns = [_turn(message) for message in body.get("messages") or []]
    tools: dict[str, Any] = {}
    descriptions: dict[str, str] = {}
    for tool in body.get("tools") or []:
        function = tool.get("function") or {}
        if function.get("name"):
            tools[function["name"]] = function.get("parameters")
            descriptions[function["name"]] = str(function.get("description") or "")
    return Conversation(str(body.get("model") or ""), turns, tools, descriptions)


def _turn(message: dict[str, Any]) -> Turn:
    text, pictures = _text(message.get("content"))
    calls = [
        (str(call.get("id") or ""), str(function.get("name") or ""), _as_text(function.get("arguments")))
        for call in message.get("tool_calls") or []
        if (function := call.get("function"))
    ]
    role = str(message.get("role") or "")
    reasoning = _reasoning(message, text) if role == "assistant" else ""
    return Turn(role, text, reasoning, calls, str(message.get("tool_call_id") or ""), pictures)


def _text(content: Any) -> tuple[str, int]:
    """Return the joined text and the number of images of a message's content."""
    if isinstance(content, str):
        return content, 0
    parts = content or []
    pictures = sum(1 for part in parts if part.get("type") in {"image_url", "video_url"})
    return "\n".join(part["text"] for part in parts if part.get("text")), pictures


def _as_text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _reasoning(message: dict[str, Any], text: str) -> str:
    """Return the thinking of an assistant message; of the documented forms the first one present wins."""
    details = message.get("reasoning_details")
    if details:
        return "".join(entry.get("text") or "" for entry in details)
    for key in ("reasoning_content", "reasoning"):
        if isinstance(message.get(key), str) and message[key]:
            return str(message[key])
    return "".join(found.group(1) for found in _THINK.finditer(text))


def without_thinking(text: str) -> str:
    """Return the text without its ``<think>`` blocks, which the server strips from all but the current loop."""
    return _THINK.sub("", text)


class IssuedReasoning:
    """Remembers which thinking came with which tool call, to see whether a client sends it back."""

    def __init__(self, keep: int = 50_000) -> None:
        self._keep = keep
        self._by_call: dict[str, tuple[str, ...]] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._by_call.clear()

    def remember(self, reasoning: str, calls: list[tuple[str, str, str]], *, ids_are_ours: bool) -> None:
        """Store the thinking of an answer under each of its calls.

        A server without parsers sends no ids (its clients make them), so there a call is identified by its name and
        arguments; the same call may then have come with several thoughts.
        """
        if not reasoning.strip():
            return
        for call in calls:
            if ids_are_ours:
                self._by_call[call[0]] = (reasoning,)
            else:
                key = _what(call)
                self._by_call[key] = (*self._by_call.get(key, ())[-15:], reasoning)
        while len(self._by_call) > self._keep:
            del self._by_call[next(iter(self._by_call))]

    def intact(self, loop: list[Turn]) -> tuple[int, int]:
        """Return ``(turns of ours with thinking, those that still carry exactly that thinking)`` in a tool loop."""
        ours = exact = 0
        for turn in loop:
            given = self._find(turn)
            if given:
                ours += 1
                exact += turn.reasoning.strip() in {thought.strip() for thought in given}
        return ours, exact

    def _find(self, turn: Turn) -> tuple[str, ...]:
        for call in turn.calls:
            given = self._by_call.get(call[0]) or self._by_call.get(_what(call))
            if given:
                return given
        return ()


def _what(call: tuple[str, str, str]) -> str:
    """Return a call's name and arguments, independent of the JSON's layout."""
    try:
        return f"{call[1]} {json.dumps(json.loads(call[2]), sort_keys=True)}"
    except ValueError:
        return f"{call[1]} {call[2]}"
