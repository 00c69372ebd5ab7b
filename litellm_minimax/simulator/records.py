"""What the simulator received and sent, for assertions: one record per request, and running totals."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class AnsweredRecord:
    """How one request has been answered so far; it changes while a stream is running.

    Attributes:
        status: HTTP status sent, 0 before (or without) any.
        code: MiniMax's error code, 0 for none.
        chunks_generated: frames of the stream made so far. Frames are made one at a time, when they are due.
        chunks_sent: frames handed to the network before the client left.
        reasoning_chunks: of those generated, the ones with thinking.
        text_chunks: of those generated, the ones with answer text (with tags and all where thinking is inside it).
        text_began: when the first of those was made, in monotonic seconds: the end of thinking, if that is separate.
        last_made: when the last frame so far was made; the connection's own end may come later.
        tool_chunks: of those generated, the ones with tool calls.
        bytes_sent: bytes handed to the network.
        tokens: completion tokens of the whole answer as planned.
        client_left: the client closed the connection before the answer was complete.
        closed_at: when the answer ended or the client left, monotonic seconds.
        finished: the whole answer, as intended, was handed to the network.
        fault: the kind of the fault that was applied, if any.
    """

    status: int = 0
    code: int = 0
    chunks_generated: int = 0
    chunks_sent: int = 0
    reasoning_chunks: int = 0
    text_chunks: int = 0
    text_began: float | None = None
    last_made: float | None = None
    tool_chunks: int = 0
    bytes_sent: int = 0
    tokens: int = 0
    client_left: bool = False
    closed_at: float | None = None
    finished: bool = False
    fault: str | None = None


@dataclass(slots=True)
class RecordedRequest:
    """One request as it arrived.

    Attributes:
        method: in upper case.
        path: without the query.
        query: the raw query string.
        headers: names in lower case; for a repeated header, the last one.
        raw: the body's bytes.
        body: the body as JSON, or ``None``.
        arrived: monotonic seconds.
        trace_id: the id the answer carries.
        client_port: the port that the client's connection came from; the same for all requests of one connection.
        reasoning_turns: assistant turns of the current tool loop that came from this simulator with reasoning.
        reasoning_turns_intact: those whose reasoning came back exactly (except for white space around it).
        answered: how it was answered.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    raw: bytes
    body: Any
    trace_id: str
    client_port: int = 0
    arrived: float = field(default_factory=time.monotonic)
    reasoning_turns: int = 0
    reasoning_turns_intact: int = 0
    answered: AnsweredRecord = field(default_factory=AnsweredRecord)

    def as_dict(self) -> dict[str, Any]:
        """Return the record for ``GET /simulator/requests``; keys are shortened to their last four characters."""
        shown = {name: _short(value) if name in _SECRET else value for name, value in self.headers.items()}
        done = {name: getattr(self.answered, name) for name in AnsweredRecord.__slots__}
        return {
            "method": self.method, "path": self.path, "query": self.query, "headers": shown, "body": self.body,
            "trace_id": self.trace_id, "client_port": self.client_port, "arrived": self.arrived,
            "reasoning_turns": self.reasoning_turns,
            "reasoning_turns_intact": self.reasoning_turns_intact, "answered": done,
        }  # fmt: skip


_SECRET = frozenset({"authorization", "x-api-key"})


def _short(value: str) -> str:
    return f"…{value[-4:]}"


def parse_json(raw: bytes) -> Any:
    """Return the body as JSON, or ``None``; the endpoint reports what is wrong with it."""
    try:
        return json.loads(raw)
    except ValueError:
        return None


@dataclass(slots=True)
class Totals:
    """Running totals since the start or the last reset; they also count records that have been dropped."""

    requests: int = 0
    by_path: Counter[str] = field(default_factory=Counter)
    by_model: Counter[str] = field(default_factory=Counter)
    errors_by_code: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    tool_loop_turns: int = 0
    tool_loop_turns_with_reasoning: int = 0
    finished: int = 0
    client_left: int = 0
    generated_after_leaving: int = 0
    chunks_sent: int = 0
    tokens: int = 0

    def closed(self, record: RecordedRequest) -> None:
        """Count one exchange that has ended."""
        answered = record.answered
        self.requests += 1
        self.by_path[record.path] += 1
        if isinstance(record.body, dict) and isinstance(record.body.get("model"), str):
            self.by_model[record.body["model"]] += 1
        if answered.code:
            self.errors_by_code[answered.code] += 1
        if answered.fault:
            self.faults[answered.fault] += 1
        self.tool_loop_turns += record.reasoning_turns
        self.tool_loop_turns_with_reasoning += record.reasoning_turns_intact
        self.finished += answered.finished
        self.client_left += answered.client_left
        self.chunks_sent += answered.chunks_sent
        self.tokens += answered.tokens
        if answered.client_left:
            self.generated_after_leaving += answered.chunks_generated - answered.chunks_sent

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types for ``Simulator.report()`` and ``GET /simulator/report``."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: {str(key): count for key, count in value.items()} if isinstance(value, Counter) else value
            for name, value in values.items()
        }
