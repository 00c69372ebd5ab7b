"""Writes a reply to a connection, with HTTP framing by hand, so that it can be broken in every way."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING

from litellm_minimax.simulator.reply import End, Reply, Step, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from litellm_minimax.simulator.records import AnsweredRecord

_BREATHE = 64
"""Writes in a row without a pause before the event loop gets a look at its sockets."""


class Ended(Exception):
    """The reply has ended the connection on purpose."""


class Delivery:
    """Sends one reply.

    Args:
        transport: the connection.
        writable: set while the transport's buffer has room.
        count: the counters to update.
        settle: called once, just before the last bytes are sent, so that a client with all of it finds it counted.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        writable: asyncio.Event,
        count: AnsweredRecord,
        settle: Callable[[], None],
    ) -> None:
        self._transport = transport
        self._writable = writable
        self._count = count
        self._settle = settle
        self._loop = asyncio.get_running_loop()
        self._writes = 0

    async def send(self, reply: Reply, *, with_body: bool = True) -> None:
        """Send the whole reply.

        Raises:
            Ended: the reply asked to end the connection.
        """
        await self._act(reply.before)
        self._count.status = reply.status
        head = _head(reply)
        if not with_body:
            self._finish(reply)
            self._write(head)
        elif reply.steps is None:
            await self._whole(head, reply)
        else:
            self._write(head)
            await self._act(reply.after_head)
            await self._stream(reply, reply.steps)

    def _finish(self, reply: Reply) -> None:
        self._count.finished = reply.good
        self._settle()

    async def _whole(self, head: bytes, reply: Reply) -> None:
        if reply.first_delay:
            await asyncio.sleep(reply.first_delay)
        if reply.after_head:
            self._write(head)
            await self._act(reply.after_head)
            head = b""
        at_once = not (reply.write_bytes or reply.write_delay)
        if at_once:
            self._finish(reply)
        await self._put(head + reply.body, reply)
        if not at_once:
            self._finish(reply)
        await self._writable.wait()

    async def _stream(self, reply: Reply, steps: Iterator[Step]) -> None:
        """Send frames one by one; each is made only when it is due."""
        framed = reply.declared_length is None
        due = self._loop.time() + reply.first_delay
        while True:
            await self._until(due)
            batch, special = _take(steps, reply.frames_per_write)
            if batch:
                self._count.chunks_generated += len(batch)
                self._count.last_made = time.monotonic()
                data = b"".join(batch)
                await self._put(_chunked(data) if framed else data, reply)
                self._count.chunks_sent += len(batch)
            if special is not None:
                await self._act((special,))
            elif not batch:
                break
            due = max(due + reply.delay, self._loop.time() - 1.0)
        self._finish(reply)
        if framed:
            self._write(b"0\r\n\r\n")

    async def _until(self, due: float) -> None:
        left = due - self._loop.time()
        self._writes += 1
        if left > 0:
            await asyncio.sleep(left)
        elif self._writes % _BREATHE == 0:
            await asyncio.sleep(0)
        await self._writable.wait()

    async def _put(self, data: bytes, reply: Reply) -> None:
        """Write the data, cut into pieces if the reply asks for it."""
        for piece in _pieces(data, reply):
            self._write(piece)
            if reply.write_delay:
                await asyncio.sleep(reply.write_delay)
            elif reply.write_bytes or reply.split_utf8:
                await asyncio.sleep(0)

    def _write(self, data: bytes) -> None:
        self._count.bytes_sent += len(data)
        self._transport.write(data)

    async def _act(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            match step:
                case Wait(seconds):
                    await asyncio.sleep(seconds)
                case End.RESET:
                    _reset(self._transport)
                    raise Ended
                case End.CLOSE:
                    raise Ended
                case bytes():
                    self._write(step)


def _take(steps: Iterator[Step], most: int) -> tuple[list[bytes], Wait | End | None]:
    """Take up to ``most`` frames, and the special step that stopped them."""
    batch: list[bytes] = []
    for step in islice(steps, most):
        if not isinstance(step, bytes):
            return batch, step
        batch.append(step)
    return batch, None


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _pieces(data: bytes, reply: Reply) -> Iterator[bytes]:
    if reply.write_bytes:
        for at in range(0, len(data), reply.write_bytes):
            yield data[at : at + reply.write_bytes]
        return
    cut = next((at for at, byte in enumerate(data) if byte >= 0xC0), -1) + 1 if reply.split_utf8 else 0
    if cut:
        yield data[:cut]
    yield data[cut:]


def _head(reply: Reply) -> bytes:
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in reply.headers.items())]
    if reply.steps is not None and reply.declared_length is None:
        lines.append("Transfer-Encoding: chunked")
    else:
        length = len(reply.body) if reply.declared_length is None else reply.declared_length
        lines.append(f"Content-Length: {length}")
    if reply.close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _reset(transport: asyncio.Transport) -> None:
    """Close with an RST: lingering for zero seconds discards unsent data."""
    raw = transport.get_extra_info("socket")
    if isinstance(raw, socket.socket) or hasattr(raw, "setsockopt"):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
