"""An answer that is ready to send: headers, a body or the steps of a stream, and instructions for the network."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litellm_minimax.simulator.quirks import Quirks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litellm_minimax.simulator.conversation import Conversation
    from litellm_minimax.simulator.faults import Family
    from litellm_minimax.simulator.records import RecordedRequest
    from litellm_minimax.simulator.usage import Usage

JSON_TYPE = "application/json; charset=utf-8"
SSE_TYPE = "text/event-stream"


class End(enum.Enum):
    """Ways to end a connection in the middle of an answer."""

    CLOSE = "close"
    """A regular TCP close, without the end that HTTP requires."""
    RESET = "reset"
    """With an RST."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause of this many seconds."""

    seconds: float


Step = bytes | Wait | End
"""One step of a stream: send a frame, pause, or end the connection."""


@dataclass(slots=True)
class Reply:
    """What goes back to the client.

    Attributes:
        status: HTTP status.
        headers: in the order they are sent, without framing headers.
        body: a whole body, sent with ``content-length``.
        steps: a stream, sent chunked; its frames are made one by one, when they are due.
        before: what happens before the status line.
        after_head: what happens between the headers and the body.
        declared_length: a ``content-length`` other than the body's.
        first_delay: seconds before the first frame, or before a whole body's headers.
        delay: seconds from frame to frame.
        frames_per_write: frames handed to the network at once.
        write_bytes: cut writes to this many bytes, 0 for no cut.
        write_delay: seconds between such cuts.
        split_utf8: cut each frame inside its first multi-byte character.
        close: close the connection afterwards.
        good: this is the whole answer, as intended.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    steps: Iterator[Step] | None = None
    before: tuple[Step, ...] = ()
    after_head: tuple[Step, ...] = ()
    declared_length: int | None = None
    first_delay: float = 0.0
    delay: float = 0.0
    frames_per_write: int = 1
    write_bytes: int = 0
    write_delay: float = 0.0
    split_utf8: bool = False
    close: bool = False
    good: bool = True


@dataclass(slots=True)
class Exchange:
    """One request while it is being answered, as the endpoints see it.

    Attributes:
        family: which endpoint family was called.
        record: the request's record; counts are kept in ``record.answered``.
        quirks: the switches in force for this request.
        created: Unix time of the answer.
        body: the request, OpenAI-shaped.
        talk: the conversation in it.
        model: the canonical model id.
        thinking: whether the model thinks on this request.
        split: whether thinking is separate from the content.
        stream: whether a stream was requested.
        include_usage: whether a stream's usage was requested.
        usage: set once the answer is known.
    """

    family: Family
    record: RecordedRequest
    quirks: Quirks
    created: int
    body: dict[str, Any]
    talk: Conversation
    model: str = ""
    thinking: bool = False
    split: bool = False
    stream: bool = False
    include_usage: bool = False
    usage: Usage | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def trace_id(self) -> str:
        """The trace id: 32 hex digits, the same in the header, the body and error bodies."""
        return self.record.trace_id
