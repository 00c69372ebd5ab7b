"""Two proxies behind a round-robin, one Redis: the reasoning memory is theirs together, and its loss is only a miss."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

import httpx
import pytest
from proxy_process import SHIPPED_CONFIG, StartedProxy, free_port

from litellm_minimax.memory.shared_cache import SharedCache
from litellm_minimax.simulator import Simulator

sys.path.insert(0, str(Path(__file__).parent / "doors"))
import tool_loops

pytestmark = [pytest.mark.proxy, pytest.mark.redis, pytest.mark.timeout(240)]


class RoundRobin:
    """Gives each new connection to the next of its backends; a context manager with ``url`` and ``served``."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = itertools.cycle(ports)
        self.served = dict.fromkeys(ports, 0)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._relay, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = next(self._ports)
        self.served[port] += 1
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", port)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(pump(reader, upstream_writer), pump(upstream_reader, writer))


class Redis:
    """A Redis server on a free loopback port that keeps nothing on disk."""

    def __init__(self, binary: str, folder: Path) -> None:
        self.port = free_port()
        command = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def keys(self) -> list[bytes]:
        import redis

        with redis.Redis(port=self.port) as client:
            return client.keys("*litellm-minimax:reasoning:*")

    def wait_until_ready(self) -> None:
        import redis

        with redis.Redis(port=self.port) as client:
            for _ in range(600):
                with suppress(redis.ConnectionError):
                    client.ping()
                    return
                time.sleep(0.05)
        raise RuntimeError("Redis did not start")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory):
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if binary is None:
        if os.environ.get("CI"):
            pytest.fail("no redis-server on this machine, and CI must not skip this")
        pytest.skip("no redis-server on this machine")
    server = Redis(binary, tmp_path_factory.mktemp("redis"))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="module")
def sim():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def replicas(redis_server, sim):
    key = "sk-replicas-0123456789abcdef"
    env = {"MINIMAX_API_KEY": "sk-api-replicas-0123456789", "MINIMAX_API_BASE": sim.base_url, "LITELLM_MASTER_KEY": key,
           "REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(redis_server.port), "DASHSCOPE_API_KEY": "sk-none"}  # fmt: skip
    proxies = [StartedProxy(SHIPPED_CONFIG, env=env) for _ in range(2)]
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        for started in pool.map(lambda proxy: proxy.__enter__(), proxies):
            stack.push(started.__exit__)
        yield stack.enter_context(RoundRobin([proxy.port for proxy in proxies]))


@pytest.fixture
def http(replicas, sim):
    """A client that opens a connection for each request, so that every turn of a loop meets the other replica."""
    sim.reset()
    limits = httpx.Limits(max_keepalive_connections=0)
    headers = {"Authorization": "Bearer sk-replicas-0123456789abcdef"}
    with httpx.Client(base_url=replicas.url, headers=headers, limits=limits, timeout=60) as made:
        yield made


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("door", ["chat", "messages", "responses"])
def test_what_one_replica_heard_the_other_remembers(redis_server, replicas, sim, http, door, stream):
    client, shapes = tool_loops.DOORS[door]
    before = dict(replicas.served)
    sim.enqueue(*tool_loops.rounds())
    assert client(http, "MiniMax-M2", shapes["nothing"], stream=stream) == "All read."
    assert all(count - before[port] >= 2 for port, count in replicas.served.items())
    sim.wait_idle()
    report = sim.report()
    assert report["tool_loop_turns_with_reasoning"] == report["tool_loop_turns"] == tool_loops.LOOP_TURNS
    assert redis_server.keys()


async def test_sums_of_two_replicas_are_one_sum_in_redis(redis_server, monkeypatch):
    """What a conversation's thinking has cost (`reasoning_budget`): both replicas add at the same time, none is lost."""
    from litellm.caching.redis_cache import RedisCache

    redis = RedisCache(host="127.0.0.1", port=redis_server.port)
    monkeypatch.setattr(SharedCache, "_redis", lambda _: redis)
    one, other = (SharedCache(max_items=10, max_item_kib=1, ttl=60) for _ in range(2))
    await asyncio.gather(*(each.aadd("spent", 0.25) for each in (one, other) for _ in range(8)))
    assert await one.atotal("spent") == await other.atotal("spent") == pytest.approx(4.0)


def test_losing_redis_in_the_middle_is_a_miss_and_never_an_error(redis_server, sim, http):
    """The last test of the file: it ends the Redis that the others share."""
    turns = 0

    def keep(said):
        nonlocal turns
        turns += 1
        if turns == 2:
            redis_server.kill()
        return tool_loops.CHAT_SHAPES["nothing"](said)

    # Shorter than Redis's own patience with a lost server (5 s): a call that waited for that would fail here.
    http.timeout = 4.5
    sim.enqueue(*tool_loops.rounds())
    assert tool_loops.chat(http, "MiniMax-M2", keep, stream=True) == "All read."
    sim.wait_idle()
    report = sim.report()
    assert report["errors_by_code"] == {}
    assert 0 < report["tool_loop_turns_with_reasoning"] < report["tool_loop_turns"] == tool_loops.LOOP_TURNS
