"""Consultations in the executor's history: its call of the hidden tool, and the tool's result.

The client never sees them. They are kept under the id of the client's first tool call after them, and inserted before
that call in the later requests of the turn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litellm_minimax.hybrid.asking.conversation import Message, calls_of

MOST_LOOKED_UP = 64
"""How many of a turn's newest tool calls are looked up, to insert the consultations before them."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One consultation."""

    asked: Mapping[str, Any]
    """The executor's message: its text and thinking before the consultation, and its calls of the hidden tool."""
    results: Sequence[Mapping[str, Any]]
    """The tool's results, as tool messages."""
    beside: bool = False
    """Whether the same message also had calls that the client answers."""

    def messages(self) -> list[dict[str, Any]]:
        """Return the exchange as messages."""
        return [dict(self.asked), *map(dict, self.results)]


def first_calls(messages: Sequence[Message], turn_start: int) -> list[str]:
    """Return the ids under which exchanges of the turn may be kept, newest last."""
    found: list[str] = []
    for message in messages[max(turn_start, 0) :]:
        if message.get("role") == "assistant":
            found += [identity for identity, _, _ in calls_of(message) if identity]
    return found[-MOST_LOOKED_UP:]


def put_back(messages: Sequence[Message], kept: Mapping[str, Sequence[Exchange]]) -> list[dict[str, Any]]:
    """Return the messages with each exchange in its place; the given messages are not changed."""
    built: list[dict[str, Any]] = []
    for message in messages:
        ids = [identity for identity, _, _ in calls_of(message)] if message.get("role") == "assistant" else []
        exchanges = [exchange for identity in ids for exchange in kept.get(identity, ())]
        mine = dict(message)
        after: list[dict[str, Any]] = []
        for exchange in exchanges:
            if exchange.beside:
                mine["tool_calls"] = [*exchange.asked["tool_calls"], *mine["tool_calls"]]
                after += map(dict, exchange.results)
            else:
                built += exchange.messages()
                _without(mine, exchange.asked)
        built += [mine, *after]
    return built


def _without(message: dict[str, Any], said: Mapping[str, Any]) -> None:
    """Remove from the client's message what the exchange before it already contains."""
    for name in ("content", "reasoning_content"):
        own, before = message.get(name), said.get(name)
        if isinstance(own, str) and isinstance(before, str) and before and own.startswith(before):
            rest = own[len(before) :]
            message[name] = rest.removeprefix(GAP) if name == "content" else rest
    if not message.get("reasoning_content"):
        message.pop("reasoning_content", None)
    signed = [block.get("signature") for block in said.get("thinking_blocks") or ()]
    blocks = message.get("thinking_blocks")
    if signed and isinstance(blocks, list):
        message["thinking_blocks"] = [block for block in blocks if block.get("signature") not in signed]


GAP = "\n\n"
"""Separates the executor's text before a consultation from its text after it."""


def dumps(exchanges: Sequence[Exchange]) -> str:
    """Return the exchanges as text for the cache."""
    told = [{"asked": one.asked, "results": list(one.results), "beside": one.beside} for one in exchanges]
    return json.dumps(told, default=str)


def loads(text: str | None) -> list[Exchange]:
    """Return the exchanges in a text from the cache; none if the text is missing or malformed."""
    try:
        return [Exchange(one["asked"], one["results"], bool(one["beside"])) for one in json.loads(text or "[]")]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []
