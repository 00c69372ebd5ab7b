"""Consultations as they stand in the executor's history: its call of the hidden tool, and what the tool said.

The client never had them. They are kept under the id of the first call that the client answers next, and put back in
front of that call in the later requests of the turn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litellm_minimax.hybrid.asking.conversation import Message, calls_of

MOST_LOOKED_UP = 64
"""Newest rounds of a turn whose consultations are put back."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One consultation."""

    asked: Mapping[str, Any]
    """The executor's message: what it said and thought before, and its calls of the hidden tool only."""
    results: Sequence[Mapping[str, Any]]
    """What the tool said, as tool messages."""
    beside: bool = False
    """The calls stood in one message with calls that the client answers."""

    def messages(self) -> list[dict[str, Any]]:
        """The exchange as messages of its own."""
        return [dict(self.asked), *map(dict, self.results)]


def first_calls(messages: Sequence[Message], turn_start: int) -> list[str]:
    """The ids under which exchanges of the turn may be kept, newest last."""
    found: list[str] = []
    for message in messages[max(turn_start, 0) :]:
        if message.get("role") == "assistant":
            found += [identity for identity, _, _ in calls_of(message) if identity]
    return found[-MOST_LOOKED_UP:]


def put_back(messages: Sequence[Message], kept: Mapping[str, Sequence[Exchange]]) -> list[dict[str, Any]]:
    """The messages with each exchange where it stood; the client's own objects stay as they are."""
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
    """Take from the client's message what the exchange before it holds already."""
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
"""Stands between what the executor says before a consultation and after it."""


def dumps(exchanges: Sequence[Exchange]) -> str:
    """The exchanges as text for the cache."""
    told = [{"asked": one.asked, "results": list(one.results), "beside": one.beside} for one in exchanges]
    return json.dumps(told, default=str)


def loads(text: str | None) -> list[Exchange]:
    """The exchanges of a text from the cache; none where it is lost or not one of ours."""
    try:
        return [Exchange(one["asked"], one["results"], bool(one["beside"])) for one in json.loads(text or "[]")]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []
