"""The bytes of one answer, read as events: an SSE stream, or one JSON body, whichever the server sent.

What it is is seen from the bytes and not from the content type: MiniMax answers a failed stream with a JSON body,
some gateways label a stream as plain text, and a proxy in front may answer with an HTML page.
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
    """Reads one answer. Feed it every piece of the body, then close it; it does not matter where the pieces are cut.

    Attributes:
        fault: what went wrong behind the events that were returned last. Nothing more can be read, and it is to be
            raised once they are handed on; where nothing was said before, it is raised at once.
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
        """Nothing more is needed: the rest of the body, if any, may be left unread."""
        return self._reducer.done or self._reducer.stopped

    @property
    def finished(self) -> bool:
        """The answer is complete; only its usage may still be missing."""
        return self._reducer.finished

    def feed(self, data: bytes) -> list[Event]:
        """Take the next piece of the body and return what it says.

        Raises:
            UpstreamFault: the server says in it that the call failed.
            ProtocolFault: it is neither SSE nor JSON, or too large.
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
        """The body has ended, or no more of it is wanted: return the last events, with usage and finish.

        Raises:
            UpstreamFault: as :meth:`feed`.
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
        """The body broke off: what was held back until more of it would come."""
        return self._reducer.held_back()

    def _before(self, fault: WireFault, events: list[Event]) -> list[Event]:
        """Everything in front of a fault, what was held back included; the fault itself if that is nothing."""
        events = events + self._reducer.held_back()
        if all(isinstance(event, Started) for event in events):
            raise fault
        self.fault = fault
        return events

    def _sniff(self, data: bytes) -> bytes:
        """Decide on the first visible byte; until there is one, wait."""
        begin = (self._begin or b"") + data
        if _BOM.startswith(begin):
            self._begin = begin
            return b""
        visible = begin.removeprefix(_BOM).lstrip()
        if not visible:
            self._begin = b"\n"  # blanks in front mean nothing, however many
            return b""
        self._begin = None
        if visible[:1] not in b"{[<":
            self._decoder = SSEDecoder()
        return visible

    def _frames(self, payloads: list[bytes], *, last: bool = False) -> list[Event]:
        reducer = self._reducer
        events: list[Event] = []
        for payload in map(bytes.strip, payloads):
            # What stands behind the end is not read, so that it never matters what arrives in one read with it.
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
                    continue  # all of the answer is here; it was its usage that broke off
                return self._before(fault, events)
        return events

    def _whole(self, body: bytes) -> list[Event]:
        text = body.strip()
        if not text:
            raise ProtocolFault("The answer is empty.", truncated=True)
        if text[:1] == b"<":
            raise ProtocolFault(
                "The answer is a web page, not MiniMax's: something stands between, or api_base is wrong."
            )
        frame = next(_parse(text, truncated=True))
        if not isinstance(frame, dict):
            raise ProtocolFault("The answer is JSON, but not an object.")
        events = self._reducer.feed(frame)
        self._reducer.end()
        return events


def _parse(payload: bytes, *, truncated: bool) -> Iterator[object]:
    """The frames of one event: some gateways put two into one."""
    try:
        yield from loads_all(payload)
    except ValueError as error:
        excerpt = payload[:80].decode("utf-8", "replace")
        raise ProtocolFault(f"A frame of the answer is not JSON: {excerpt!r}.", truncated=truncated) from error
