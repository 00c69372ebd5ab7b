"""What the simulated model says, before any endpoint puts it into its wire format."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call that the model makes.

    Attributes:
        name: the tool's name.
        arguments: an object, or the raw text to send (which may be invalid JSON on purpose).
        id: ``None`` makes one in MiniMax's format, ``call_function_<12 characters>_<n>``.
    """

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    id: str | None = None

    @property
    def arguments_text(self) -> str:
        """Return the arguments as they are sent."""
        if isinstance(self.arguments, str):
            return self.arguments
        return json.dumps(dict(self.arguments), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the model, and how it is delivered.

    Attributes:
        text: the visible answer.
        reasoning: the thinking; empty for none.
        tool_calls: the calls, in order.
        finish_reason: ``None`` derives it (``tool_calls``, ``length``, ``stop``).
        usage: the whole usage object to send instead of the estimated one.
        model: the model name to send instead of the requested model's canonical id.
        chunk_chars: characters per streamed delta.
    chunks: explicit deltas instead: a string is sent as a ``content`` delta, an object as the delta itself, and an
        object with ``choices`` as the whole frame.
        delay: seconds from chunk to chunk, kept on average however long the writes take.
        first_delay: seconds before the first byte after the headers (before the headers for a plain answer).
        chunks_per_write: chunks handed to the network at once.
        headers: additional response headers.
        raw_sse: the stream's bytes, sent unchanged.
        raw_json: the plain answer's body, sent unchanged.
        status: HTTP status.
        repeat: how many requests in a row get this answer when it is enqueued.
        extra: fields merged into the body and into a stream's last frame, such as ``output_sensitive``.
        quirks: switches changed for this answer only.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: Sequence[ToolCall] = ()
    finish_reason: str | None = None
    usage: Mapping[str, Any] | None = None
    model: str | None = None
    chunk_chars: int = 100
    chunks: Sequence[str | Mapping[str, Any]] | None = None
    delay: float = 0.0
    first_delay: float = 0.0
    chunks_per_write: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    raw_sse: bytes | None = None
    raw_json: bytes | Mapping[str, Any] | None = None
    status: int = 200
    repeat: int = 1
    extra: Mapping[str, Any] = field(default_factory=dict)
    quirks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def finish(self) -> str:
        """Return the finish reason that is sent."""
        return self.finish_reason or ("tool_calls" if self.tool_calls else "stop")

    def with_ids(self, seed: str) -> Answer:
        """Return a copy in which all calls have ids."""
        if all(call.id is not None for call in self.tool_calls):
            return self
        made = [
            call if call.id is not None else dataclasses.replace(call, id=f"call_function_{seed[:12]}_{number}")
            for number, call in enumerate(self.tool_calls, 1)
        ]
        return dataclasses.replace(self, tool_calls=made)

    def cut(self, tokens: int, chars_per_token: int) -> Answer:
        """Return a copy that ends after ``tokens`` completion tokens with ``finish_reason: length`` if it is longer."""
        left = tokens * chars_per_token
        wanted = (
            len(self.reasoning) + len(self.text) + sum(len(c.name) + len(c.arguments_text) for c in self.tool_calls)
        )
        if wanted <= left:
            return self
        reasoning, left = self.reasoning[:left], max(0, left - len(self.reasoning))
        text, left = self.text[:left], max(0, left - len(self.text))
        calls: list[ToolCall] = []
        for call in self.tool_calls:
            left -= len(call.name)
            if left <= 0:
                break
            calls.append(dataclasses.replace(call, arguments=call.arguments_text[:left]))
            left -= len(call.arguments_text)
        return dataclasses.replace(self, reasoning=reasoning, text=text, tool_calls=calls, finish_reason="length")
