"""The only file that opens sockets: one POST, answered as a status and a stream of bytes.

The clients are LiteLLM's shared ones (``clients.py``). Nothing is retried here: retries belong to LiteLLM, and would
multiply with the Router's.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpx

from litellm_minimax.upstream.clients import async_client, plain_transport, sync_client
from litellm_minimax.upstream.transport_faults import TransportFault, as_transport_faults
from litellm_minimax.wire.faults import ProtocolFault

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BODY_BYTES = 64 * 1024 * 1024
"""A whole answer above this is refused: the largest real one (524,288 tokens) is about 2 MiB."""
MAX_STREAM_BYTES = 256 * 1024 * 1024
"""A stream above this never ends: half a KiB for each token of the longest answer there is."""
BREATHE = 16
"""After so many reads others get a turn. Of an upstream that never pauses there is always something to read, so its
reader never rests; and anyio, which cancels only who rests, could not end it when the proxy's client has left."""
READ_BYTES = 128 * 1024
"""At most so much is read at once: what aiohttp buffers before it stops reading from the network."""
MAX_ERROR_BYTES = 256 * 1024
"""Of an error's body no more than this is read: enough for any envelope, little for a hostile server."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; ``None`` means no limit. ``total`` bounds a whole (not streamed) exchange."""

    connect: float | None
    first_byte: float | None
    silence: float | None
    total: float | None

    @classmethod
    def of(cls, timeout: float | str | httpx.Timeout | None, *, streaming: bool) -> Timeouts:
        """Read LiteLLM's ``timeout``: one number for every clock, or an ``httpx.Timeout``.

        A stream may last as long as it keeps talking, so it has no total.
        """
        if isinstance(timeout, httpx.Timeout):
            return cls(timeout.connect, timeout.read, timeout.read, None if streaming else timeout.read)
        seconds = float(timeout) if timeout is not None else None
        return cls(seconds, seconds, seconds, None if streaming else seconds)

    def as_httpx(self) -> httpx.Timeout:
        """The same clocks as httpx knows them: its read clock restarts at every read."""
        return httpx.Timeout(self.silence, connect=self.connect, pool=self.connect)


@dataclass(frozen=True, slots=True)
class Post:
    """One request, ready to be sent."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeouts: Timeouts
    tls_verify: bool | str | None = None


class AsyncAnswer:
    """An open answer: its status and headers are known, its bytes are still to come."""

    __slots__ = ("_deadline", "_response", "headers", "status")

    def __init__(self, response: httpx.Response, deadline: float | None) -> None:
        self._response = response
        self._deadline = deadline
        self.status = response.status_code
        self.headers = response.headers

    async def pieces(self) -> AsyncGenerator[bytes]:
        """The body as it arrives, one piece a network read; whoever stops early calls ``close``."""
        _refuse_other_encodings(self.headers)
        size = reads = 0
        with as_transport_faults("silence"):
            async for piece in _body(self._response):
                size += len(piece)
                _bounded(size)
                yield piece
                reads += 1
                if not reads % BREATHE:
                    await asyncio.sleep(0)

    async def whole(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """The whole body, closed afterwards.

        Raises:
            ProtocolFault: it is larger than ``limit`` bytes.
            TransportFault: it did not come to its end in time.
        """
        try:
            async with _deadline(self._deadline):
                pieces = _Pieces(limit)
                async for piece in self.pieces():
                    pieces.add(piece)
                return pieces.joined()
        finally:
            await self.close()

    async def beginning(self) -> bytes:
        """As much of an error's body as anybody needs, closed afterwards; never fails."""
        return await _quietly(self.whole(MAX_ERROR_BYTES))

    async def close(self) -> None:
        """Close the connection unless the body was read to its end; the server sees it at once."""
        await self._response.aclose()


class SyncAnswer:
    """The blocking twin of :class:`AsyncAnswer`."""

    __slots__ = ("_deadline", "_hang_up", "_response", "headers", "status")

    def __init__(self, response: httpx.Response, deadline: float | None) -> None:
        self._response = response
        self._deadline = deadline
        self._hang_up: threading.Timer | None = None
        self.status = response.status_code
        self.headers = response.headers

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives, one piece a network read."""
        _refuse_other_encodings(self.headers)
        size = 0
        with as_transport_faults("silence"):
            for piece in self._response.iter_bytes():
                size += len(piece)
                _bounded(size)
                if self._deadline is not None and time.monotonic() > self._deadline:
                    raise _total_timeout()
                yield piece

    def whole(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """The whole body, closed afterwards; raises as :meth:`AsyncAnswer.whole`."""
        try:
            pieces = _Pieces(limit)
            for piece in self.pieces():
                pieces.add(piece)
            return pieces.joined()
        finally:
            self.close()

    def beginning(self) -> bytes:
        """As much of an error's body as anybody needs, closed afterwards; never fails."""
        try:
            return self.whole(MAX_ERROR_BYTES)
        except (TransportFault, ProtocolFault):
            return b""

    def end_within(self, seconds: float) -> None:
        """Break the connection after ``seconds`` unless it is closed by then; a read that waits is interrupted.

        A blocking read can't be cancelled, and its own clock may be minutes; shutting its socket down wakes it.
        """
        if self._hang_up is None:
            self._hang_up = threading.Timer(seconds, _shut_down, (self._response,))
            self._hang_up.daemon = True
            self._hang_up.start()

    def close(self) -> None:
        """Close the connection unless the body was read to its end."""
        if self._hang_up is not None:
            self._hang_up.cancel()
        self._response.close()


