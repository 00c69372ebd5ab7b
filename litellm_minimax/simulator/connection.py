"""One client connection: HTTP's grammar by h11, one request after another; a client that leaves is noticed at once."""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import Protocol

import h11

from litellm_minimax.simulator.delivery import Delivery, Ended
from litellm_minimax.simulator.records import RecordedRequest
from litellm_minimax.simulator.reply import Reply

MAX_BODY = 64 * 1024 * 1024
_HEADER_BYTES = 256 * 1024


class Host(Protocol):
    """The methods of the server that a connection uses."""

    def joined(self, connection: Connection, /) -> None:
        """A client connected."""

    def left(self, connection: Connection, /) -> None:
        """It is gone."""

    def record(self, request: h11.Request, body: bytes, client_port: int, /) -> RecordedRequest:
        """Record a whole request."""

    def reply_to(self, record: RecordedRequest, /) -> Reply:
        """What to answer."""

    def closed(self, record: RecordedRequest, /) -> None:
        """Note that its answer has ended; may be called twice."""


class Connection(asyncio.Protocol):
    """One client connection; its requests are answered one after another.

    The socket is read while an answer is being written, so that a client that leaves is noticed at once.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._writable = asyncio.Event()
        self._writable.set()
        self._task: asyncio.Task[None] | None = None
        self._request: h11.Request | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._told_to_continue = False
        self._pending = bytearray()
        self._gone = False
        self._http = _fresh()

    # -- asyncio's calls ----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client connected."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        # asyncio does this only for sockets that name their protocol, and those of socket.create_server() do not.
        # Without it a frame waits up to 40 ms for the client to acknowledge the one before.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self._port: int = transport.get_extra_info("peername")[1]
        self._host.joined(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        """Handle the end of the connection, however it ended."""
        self._leave()
        self._host.left(self)

    def eof_received(self) -> bool:
        """Treat the client as gone, since no client of this API half-closes."""
        self._leave()
        return False

    def pause_writing(self) -> None:
        """Pause: the client reads more slowly than we write."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Resume: the client has caught up."""
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request; while one is being answered they wait."""
        if self._task is not None:
            self._pending += data
            return
        self._http.receive_data(data)
        self._advance()

    # -- requests -----------------------------------------------------------------------------------------------

    def drop(self) -> asyncio.Task[None] | None:
        """Close without waiting; return the task that was answering, if any."""
        self._leave()
        self._transport.abort()
        return self._task

    def _leave(self) -> None:
        self._gone = True
        if self._task is not None:
            self._task.cancel()

    def _advance(self) -> None:
        """Read events until a request is complete or more bytes are needed."""
        while self._task is None:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as wrong:
                self._refuse(400, str(wrong))
                return
            match event:
                case h11.Request():
                    self._request, self._body, self._size, self._told_to_continue = event, [], 0, False
                case h11.Data():
                    self._size += len(event.data)
                    self._body.append(bytes(event.data))
                    if self._size > MAX_BODY:
                        self._refuse(413, "request body larger than 64 MB")
                        return
                case h11.EndOfMessage():
                    self._begin()
                case h11.ConnectionClosed():
                    self._transport.close()
                    return
                case _:
                    self._continue()
                    return

    def _continue(self) -> None:
        if self._http.they_are_waiting_for_100_continue and not self._told_to_continue:
            self._told_to_continue = True
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _refuse(self, status: int, reason: str) -> None:
        body = reason.encode()
        self._transport.write(
            b"HTTP/1.1 %d Bad\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body
        )
        self._transport.close()

    def _begin(self) -> None:
        request = self._request
        if request is None:
            return
        record = self._host.record(request, b"".join(self._body), self._port)
        self._pending += self._http.trailing_data[0]
        wants_close = record.headers.get("connection", "").lower() == "close" or request.http_version == b"1.0"
        self._task = asyncio.get_running_loop().create_task(self._answer(record, wants_close))

    async def _answer(self, record: RecordedRequest, wants_close: bool) -> None:
        close = True
        try:
            reply = self._host.reply_to(record)
            reply.close = reply.close or wants_close
            settle = partial(self._host.closed, record)
            await Delivery(self._transport, self._writable, record.answered, settle).send(
                reply, with_body=record.method != "HEAD"
            )
            close = reply.close
        except Ended:
            pass
        except asyncio.CancelledError:
            record.answered.client_left = record.answered.closed_at is None
        finally:
            self._host.closed(record)
            self._task = None
        if close or self._gone:
            self._transport.close()
        else:
            self._next()

    def _next(self) -> None:
        """Go on with what has arrived in the meantime."""
        self._http = _fresh()
        if self._pending:
            data, self._pending = bytes(self._pending), bytearray()
            self._http.receive_data(data)
            self._advance()


def _fresh() -> h11.Connection:
    return h11.Connection(h11.SERVER, max_incomplete_event_size=_HEADER_BYTES)
