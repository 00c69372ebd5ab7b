"""Decodes server-sent events: bytes in, the data of whole events out, wherever the network cut them.

This is our own decoder for two reasons. MiniMax's streams may end without the last blank line, and a conforming parser
drops that event. And the common read, many whole frames at once, can be split in one operation.
"""

from __future__ import annotations

from litellm_minimax.wire.faults import ProtocolFault

MAX_EVENT_BYTES = 64 * 1024 * 1024


class SSEDecoder:
    r"""Decodes one stream. A byte order mark at its start is skipped.

    >>> decoder = SSEDecoder()
    >>> decoder.feed(b'data: {"a":1}\n\nda'), decoder.feed(b"ta: 2\r\n\r\n"), decoder.close()
    ([b'{"a":1}'], [b'2'], [])
    """

    __slots__ = ("_after_cr", "_last", "_limit", "_pending", "_size", "_too_large")

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._limit = max_event_bytes
        self._pending: list[bytes] = []
        self._size = 0
        self._last = b""
        """The last pending byte: a blank line may be split over two reads."""
        self._after_cr = False
        self._too_large: ProtocolFault | None = None
        """Set when an event beyond the limit has begun in a read that had whole events before it."""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the data of every event that this read completes, in order, with constant work per byte.

        Raises:
            ProtocolFault: one event is larger than the limit; whole events before it are returned first.
        """
        if self._too_large is not None:
            raise self._too_large
        data = self._with_plain_ends(data)
        if not data:
            return []
        if b"\n\n" not in self._last + data:
            self._keep(data)
            return []
        if self._pending:
            self._pending.append(data)
            data = b"".join(self._pending)
            self._pending, self._size = [], 0
        *events, rest = data.split(b"\n\n")
        payloads = [payload for event in events if (payload := _data_of(event)) is not None]
        try:
            self._keep(rest)
        except ProtocolFault as fault:
            if not payloads:
                raise
            self._too_large = fault
        return payloads

    def close(self) -> list[bytes]:
        """Return the data of a last event whose blank line never came. Raises like :meth:`feed`."""
        if self._too_large is not None:
            raise self._too_large
        rest = b"".join(self._pending)
        self._pending, self._size = [], 0
        payload = _data_of(rest)
        return [] if payload is None else [payload]

    def _keep(self, data: bytes) -> None:
        if not data:
            self._last = b""
            return
        self._size += len(data)
        if self._size > self._limit:
            raise ProtocolFault(f"One event of the stream is larger than {self._limit} bytes.")
        self._pending.append(data)
        self._last = data[-1:]

    def _with_plain_ends(self, data: bytes) -> bytes:
        r"""Return the bytes with every line end as ``\n``, even if the network cut between ``\r`` and ``\n``."""
        if self._after_cr and data:
            self._after_cr = False
            data = data.removeprefix(b"\n")
        if b"\r" not in data:
            return data
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _data_of(event: bytes) -> bytes | None:
    """Return the data of one event; ``None`` if it has none (a comment, a lone field, a blank line)."""
    if event.startswith(b"data: ") and b"\n" not in event:
        return event[6:]
    lines: list[bytes] = []
    for line in event.split(b"\n"):
        name, colon, value = line.partition(b":")
        if name == b"data":
            lines.append(value.removeprefix(b" ") if colon else b"")
    return b"\n".join(lines) if lines else None
