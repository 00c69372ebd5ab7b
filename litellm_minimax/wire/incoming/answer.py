"""Reads the bytes of one answer as events, whether the server sent an SSE stream or one JSON body.

The bytes decide which of the two it is, not the content type: MiniMax answers a failed stream with a JSON body, some
gateways label a stream as plain text, and a proxy in front may answer with an HTML page.
"""

from __future__ import annotations

from collections.abc import Iterator

from litellm_minimax.wire.events import Event, Started
from litellm_minimax.wire.faults import ProtocolFault, WireFault
from litellm_minimax.wire.incoming.sse import SSEDecoder
from litellm_minimax.wire.incoming.stream import Reducer
from litellm_minimax.wire.json_text import loads_all
from litellm_minimax.wire.options import ReadOptions

MAX_BODY_BYTES = 64 * 1024 * 1024
_DONE = b"[DONE]"
_BOM = b"\xef\xbb\xbf"


class AnswerReader:
    """Reads one answer. Feed it every piece of the body, then close it; the pieces may be cut anywhere.

    Attributes:
    fault: what went wrong after the events that were returned last. Nothing more can be read. Raise it once those
        events have been passed on. A fault before any event is raised directly.
    """

    __slots__ = ("_begin", "_body", "_body_size", "_decoder", "_reducer", "fault")

    def __init__(self, options: ReadOptions) -> None:
        self.fault: WireFault | None = None
        self._reducer = Reducer(options)
        self._begin: bytes | None = b""
        self._decoder: SSEDecoder | None = None
        self._body: list[bytes] = []
        self._body_size = 0

    @property
    def done(self) -> bool:
        """Whether nothing more is needed; the rest of the body, if any, may be left unread."""
        return self._reducer.done or self._reducer.stopped

    @property
    def finished(self) -> bool:
        """Whether the answer is complete; only its usage may still be missing."""
        return self._reducer.finished

    @property
    def complete(self) -> bool:
        """Whether the server has nothing more to generate: the rest of its body is at most the usage and the end."""
        return (self._reducer.done or self._reducer.finished) and not self._reducer.stopped

    def feed(self, data: bytes) -> list[Event]:
        """Take the next piece of the body and return its events.

        Raises:
            UpstreamFault: the server reports that the call failed.
            ProtocolFault: the body is neither SSE nor JSON, or it is too large.
        """
        if self._decoder is not None:
            return self._frames(self._decoder.feed(data))
        if self._begin is not None:
            data = self._sniff(data)
            if self._decoder is not None:
                return self._frames(self._decoder.feed(data))
        self._body_size += len(data)
        if self._body_size > MAX_BODY_BYTES:
            raise ProtocolFault(f"The answer is larger than {MAX_BODY_BYTES} bytes.")
        self._body.append(data)
        return []

    def close(self) -> list[Event]:
        """Return the last events, with usage and finish: the body has ended, or no more of it is wanted.

        Raises:
            UpstreamFault: as in :meth:`feed`.
            ProtocolFault: the body is unreadable, empty, or stops in the middle of the answer.
        """
        if self.fault is not None:
            return []
        if self._decoder is not None:
            events = self._frames(self._decoder.close(), last=True)
        else:
            events = self._whole(b"".join(self._body))
        if self.fault is not None:  # in the very last bytes
            return events
        try:
            return events + self._reducer.close()
        except ProtocolFault as fault:
            return self._before(fault, events)

    def broken_off(self) -> list[Event]:
        """Return the events that were held back, because the body has broken off."""
        return self._reducer.held_back()

    def _before(self, fault: WireFault, events: list[Event]) -> list[Event]:
        """Return all events before a fault, including those held back; raise the fault if there are none."""
        events = events + self._reducer.held_back()
        if all(isinstance(event, Started) for event in events):
            raise fault
        self.fault = fault
        return events

    def _sniff(self, data: bytes) -> bytes:
        """Decide on the first visible byte, and wait until there is one."""
        begin = (self._begin or b"") + data
        if _BOM.startswith(begin):
            self._begin = begin
            return b""
        visible = begin.removeprefix(_BOM).lstrip()
        if not visible:
            self._begin = b"\n"  # leading white space means nothing, however long it is
            return b""
        self._begin = None
        if visible[:1] not in b"{[<":
            self._decoder = SSEDecoder()
        return visible

    def _frames(self, payloads: list[bytes], *, last: bool = False) -> list[Event]:
        reducer = self._reducer
        events: list[Event] = []
        for payload in map(bytes.strip, payloads):
            # Whatever follows the end is not read, so the result does not depend on what arrives in the same read.
            if reducer.done or reducer.stopped:
                break
            if payload == _DONE:
                reducer.end()
                break
            if not payload:
                continue
            try:
                for frame in _parse(payload, truncated=last):
                    events += reducer.feed(frame) if isinstance(frame, dict) else []
            except WireFault as fault:
                if reducer.finished and isinstance(fault, ProtocolFault):
                    continue  # the answer is complete; only its usage broke off
                return self._before(fault, events)
        return events

    def _whole(self, body: bytes) -> list[Event]:
        text = body.strip()
        if not text:
            raise ProtocolFault("The answer is empty.", truncated=True)
        if text[:1] == b"<":
            raise ProtocolFault(
                "The answer is a web page, not MiniMax's: another server is in between, or api_base is wrong."
            )
        frame = next(_parse(text, truncated=True))
        if not isinstance(frame, dict):
            raise ProtocolFault("The answer is JSON, but not an object.")
        events = self._reducer.feed(frame)
        self._reducer.end()
        return events


def _parse(payload: bytes, *, truncated: bool) -> Iterator[object]:
    """Yield the frames of one event: some gateways put two frames into one event."""
    try:
        yield from loads_all(payload)
    except ValueError as error:
        excerpt = payload[:80].decode("utf-8", "replace")
        raise ProtocolFault(f"A frame of the answer is not JSON: {excerpt!r}.", truncated=truncated) from error
