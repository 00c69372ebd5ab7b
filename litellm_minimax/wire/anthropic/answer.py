"""Reads the answers of MiniMax's Anthropic endpoint as their bytes pass: errors, thinking and tool calls.

The bytes are passed on unchanged, with two exceptions: tool uses (``tool_use.py``), and two habits of the server that
make clients show text twice. A block's start may already hold the text that its first delta repeats, and a whole
``message`` may follow the stream's own events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from litellm_minimax.wire.anthropic.tool_use import ToolUses, event
from litellm_minimax.wire.events import Event, Reasoning, ToolCallStart
from litellm_minimax.wire.faults import ProtocolFault, WireFault
from litellm_minimax.wire.incoming.stream import parse_error_body
from litellm_minimax.wire.json_text import loads

_MAX_FRAME = 16 * 1024 * 1024
_LONGEST_ERROR = 16 * 1024
"""The stream is checked for a plain JSON body up to this length; a longer body is read at its end."""
_EVENT_END = re.compile(rb"\n\n|\r\n\r\n")
_LONGEST_END = 3
"""Bytes of an event's end that an earlier read may have brought."""
_OF_INTEREST = (
    b"thinking",
    b"tool_use",
    b"input_json_delta",
    b"content_block_start",
    b'"error"',
    b"base_resp",
    b'"message"',
)
_TEXT_KINDS = ("thinking", "text")


def events_of_message(body: Mapping[str, Any]) -> list[Event]:
    """Return the thinking and the tool calls of a whole answer."""
    events: list[Event] = []
    calls = 0
    for block in body.get("content") or ():
        if not isinstance(block, Mapping):
            continue
        if block.get("type") == "thinking":
            events.append(Reasoning(str(block.get("thinking") or "")))
        elif block.get("type") == "tool_use":
            events.append(ToolCallStart(calls, str(block.get("id")), str(block.get("name"))))
            calls += 1
    return events


def error_of_message(status: int, body: bytes, trace_id: str | None) -> WireFault | None:
    """Return the error that a whole answer holds, even with HTTP 200; ``None`` for a good answer."""
    try:
        told = loads(body)
    except ValueError:
        if status < 300:
            return ProtocolFault("the answer is not JSON.")
        return parse_error_body(status, body, trace_id)
    if status >= 300 or not isinstance(told, dict) or _is_error(told):
        return parse_error_body(status, body, trace_id)
    return None


