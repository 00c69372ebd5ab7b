"""What a conversation says about itself: whose turn it is, since when, and what just went wrong.

A *turn* begins with a message that a person wrote. The rounds of a tool loop belong to the turn that started them,
although each is a request of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Message = Mapping[str, Any]

_REMINDERS = re.compile(r"\s*(<system-reminder>.*?</system-reminder>\s*)+", re.DOTALL)
_FAILURE = re.compile(
    r"\A\s*(<tool_use_error>|error\b|traceback \(most recent|fatal:|exception\b|command failed|failed\b)"
    r"|^\s*(exit|return) code:? [1-9]\d*\b|\b(exit code|exited with( code)?) [1-9]\d*\b"
    r"|\b[1-9]\d* (failed|failures)\b|^(\w+\.)*\w*Error: |^Traceback \(most recent",
    re.IGNORECASE | re.MULTILINE,
)
_LOOKED_AT = 20_000
"""Characters of a tool result in which a failure is looked for, half from each end."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The shape of a request's messages."""

    turn_start: int
    """Index of the message that began the current turn; -1 without one."""
    user_turns: int
    """How many turns there are, the current one included."""
    length: int
    """How many messages there are."""
    prefix: str
    """A hash of everything up to and with the message that began the turn; the same in each of its tool rounds."""
    tool_error: bool
    """The newest tool results report a failure."""
    stalled: bool
    """The last three rounds made the same calls with the same arguments."""

    @property
    def in_tool_round(self) -> bool:
        """Whether the turn has already been answered to, so that this request continues it."""
        return self.turn_start + 1 < self.length

    @property
    def offset(self) -> int:
        """The distance from the message that began the turn to the end."""
        return self.length - 1 - self.turn_start


def read(messages: Sequence[Message]) -> Conversation:
    """Look at a request's messages, without changing them."""
    starts = [index for index in range(len(messages)) if _begins_turn(messages, index)]
    start = starts[-1] if starts else -1
    return Conversation(
        turn_start=start,
        user_turns=len(starts),
        length=len(messages),
        prefix=fingerprint(messages[: start + 1]),
        tool_error=any(_reports_failure(message) for message in _newest_results(messages)),
        stalled=_stalled(messages[start + 1 :]),
    )


def text_of(content: object) -> str:
    """The text of a message's content, whether it is a string or a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Iterable) or isinstance(content, (bytes, Mapping)):
        return ""
    texts = (
        part if isinstance(part, str) else part.get("text") for part in content if isinstance(part, (str, Mapping))
    )
    return "".join(text for text in texts if isinstance(text, str))


def calls_of(message: Message) -> list[tuple[str, str, str]]:
    """The tool calls of an assistant message as (id, name, arguments)."""
    found: list[tuple[str, str, str]] = []
    for call in message.get("tool_calls") or ():
        function = _field(call, "function") or {}
        found.append(
            (
                str(_field(call, "id") or ""),
                str(_field(function, "name") or ""),
                str(_field(function, "arguments") or ""),
            )
        )
    return found


def fingerprint(messages: Sequence[Message]) -> str:
    """A hash of what was said, for use as a key; cache marks, reasoning and system prompts do not count.

    Clients move their ``cache_control`` marks and refresh dates in system prompts between the rounds of one turn.
    """
    digest = hashlib.sha256()
    for message in messages:
        role = message.get("role")
        if role in {"system", "developer"}:
            continue
        content = message.get("content")
        parts = [] if isinstance(content, str) or content is None else [_media(part) for part in content]
        said = [
            role,
            text_of(content),
            [part for part in parts if part],
            calls_of(message),
            message.get("tool_call_id"),
        ]
        digest.update(json.dumps(said, ensure_ascii=True, default=str).encode())
    return digest.hexdigest()


def instructions_fingerprint(messages: Sequence[Message]) -> str:
    """A hash of the system prompts, so that notes made under one are never given under another.

    Claude Code puts a line with a different checksum into each request's prompt; that line does not count.
    """
    texts = [text_of(message.get("content")) for message in messages if message.get("role") in {"system", "developer"}]
    lines = (line for text in texts for line in text.splitlines() if not line.startswith("x-anthropic-billing-header"))
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _media(part: object) -> object:
    if not isinstance(part, Mapping) or part.get("type") in {"text", None}:
        return None
    return {key: value for key, value in part.items() if key != "cache_control"}


def _begins_turn(messages: Sequence[Message], index: int) -> bool:
    message = messages[index]
    if message.get("role") != "user":
        return False
    after_results = index > 0 and messages[index - 1].get("role") in {"tool", "function"}
    # /v1/messages splits "tool results and a reminder" of a coding agent into tool messages and a user message; the
    # reminder is the agent's, not a person's.
    return not (after_results and _REMINDERS.fullmatch(text_of(message.get("content"))))


def _newest_results(messages: Sequence[Message]) -> list[Message]:
    newest: list[Message] = []
    for message in reversed(messages):
        if message.get("role") in {"tool", "function"}:
            newest.append(message)
        elif newest or message.get("role") != "user" or not _REMINDERS.fullmatch(text_of(message.get("content"))):
            break
    return newest


def _reports_failure(message: Message) -> bool:
    if message.get("is_error") is True:
        return True
    text = text_of(message.get("content"))
    if len(text) > _LOOKED_AT:
        text = text[: _LOOKED_AT // 2] + "\n" + text[-_LOOKED_AT // 2 :]
    return _FAILURE.search(text) is not None


def _stalled(rounds: Sequence[Message]) -> bool:
    made = [[call[1:] for call in calls_of(message)] for message in rounds if message.get("tool_calls")]
    return len(made) >= 3 and bool(made[-1]) and made[-1] == made[-2] == made[-3]


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
