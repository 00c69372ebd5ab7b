"""Answers as the tests of the pure ring read them: bytes in any pieces, events, and the message they make."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from litellm_minimax.wire.events import (
    Event,
    Finish,
    ProviderFields,
    Reasoning,
    Started,
    Text,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from litellm_minimax.wire.incoming.answer import AnswerReader
from litellm_minimax.wire.incoming.coalesce import coalesce
from litellm_minimax.wire.options import ReadOptions

FIXTURES = Path(__file__).parent.parent / "fixtures"
PLAIN = ReadOptions()
ID = "06407ea121ddc267a22ca62c3e0a6997"


@dataclass(frozen=True)
class Message:
    """A whole answer; a call is its id, name and arguments."""

    text: str = ""
    reasoning: str = ""
    calls: tuple[tuple[str, str, str], ...] = ()
    finish: str | None = None
    usage: Usage | None = None


def read(pieces: Iterable[bytes], options: ReadOptions = PLAIN, *, leave_when_done: bool = False) -> list[Event]:
    """The events of one answer, neighbours of a kind as one."""
    reader = AnswerReader(options)
    events: list[Event] = []
    for piece in pieces:
        events += coalesce(reader.feed(piece))
        if leave_when_done and reader.done:
            break
    events = coalesce(events + reader.close())
    if reader.fault is not None:
        raise reader.fault
    return events


def message_of(events: Iterable[Event]) -> Message:
    """What a client makes of the events; fails where their order is not the promised one."""
    events = list(events)
    assert_well_ordered(events)
    calls = {event.index: [event.id, event.name, ""] for event in events if isinstance(event, ToolCallStart)}
    for event in events:
        if isinstance(event, ToolCallArguments):
            calls[event.index][2] += event.fragment
    return Message(
        text="".join(event.text for event in events if isinstance(event, Text)),
        reasoning="".join(event.text for event in events if isinstance(event, Reasoning)),
        calls=tuple(tuple(call) for call in calls.values()),
        finish=next((event.reason for event in events if isinstance(event, Finish)), None),
        usage=next((event for event in events if isinstance(event, Usage)), None),
    )


def fields_of(events: Iterable[Event]) -> dict[str, object]:
    """The provider fields."""
    return next((dict(event.fields) for event in events if isinstance(event, ProviderFields)), {})


def assert_well_ordered(events: list[Event]) -> None:
    """``Started`` first; usage, provider fields and finish at the end, in this order; no piece empty; starts in order."""
    kinds = [type(event) for event in events]
    assert kinds[0] is Started
    assert kinds.count(Started) == 1
    assert kinds[-1] is Finish
    tail = [kind for kind in kinds if kind in (Usage, ProviderFields, Finish)]
    assert kinds[-len(tail) :] == tail
    assert tail == [kind for kind in (Usage, ProviderFields, Finish) if kind in tail]
    started = [event.index for event in events if isinstance(event, ToolCallStart)]
    assert started == list(range(len(started)))
    seen: set[int] = set()
    for event in events:
        match event:
            case Text(text=words) | Reasoning(text=words):
                assert words
            case ToolCallStart(index=index, id=call_id):
                assert call_id
                seen.add(index)
            case ToolCallArguments(index=index, fragment=fragment):
                assert fragment
                assert index in seen


def cuts(data: bytes, places: Iterable[int]) -> list[bytes]:
    """``data`` cut at some places."""
    edges = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def sse(*frames: object, done: bool = True) -> bytes:
    """A stream of JSON frames (``bytes`` are taken as they are)."""
    data = [frame if isinstance(frame, bytes) else json.dumps(frame).encode() for frame in frames]
    return b"".join(b"data: " + frame + b"\n\n" for frame in [*data, *([b"[DONE]"] if done else [])])


def chunk(delta: object, finish: str | None = None, **fields: object) -> dict[str, object]:
    """One frame of a stream."""
    choice = {"index": 0, "delta": delta, **({"finish_reason": finish} if finish else {})}
    return {"id": ID, "model": "MiniMax-M2.7", "created": 1777421217, "choices": [choice], **fields}


def streamed(*deltas: object, finish: str = "stop", options: ReadOptions = PLAIN, **fields: object) -> Message:
    """The message of a stream of deltas; a text stands for a delta of content."""
    frames = [chunk({"content": delta} if isinstance(delta, str) else delta, **fields) for delta in deltas]
    return message_of(read([sse(*frames, chunk({}, finish))], options))


def whole(message: object, finish: str | None = "stop", **fields: object) -> bytes:
    """A whole body."""
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return json.dumps(
        {"id": ID, "model": "MiniMax-M2.7", "created": 1777421217, "choices": [choice], **fields}
    ).encode()