class MessageStream:
    """Reads the events of one stream as they pass."""

    def __init__(self, trace_id: str | None = None, *, one_call: bool = False) -> None:
        self._trace_id = trace_id
        self._tool_uses = ToolUses(one_call=one_call)
        self._rest: list[bytes] = []
        """The parts of the event that has begun; they are joined once, when the event is complete."""
        self._size = 0
        self._tail = b""
        """Its last bytes, which may be the beginning of its end marker."""
        self._calls = 0
        self._starts: dict[Any, tuple[str, str]] = {}
        self.began = False
        """The first event has been read, and it was not an error."""
        self.ended = False
        """The event that ends a good answer has been read."""
        self.events: list[Event] = []
        """Thinking and calls so far."""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return the bytes to pass on; an unfinished event is held until it is complete.

        Raises:
            UpstreamFault: the answer begins with an error.
            ProtocolFault: an event is far too long, or the answer is not an event stream.
        """
        self._rest.append(data)
        self._size += len(data)
        window = self._tail + data
        frames: list[bytes] = []
        if _EVENT_END.search(window):
            frames, window = _split(b"".join(self._rest))
            self._rest, self._size = [window], len(window)
        self._tail = window[-_LONGEST_END:]
        if self._size > _MAX_FRAME:
            raise ProtocolFault("an event of the stream is too long.")
        if not self.began and data.rstrip().endswith(b"}"):
            self._look_for_plain_json()
        return b"".join(self._passed(frame) for frame in frames)

    def _look_for_plain_json(self) -> None:
        if self._size > _LONGEST_ERROR:
            return
        body = b"".join(self._rest)
        if body.lstrip().startswith(b"{"):
            self._refuse_plain_json(body)

    def close(self) -> bytes:
        """Return what is left at the end of the stream.

        Raises:
            UpstreamFault: the answer was only an error.
            ProtocolFault: the answer was empty.
        """
        rest, self._rest = b"".join(self._rest), []
        if not self.began:
            if rest.strip():
                self._refuse_plain_json(rest, at_end=True)
            raise ProtocolFault("the stream is empty.", truncated=True)
        return rest

    def _refuse_plain_json(self, body: bytes, *, at_end: bool = False) -> None:
        """Raise the error that came as a plain body although a stream was requested."""
        try:
            told = loads(body)
        except ValueError:
            if at_end:
                raise ProtocolFault("the answer is not an event stream.") from None
            return
        if isinstance(told, dict) and _is_error(told):
            raise parse_error_body(200, body, self._trace_id)
        raise ProtocolFault("the answer is not an event stream.")

    def _passed(self, frame: bytes) -> bytes:
        data = _data_of(frame)
        watching = not self.began or self._starts or self._tool_uses.watching
        told = _json(data) if data and (watching or any(word in data for word in _OF_INTEREST)) else None
        # The quotes show that this is not part of a text, where they would be escaped.
        self.ended = self.ended or b'"message_stop"' in frame
        if told is None:
            return frame
        if not self.began:
            if _is_error(told):
                raise parse_error_body(200, data or b"", self._trace_id)
            self.began = True
        return self._read(told, frame)

    def _read(self, told: Mapping[str, Any], frame: bytes) -> bytes:
        told, frame = self._tool_uses.passed(told, frame)
        if not frame:
            return b""
        match told.get("type"):
            case "content_block_start":
                return self._block_start(told, frame)
            case "content_block_delta":
                delta = told.get("delta") or {}
                lost = self._lost_start(told, delta)
                if delta.get("type") == "thinking_delta":
                    self.events.append(Reasoning(str(delta.get("thinking") or "")))
                return lost + frame
            case "content_block_stop":
                return self._lost_start(told, {}) + frame
            case "message":
                return b""
        return frame

    def _block_start(self, told: Mapping[str, Any], frame: bytes) -> bytes:
        block = told.get("content_block") or {}
        kind = str(block.get("type"))
        if kind == "tool_use":
            self.events.append(ToolCallStart(self._calls, str(block.get("id")), str(block.get("name"))))
            self._calls += 1
        if kind not in _TEXT_KINDS or not block.get(kind):
            return frame
        self._starts[told.get("index")] = (kind, str(block[kind]))
        return event("content_block_start", {**told, "content_block": {**block, kind: ""}})

    def _lost_start(self, told: Mapping[str, Any], delta: Mapping[str, Any]) -> bytes:
        """Return the text of a block's start as a delta, unless the block's first delta repeats it."""
        kind, text = self._starts.pop(told.get("index"), ("", ""))
        if not text or str(delta.get(kind) or "").startswith(text):
            return b""
        if kind == "thinking":
            self.events.append(Reasoning(text))
        delta = {"type": f"{kind}_delta", kind: text}
        return event("content_block_delta", {"type": "content_block_delta", "index": told["index"], "delta": delta})


def _split(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the complete events, each with the blank line that ends it, and the rest."""
    ends = [found.end() for found in _EVENT_END.finditer(data)]
    frames = [data[start:end] for start, end in pairwise([0, *ends])]
    return frames, data[ends[-1] if ends else 0 :]


def _data_of(frame: bytes) -> bytes | None:
    lines = [line[5:].strip() for line in frame.splitlines() if line.startswith(b"data:")]
    return b"\n".join(lines) if lines else None


def _json(data: bytes) -> dict[str, Any] | None:
    try:
        told = loads(data)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _is_error(told: Mapping[str, Any]) -> bool:
    base = told.get("base_resp")
    code = base.get("status_code") if isinstance(base, Mapping) else None
    return told.get("type") == "error" or bool(told.get("error")) or bool(code)
