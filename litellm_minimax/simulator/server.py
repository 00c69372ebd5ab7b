"""The server: one thread with its own event loop, plain asyncio protocols, and HTTP's grammar by h11."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ipaddress
import itertools
import json
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from litellm_minimax.simulator import control
from litellm_minimax.simulator.connection import Connection
from litellm_minimax.simulator.quirks import Quirks
from litellm_minimax.simulator.records import RecordedRequest, Totals, parse_json
from litellm_minimax.simulator.reply import JSON_TYPE, Reply
from litellm_minimax.simulator.service import Scripted, Service

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

    import h11

    from litellm_minimax.simulator.replay import Replay


class Simulator:
    """A MiniMax-shaped server on this machine.

    Start it with ``with Simulator() as sim:`` or ``start()`` and ``stop()``; it runs in its own thread, so it
    serves sync and async clients of the same process, and other processes.

    Args:
        port: 0 picks a free one.
        host: refused unless it is a loopback address or ``allow_remote`` is set.
        quirks: how it behaves where the sources disagree; may be replaced later through ``sim.quirks``.
        api_keys: the valid keys; ``None`` accepts any key that does not start with ``wrong``.
        allow_remote: allow it to listen on other addresses than loopback.
        path_prefix: a prefix before every path, as behind some gateways: ``/llm`` serves ``/llm/v1/…`` only.
        keep: how many request records are kept; totals count all.
        ssl_context: serves TLS with this context.
        replay: recorded exchanges to serve instead of simulated ones.

    Raises:
        ValueError: ``host`` is not a loopback address.
        OSError: the port is taken.
    """

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        quirks: Quirks | None = None,
        api_keys: Iterable[str] | None = None,
        allow_remote: bool = False,
        path_prefix: str = "",
        keep: int = 10_000,
        ssl_context: ssl.SSLContext | None = None,
        replay: Replay | None = None,
    ) -> None:
        if not (allow_remote or _is_loopback(host)):
            raise ValueError(f"the simulator listens on loopback only; {host!r} needs allow_remote=True")
        self.host, self.port = host, port
        self.service = Service(quirks or Quirks(), api_keys, path_prefix, replay)
        self.requests: list[RecordedRequest] = []
        self._totals = Totals()
        self._keep = keep
        self._ssl = ssl_context
        self._sequence = itertools.count(1)
        self._connections: set[Connection] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None
        self._active = 0

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Listen and serve; returns when the port is open."""
        listener = self._listener()
        self.port = listener.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listener, ready), name="minimax-simulator", daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        """Close all connections and the port; safe to call twice."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    @contextlib.contextmanager
    def refuse_connections(self) -> Iterator[None]:
        """Inside this block nothing listens on the port: connecting fails with ECONNREFUSED."""
        loop = self._running()
        asyncio.run_coroutine_threadsafe(self._close(), loop).result()
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(self._listen(self._listener()), loop).result()

    def _listener(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        return socket.create_server((self.host, self.port), family=family, backlog=1024)

    def _run(self, listener: socket.socket, ready: threading.Event) -> None:
        loop = self._loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(self._listen(listener))
            loop.call_soon(ready.set)
            loop.run_forever()
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    async def _listen(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), sock=listener, ssl=self._ssl)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        tasks = [task for task in (connection.drop() for connection in list(self._connections)) if task]
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise RuntimeError("the simulator is not running")
        return self._loop

    # -- steering -----------------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """The root to give to clients, without ``/v1`` (and with the path prefix)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._ssl else 'http'}://{host}:{self.port}{self.service.path_prefix}"

    @property
    def quirks(self) -> Quirks:
        """The switches in force; assign to change them for later requests."""
        return self.service.quirks

    @quirks.setter
    def quirks(self, quirks: Quirks) -> None:
        self.service.quirks = quirks

    def enqueue(self, *scripted: Scripted) -> None:
        """Give the next valid chat requests these answers or faults, in this order, whatever they ask."""
        self.service.enqueue(*scripted)

    def on(self, match: str | Callable[[dict[str, Any]], bool], scripted: Any) -> None:
        """Give requests for this model, or whose body the function accepts, this answer while the queue is empty.

        Args:
            match: a model name in any case, or a function of the request's body.
            scripted: an ``Answer``, a ``Fault``, a ``Script``, or a function of the body that gives an answer, a
                fault or ``None`` for "make something up".
        """
        self.service.on(match, scripted)

    # -- looking ------------------------------------------------------------------------------------------------

    @property
    def last(self) -> RecordedRequest:
        """The latest request.

        Raises:
            IndexError: there was no request.
        """
        return self.requests[-1]

    def reset(self) -> None:
        """Forget scripted answers, records, totals, and what was cached and issued. Quirks stay."""
        self.service.reset()
        self.requests.clear()
        self._totals = Totals()

    def report(self) -> dict[str, Any]:
        """Totals since the start or the last reset, as plain JSON types; requests count when they have ended."""
        state = {"open_connections": len(self._connections), "active": self._active, "queued": self.service.waiting}
        return self._totals.as_dict() | state

    def wait_idle(self, timeout: float = 5.0) -> None:
        """Block until no request is being answered, so that the records are complete.

        Raises:
            TimeoutError: a request is still being answered.
        """
        give_up = time.monotonic() + timeout
        while self._active:
            if time.monotonic() > give_up:
                raise TimeoutError(f"{self._active} requests are still being answered")
            time.sleep(0.002)

    # -- for the connections ------------------------------------------------------------------------------------

    def joined(self, connection: Connection) -> None:
        """Note a new connection."""
        self._connections.add(connection)

    def left(self, connection: Connection) -> None:
        """Note that a connection has ended."""
        self._connections.discard(connection)

    def record(self, request: h11.Request, raw: bytes, client_port: int) -> RecordedRequest:
        """Record a request that has arrived."""
        self._active += 1
        path, _, query = request.target.decode("latin-1").partition("?")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        trace_id = hashlib.blake2b(b"%d %b" % (next(self._sequence), raw), digest_size=16).hexdigest()
        method, body = request.method.decode("latin-1"), parse_json(raw) if raw else None
        record = RecordedRequest(method, path, query, headers, raw, body, trace_id, client_port)
        if not path.startswith("/simulator/"):
            self.requests.append(record)
            if len(self.requests) > self._keep:
                del self.requests[: self._keep // 10 + 1]
        return record

    def reply_to(self, record: RecordedRequest) -> Reply:
        """Return what to answer; a mistake in a test's own script is a 500 that says so."""
        try:
            if record.path.startswith("/simulator/"):
                return control.reply_to(self, record)
            return self.service.reply_to(record)
        except Exception as mistake:  # noqa: BLE001 - a script may raise anything, and its author must see it
            told = json.dumps({"error": {"message": f"simulator: {mistake!r}"}})
            return Reply(500, {"Content-Type": JSON_TYPE}, told.encode(), good=False)

    def closed(self, record: RecordedRequest) -> None:
        """Note that a request was answered or its client left; a second call does not count."""
        if record.answered.closed_at is not None:
            return
        record.answered.closed_at = time.monotonic()
        if not record.path.startswith("/simulator/"):
            self._totals.closed(record)
        self._active -= 1


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    quirks: Quirks | None = None,
    *,
    allow_remote: bool = False,
    replay: Replay | None = None,
) -> None:
    """Run a simulator until Ctrl-C; print its URL, and the line that points this package at it.

    Raises:
        ValueError: ``host`` is not a loopback address and ``allow_remote`` is not set.
        OSError: the port is taken.
    """
    with Simulator(port, host, quirks=quirks, allow_remote=allow_remote, replay=replay) as sim:
        answers = "simulated" if replay is None else "those that were recorded"
        print(f"MiniMax simulator on {sim.base_url} (any key works; answers are {answers})")  # noqa: T201
        print(f"export MINIMAX_API_BASE={sim.base_url} MINIMAX_API_KEY=any", flush=True)  # noqa: T201
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)  # again and again: a signal that comes just before a wait without an end is lost
