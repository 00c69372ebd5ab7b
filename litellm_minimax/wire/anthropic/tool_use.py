"""Repairs the tool uses of an Anthropic stream: arguments become valid JSON; extra calls are dropped on request."""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from typing import Any

from litellm_minimax.wire.incoming.call_arguments import CallArguments

Told = Mapping[str, Any]


class ToolUses:
    """Looks at each event of one stream, and changes the few that need it."""

    __slots__ = ("_arguments", "_count", "_dropped", "_one_call", "_torn")

    def __init__(self, *, one_call: bool) -> None:
        """Set up for one stream; with ``one_call`` only the first tool use is passed on."""
        self._one_call = one_call
        self._count = 0
        self._dropped: list[int] = []
        """Indexes of the blocks that are not passed on, in order."""
        self._arguments: dict[Any, CallArguments] = {}
        self._torn = False

    @property
    def watching(self) -> bool:
        """Whether the next event may need a change."""
        return bool(self._arguments or self._dropped or self._torn)

    def passed(self, told: Told, frame: bytes) -> tuple[Told, bytes]:
        """Return the event as it is passed on, with its bytes; no bytes if it is dropped."""
        index = told.get("index")
        match told.get("type"):
            case "content_block_start" if (told.get("content_block") or {}).get("type") == "tool_use":
                self._count += 1
                if self._one_call and self._count > 1 and isinstance(index, int):
                    insort(self._dropped, index)
            case "content_block_delta" if (told.get("delta") or {}).get("type") == "input_json_delta":
                told, frame = self._delta(told, frame)
            case "content_block_stop" if index in self._arguments:
                frame = self._rest(told) + frame
            case "message_delta" if self._torn and (told.get("delta") or {}).get("stop_reason") == "tool_use":
                # The arguments were completed, but the client must not run the call as if the model had ended it there.
                told = {**told, "delta": {**told["delta"], "stop_reason": "max_tokens"}}
                frame = event("message_delta", told)
        return self._in_its_place(told) if self._dropped and isinstance(index, int) else (told, frame)

    def _in_its_place(self, told: Told) -> tuple[Told, bytes]:
        """Number the blocks without gaps, whatever was dropped."""
        index = told["index"]
        before = bisect_left(self._dropped, index)
        if self._dropped[before : before + 1] == [index]:
            return told, b""
        told = {**told, "index": index - before}
        return told, event(str(told["type"]), told)

    def _delta(self, told: Told, frame: bytes) -> tuple[Told, bytes]:
        came = told["delta"].get("partial_json")
        if not came or not isinstance(came, str):
            return told, frame
        said = self._arguments.setdefault(told.get("index"), CallArguments()).take(came)
        if said == came:
            return told, frame
        if not said:
            return told, b""
        told = {**told, "delta": {**told["delta"], "partial_json": said}}
        return told, event("content_block_delta", told)

    def _rest(self, told: Told) -> bytes:
        arguments = self._arguments.pop(told.get("index"))
        rest = arguments.close()
        self._torn = self._torn or arguments.torn
        if not rest:
            return b""
        delta = {"type": "input_json_delta", "partial_json": rest}
        return event("content_block_delta", {"type": "content_block_delta", "index": told["index"], "delta": delta})


def with_one_tool_use(blocks: Sequence[Any]) -> list[Any]:
    """Return the blocks of a whole answer with only the first tool use."""
    first = next((place for place, block in enumerate(blocks) if _is_tool_use(block)), len(blocks))
    return [block for place, block in enumerate(blocks) if place <= first or not _is_tool_use(block)]


def _is_tool_use(block: object) -> bool:
    return isinstance(block, Mapping) and block.get("type") == "tool_use"


def event(name: str, data: Mapping[str, Any]) -> bytes:
    """Return one event of a stream, as bytes."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