def _shut_down(response: httpx.Response) -> None:
    stream = response.extensions.get("network_stream")
    open_socket = stream.get_extra_info("socket") if stream is not None else None
    if isinstance(open_socket, socket.socket):
        with suppress(OSError):  # it is closed already
            socket.socket.shutdown(open_socket, socket.SHUT_RDWR)


async def apost(post: Post, client: Any = None) -> AsyncAnswer:
    """Send ``post`` and return its answer as soon as the status line and headers are there.

    Args:
        post: the request.
        client: an ``httpx.AsyncClient``, or an object of LiteLLM's that holds one; by default the shared one.

    Raises:
        TransportFault: the server is not reachable, or the headers did not come in time.
    """
    http = async_client(client, post.tls_verify)
    limit = post.timeouts.total
    deadline = None if limit is None else time.monotonic() + limit
    with as_transport_faults("first byte"):
        async with _deadline(deadline):
            response = await _send(http, post)
    return AsyncAnswer(response, deadline)


async def _send(http: httpx.AsyncClient, post: Post) -> httpx.Response:
    """Send ``post`` through ``http``, past what httpx does for browsers where that is all it would do.

    Merging default headers and cookies, following redirects and asking for credentials costs 0.2 ms of CPU a request,
    a tenth of LiteLLM's whole call (measured on 1.106.2). None of it is wanted here: an API has no cookies to keep, and
    keeping them would share one between the keys of all callers. A client that was set up otherwise is used whole.
    """
    timeouts = post.timeouts.as_httpx()
    transport = plain_transport(http)
    if transport is None:
        request = http.build_request("POST", post.url, headers=dict(post.headers), content=post.body, timeout=timeouts)
        return await http.send(request, stream=True, follow_redirects=False)
    request = httpx.Request(
        "POST", _url(post.url), headers=post.headers, content=post.body, extensions={"timeout": timeouts.as_dict()}
    )
    return await transport.handle_async_request(request)


@lru_cache(maxsize=64)
def _url(address: str) -> httpx.URL:
    return httpx.URL(address)


def _body(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body's bytes; those which nobody encoded need no decoder."""
    stream = response.stream
    if isinstance(stream, httpx.AsyncByteStream) and "content-encoding" not in response.headers:
        # LiteLLM's stream hands on at most 16 KiB at a time. A reader that has fallen behind catches up sooner when it
        # takes all that is there; one that has not never sees the difference.
        setattr(stream, "CHUNK_SIZE", READ_BYTES)  # noqa: B010 -- a name of LiteLLM's class only
        return aiter(stream)
    return response.aiter_bytes()


def post(request: Post, client: Any = None) -> SyncAnswer:
    """The blocking twin of :func:`apost`."""
    http = sync_client(client, request.tls_verify)
    limit = request.timeouts.total
    deadline = None if limit is None else time.monotonic() + limit
    message = http.build_request(
        "POST",
        request.url,
        headers=dict(request.headers),
        content=request.body,
        timeout=request.timeouts.as_httpx(),
    )
    with as_transport_faults("first byte"):
        response = http.send(message, stream=True, follow_redirects=False)
    return SyncAnswer(response, deadline)


def _refuse_other_encodings(headers: Mapping[str, str]) -> None:
    """None was asked for. Gateways may compress all the same; beyond gzip one read may unpack to gigabytes."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise ProtocolFault("The answer is compressed in a way that nobody asked for.")


def _bounded(size: int) -> None:
    if size > MAX_STREAM_BYTES:
        raise ProtocolFault(f"The answer has not ended after {MAX_STREAM_BYTES} bytes.")


class _Pieces:
    """Collects a body up to a limit, without copying it at every piece."""

    __slots__ = ("_limit", "_parts", "_size")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._parts: list[bytes] = []

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise ProtocolFault(f"The answer is larger than {self._limit} bytes.")
        self._parts.append(piece)

    def joined(self) -> bytes:
        return b"".join(self._parts)


class _deadline:  # noqa: N801 -- used as a context manager, like asyncio.timeout_at, which it wraps
    """``asyncio.timeout_at`` on the monotonic clock, raising :class:`TransportFault`; no limit for ``None``."""

    __slots__ = ("_timeout",)

    def __init__(self, deadline: float | None) -> None:
        self._timeout = None if deadline is None else asyncio.timeout(max(0.0, deadline - time.monotonic()))

    async def __aenter__(self) -> None:
        if self._timeout is not None:
            await self._timeout.__aenter__()

    async def __aexit__(self, *exc_info: object) -> None:
        if self._timeout is None:
            return
        try:
            await self._timeout.__aexit__(*exc_info)  # type: ignore[arg-type]
        except TimeoutError:
            raise _total_timeout() from None


async def _quietly(reading: Any) -> bytes:
    try:
        body: bytes = await reading
    except (TransportFault, ProtocolFault):
        return b""
    return body


def _total_timeout() -> TransportFault:
    return TransportFault("timeout", "The whole answer did not arrive in time.", "total")
