"""Reads an answer as simply as possible, because evidence about the wire code must not depend on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from litellm_minimax.verify.exchange import Exchange

_CODE = re.compile(r"\((\d{4})\)\s{0,8}\Z")


@dataclass(slots=True)
class Told:
    """The content of one answer of a chat endpoint, streamed or whole.

    Attributes:
        code: MiniMax's error code, 0 for none, -1 for an error without one.
        error: the error's message.
        streamed: it came as frames.
        text: the visible answer, tags and all.
        thoughts: the thinking from its own field, one entry per frame.
        details: thinking came as ``reasoning_details``.
        calls: tool calls as ``(name, arguments)``.
        finish: the finish reason.
        usage: the usage object.
        model: the model that says it answered.
        choices: how many choices there were.
        service_tier: as the answer reports it.
    """

    code: int = 0
    error: str = ""
    streamed: bool = False
    text: str = ""
    thoughts: list[str] = field(default_factory=list)
    details: bool = False
    calls: list[tuple[str, str]] = field(default_factory=list)
    finish: str = ""
    usage: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""
    choices: int = 0
    service_tier: str = ""

    @property
    def said(self) -> str:
        """The text without a thought in tags; empty if such a thought was cut."""
        after = self.text.rpartition("</think>")[2]
        return "" if "<think>" in after else after.strip()

    @property
    def is_cut(self) -> bool:
        """Whether the answer ended because it had as many tokens as were allowed."""
        return self.finish == "length"


def told_by(exchange: Exchange) -> Told:
    """Read an exchange of ``/v1/chat/completions`` or ``/anthropic/v1/messages``; never fails."""
    told = Told()
    for frame in _frames(exchange.raw, told):
        _error(frame, told)
        told.model = _word(frame.get("model")) or told.model
        told.service_tier = _word(frame.get("service_tier")) or told.service_tier
        if isinstance(frame.get("usage"), dict):
            told.usage = frame["usage"]
        choices = [entry for entry in _entries(frame.get("choices")) if isinstance(entry, dict)]
        told.choices = max(told.choices, len({str(entry.get("index", 0)) for entry in choices}))
        for choice in choices[:1]:
            told.finish = _word(choice.get("finish_reason")) or told.finish
            for member in ("delta", "message"):
                if isinstance(choice.get(member), dict):
                    _message(choice[member], told)
        _blocks(frame, told)
    return told


def object_of(exchange: Exchange) -> dict[str, Any] | None:
    """The answer as a whole, if it is one JSON object."""
    return _object(exchange.raw.decode("utf-8", "replace"))


def _frames(raw: bytes, told: Told) -> Iterator[Mapping[str, Any]]:
    text = raw.decode("utf-8", "replace").strip()
    whole = _object(text)
    if whole is not None:
        yield whole
        return
    for line in text.splitlines():
        if line.startswith("data:"):
            told.streamed = True
            frame = _object(line[5:].strip())
            if frame is not None:
                yield frame


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _error(frame: Mapping[str, Any], told: Told) -> None:
    base, error = frame.get("base_resp"), frame.get("error")
    if isinstance(base, dict) and base.get("status_code"):
        told.code, told.error = _number(base["status_code"]), str(base.get("status_msg") or "")
    elif isinstance(error, dict):
        told.error = str(error.get("message") or "")
        found = _CODE.search(told.error)
        code = int(found[1]) if found else _number(error.get("code"))
        told.code = code if code >= 1000 else -1


def _message(message: Mapping[str, Any], told: Told) -> None:
    content = message.get("content")
    told.text += content if isinstance(content, str) else ""
    details = _entries(message.get("reasoning_details"))
    thought = _word(message.get("reasoning_content")) or "".join(
        _word(entry.get("text")) for entry in details if isinstance(entry, dict)
    )
    told.details = told.details or bool(details)
    if thought:
        told.thoughts.append(thought)
    for call in _entries(message.get("tool_calls")):
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            _call(function, told)


def _call(function: Mapping[str, Any], told: Told) -> None:
    name, arguments = _word(function.get("name")), _word(function.get("arguments"))
    if name:
        told.calls.append((name, arguments))
    elif told.calls:
        told.calls[-1] = (told.calls[-1][0], told.calls[-1][1] + arguments)


def _blocks(frame: Mapping[str, Any], told: Told) -> None:
    """Read a whole answer in Anthropic's format."""
    for block in _entries(frame.get("content")):
        if isinstance(block, dict):
            told.text += _word(block.get("text"))
            if block.get("type") == "thinking":
                told.thoughts.append(_word(block.get("thinking")))
            if block.get("type") == "tool_use":
                told.calls.append((_word(block.get("name")), json.dumps(block.get("input"))))


def _entries(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
