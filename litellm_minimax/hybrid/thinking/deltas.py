"""Separates a reasoner's thinking from its answer, in every format in which reasoning arrives.

As fields: ``reasoning_content``, ``reasoning``, ``reasoning_details``, ``thinking_blocks``; the answer then begins with
the first text that is not blank. As tags: ``<think>…</think>`` at the start of the text, or a lone ``</think>`` (from
chat templates that open the thought themselves). If a model shows no thinking at all, its whole answer is taken as its
thinking, because there is nothing else to hand over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

_WORD = r"[ \t]{0,4}+(?:mm:)?(?:think|thinking|thought|reason|reasoning)[ \t]{0,4}+"
OPENING = re.compile(rf"<{_WORD}>", re.IGNORECASE)
CLOSING = re.compile(rf"<[ \t]{{0,4}}+/{_WORD}>", re.IGNORECASE)
_TAGS = tuple(
    f"<{slash}{space}{word}>"
    for slash in ("", "/")
    for space in ("", "mm:")
    for word in ("think", "thinking", "thought", "reason", "reasoning")
)
_LONGEST = max(map(len, _TAGS)) + 3 * 4
"""How many characters the longest tag has, with four blanks at each of three places."""


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class ThoughtOver:
    """A closing tag ended the thought; this is known before any answer begins."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A piece of what the reasoner would have answered."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A piece of a tool call that the reasoner makes although it was given no tools."""

    index: int
    name: str
    arguments: str


Piece: TypeAlias = Thought | ThoughtOver | Answer | Call


class DeltaReader:
    """Reads one reasoner's deltas. Text that may be the start of a tag is held back until that is clear."""

    __slots__ = ("_blanks", "_held", "_state")

    def __init__(self) -> None:
        self._state: Literal["start", "implicit", "tagged", "native", "answer"] = "start"
        self._held = ""
        self._blanks: list[str] = []
        """White space before the first word, kept in pieces so that reading a lot of it takes linear time."""

    def feed(self, delta: object) -> Iterator[Piece]:
        """Read the ``delta`` of one chunk, an object or a mapping."""
        reasoning = reasoning_of(delta)
        if reasoning:
            yield from self._flush()
            self._state = "native"
            yield Thought(reasoning)
        content = _field(delta, "content")
        if isinstance(content, str) and content:
            yield from self._text(content)
        for call in _field(delta, "tool_calls") or ():
            yield from self._flush()
            function = _field(call, "function")
            yield Call(
                int(_field(call, "index") or 0),
                str(_field(function, "name") or ""),
                str(_field(function, "arguments") or ""),
            )

    def end(self) -> Iterator[Piece]:
        """Read the text that is still held back when the stream ends."""
        yield from self._flush()

    def _flush(self) -> Iterator[Piece]:
        held, self._held = self._held, ""
        if held.strip():
            yield Answer(held) if self._state in {"answer", "native"} else Thought(held)

    def _text(self, content: str) -> Iterator[Piece]:
        if self._state in {"native", "answer"}:
            if content.strip() or self._state == "answer":
                self._state = "answer"
                yield Answer(content)
            return
        text, self._held = self._held + content, ""
        if self._state == "start":
            text = self._after_blanks(text)
            opening = OPENING.match(text)
            if opening is None and may_become_opening(text):
                self._held = text
                return
            self._state = "implicit" if opening is None else "tagged"
            text = "".join(self._blanks) + text if opening is None else text[opening.end() :]
        yield from self._thought(text)

    def _after_blanks(self, text: str) -> str:
        said = text.lstrip()
        self._blanks.append(text[: len(text) - len(said)])
        return said

    def _thought(self, text: str) -> Iterator[Piece]:
        closing = CLOSING.search(text)
        if closing is None:
            safe = len(text) - held_back(text)
            self._held = text[safe:]
            if text[:safe]:
                yield Thought(text[:safe])
            return
        if text[: closing.start()]:
            yield Thought(text[: closing.start()])
        self._state = "native"
        yield ThoughtOver()
        if text[closing.end() :]:
            yield from self._text(text[closing.end() :])


def reasoning_of(delta: object) -> str:
    """Return the thinking in a delta or message, read from the first of the fields that has any."""
    for name in ("reasoning_content", "reasoning"):
        value = _field(delta, name)
        if isinstance(value, str) and value:
            return value
    for name, part in (("reasoning_details", "text"), ("thinking_blocks", "thinking")):
        texts = [_field(item, part) for item in _field(delta, name) or ()]
        joined = "".join(text for text in texts if isinstance(text, str))
        if joined:
            return joined
    return ""


def may_become_opening(text: str) -> bool:
    """Whether ``text`` may be the beginning of an opening tag."""
    start = _without_blanks(text)
    return any(tag.startswith(start) for tag in _TAGS if not tag.startswith("</"))


def held_back(text: str) -> int:
    """How many characters at the end of ``text`` may be the beginning of a tag."""
    at = text.rfind("<", max(0, len(text) - _LONGEST))
    tail = _without_blanks(text[at:])
    return len(text) - at if at >= 0 and any(tag.startswith(tail) for tag in _TAGS) else 0


def _without_blanks(text: str) -> str:
    """Return the beginning of ``text``, as long as a tag can be, in lower case and without blanks."""
    return text[: _LONGEST + 1].lower().replace(" ", "").replace("\t", "")


def _field(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
