"""The only file that opens sockets: it sends one POST and returns a status and a stream of bytes.

The clients are LiteLLM's shared ones (``clients.py``). Nothing is retried here, because retries are LiteLLM's job and
would multiply with the Router's.
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
"""Limit for a whole answer; the largest real one (524,288 tokens) is about 2 MiB."""
MAX_STREAM_BYTES = 256 * 1024 * 1024
"""Limit for a stream that never ends: half a KiB for each token of the longest possible answer."""
BREATHE = 16
"""Reads after which other tasks get a turn. An upstream that never pauses always has something to read, so its reader
never yields, and anyio, which cancels only at a yield, could not stop it after the proxy's client has left."""
READ_BYTES = 128 * 1024
"""Most bytes in one read: as much as aiohttp buffers before it stops reading from the network."""
MAX_ERROR_BYTES = 256 * 1024
"""Most bytes read of an error's body: enough for any real error, and little for a hostile server."""
LINGER_SECONDS = 1.0
"""How long the end of a complete answer's body is awaited in the background, so that its connection can be reused."""
LINGER_SECONDS_BLOCKING = 0.05
"""The same for a blocking client, who waits for it: the end is sent with the answer's last bytes or not at all."""
LINGER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Timeouts in seconds; ``None`` means no limit. ``total`` limits a whole (not streamed) exchange."""

    connect: float | None
    first_byte: float | None
    silence: float | None
    total: float | None

    @classmethod
    def of(cls, timeout: float | str | httpx.Timeout | None, *, streaming: bool) -> Timeouts:
        """Read LiteLLM's ``timeout``: one number for all timeouts, or an ``httpx.Timeout``.

        A stream may last as long as data keeps coming, so it has no total.
        """
        if isinstance(timeout, httpx.Timeout):
            return cls(timeout.connect, timeout.read, timeout.read, None if streaming else timeout.read)
        seconds = float(timeout) if timeout is not None else None
        return cls(seconds, seconds, seconds, None if streaming else seconds)

    def as_httpx(self) -> httpx.Timeout:
        """Return the timeouts in httpx's form; its read timeout restarts at every read."""
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
    """An open answer: its status and headers have come, its body has not."""

    __slots__ = ("_deadline", "_response", "headers", "status")

    def __init__(self, response: httpx.Response, deadline: float | None) -> None:
        self._response = response
        self._deadline = deadline
        self.status = response.status_code
        self.headers = response.headers

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Yield the body as it arrives, a piece per network read; a caller that stops early must call ``close``."""
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
        """Return the whole body, and close the answer.

        Raises:
            ProtocolFault: the body is larger than ``limit`` bytes.
            TransportFault: the body did not end in time.
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
        """Return the beginning of an error's body, as much as is useful, and close the answer; never fails."""
        return await _quietly(self.whole(MAX_ERROR_BYTES))

    async def close(self) -> None:
        """Close the connection unless the body was read to its end; the server notices at once."""
        await self._response.aclose()

    def end(self, pieces: AsyncGenerator[bytes]) -> None:
        """Close a complete answer, but let its connection be reused: read the end of the body in the background.

        A new connection would cost the next call two or three round trips before its first byte.

        Args:
            pieces: what :meth:`pieces` returned.
        """
        task = asyncio.create_task(self._linger(pieces))
        _lingering.add(task)
        task.add_done_callback(_lingering.discard)

    async def _linger(self, pieces: AsyncGenerator[bytes]) -> None:
        try:
            with suppress(TransportFault, ProtocolFault, TimeoutError, RuntimeError):  # RuntimeError: it is being read
                async with asyncio.timeout(LINGER_SECONDS):
                    await _to_its_end(pieces)
        finally:
            await self.close()


_lingering: set[asyncio.Task[None]] = set()


async def _to_its_end(pieces: AsyncGenerator[bytes]) -> None:
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > LINGER_BYTES:
            break
    await pieces.aclose()


class SyncAnswer:
    """The blocking version of :class:`AsyncAnswer`."""

    __slots__ = ("_deadline", "_hang_up", "_response", "headers", "status")

    def __init__(self, response: httpx.Response, deadline: float | None) -> None:
        self._response = response
        self._deadline = deadline
        self._hang_up: threading.Timer | None = None
        self.status = response.status_code
        self.headers = response.headers

    def pieces(self) -> Iterator[bytes]:
        """Yield the body as it arrives, a piece per network read."""
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
        """Return the whole body, and close the answer. Raises like :meth:`AsyncAnswer.whole`."""
        try:
            pieces = _Pieces(limit)
            for piece in self.pieces():
                pieces.add(piece)
            return pieces.joined()
        finally:
            self.close()

    def beginning(self) -> bytes:
        """Return the beginning of an error's body, as much as is useful, and close the answer; never fails."""
        try:
            return self.whole(MAX_ERROR_BYTES)
        except (TransportFault, ProtocolFault):
            return b""

    def end_within(self, seconds: float) -> None:
        """Break the connection after ``seconds`` unless it is closed by then, even if a read is waiting.

        A blocking read can't be cancelled, and its own timeout may be minutes. Shutting its socket down wakes it.
        """
        if self._hang_up is None:
            self._hang_up = threading.Timer(seconds, _shut_down, (self._response,))
            self._hang_up.daemon = True
            self._hang_up.start()

    def end(self, pieces: Iterator[bytes]) -> None:
        """Close a complete answer, but let its connection be reused: read the end of the body, if it comes at once."""
        if self._hang_up is not None:
            self._hang_up.cancel()
            self._hang_up = None
        self.end_within(LINGER_SECONDS_BLOCKING)
        size = 0
        with suppress(TransportFault, ProtocolFault):
            for piece in pieces:
                size += len(piece)
                if size > LINGER_BYTES:
                    break
        self.close()

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
    """Send ``post`` and return its answer as soon as the status line and headers have come.

    Args:
        post: the request.
        client: an ``httpx.AsyncClient``, or a LiteLLM object that holds one; by default the shared client.

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
    """Send ``post`` through ``http``, and skip the work that httpx does for browsers if nothing else depends on it.

    Merging default headers and cookies, following redirects and asking for credentials costs 0.2 ms of CPU per request,
    a tenth of LiteLLM's whole call (measured on 1.106.2). None of it is wanted here: an API has no cookies to keep, and
    keeping them would share them between the keys of all callers. A client that is configured otherwise is used in
    full.
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
    """Return the body's bytes; a body without an encoding needs no decoder."""
    stream = response.stream
    if isinstance(stream, httpx.AsyncByteStream) and "content-encoding" not in response.headers:
        # LiteLLM's stream passes on at most 16 KiB at a time. A reader that has fallen behind catches up sooner if it
        # takes everything that is there; for other readers nothing changes.
        setattr(stream, "CHUNK_SIZE", READ_BYTES)  # noqa: B010 -- a name of LiteLLM's class only
        return aiter(stream)
    return response.aiter_bytes()


def post(request: Post, client: Any = None) -> SyncAnswer:
    """Send ``request`` as :func:`apost` does, blocking."""
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
    """Refuse other encodings than gzip and deflate: none was requested, and a read of them may unpack to gigabytes."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise ProtocolFault("The answer is compressed with an encoding that was not requested.")


def _bounded(size: int) -> None:
    if size > MAX_STREAM_BYTES:
        raise ProtocolFault(f"The answer has not ended after {MAX_STREAM_BYTES} bytes.")


class _Pieces:
    """Collects a body up to a limit, without copying it for every piece."""

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
