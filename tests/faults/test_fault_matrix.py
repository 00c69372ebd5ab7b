"""A part of the fault matrix that fits into every test run; ``make faults`` plays all of it."""

import asyncio
from dataclasses import replace

import litellm
import pytest

from litellm_minimax.upstream import transport
from tests.faults.__main__ import close_clients, proxy_config
from tests.faults.callers import KEY, MEDIA, Proxy, Sdk
from tests.faults.matrix import Cell, Ledger, open_files, play, things_left
from tests.faults.troubles import BROKEN, BY_NAME, SILENT, TROUBLES, UNREADABLE, Trouble
from tests.faults.upstreams import upstreams
from tests.proxy_process import StartedProxy, write_config
from tests.waiting import auntil


@pytest.fixture(scope="module")
def around():
    with upstreams() as made:
        yield made


@pytest.fixture(autouse=True)
async def _environment(around, monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("MINIMAX_API_BASE", around.sim.base_url)
    monkeypatch.setattr(litellm, "suppress_debug_info", True)
    yield
    await close_clients()


@pytest.fixture(scope="module")
def proxy(around, tmp_path_factory):
    config = write_config(tmp_path_factory.mktemp("faults") / "config.yaml", proxy_config(around.addresses))
    with StartedProxy(config) as started:
        yield started


async def assert_played(cell, around):
    ledger = Ledger()
    await play(cell, around, ledger)
    assert not ledger.failures, "\n".join(ledger.failures)


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_left():
    yield
    assert not things_left()


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_in_the_sdk(around, trouble):
    way = "sync" if TROUBLES.index(trouble) % 2 else "async-stream"
    files = open_files()
    await assert_played(Cell(trouble, Sdk(around), way, "plain"), around)
    await close_clients()
    # The event loop's own pair may come late, and the simulator hears later that a connection is closed.
    await auntil(lambda: open_files() <= files + 2)
    assert open_files() <= files + 2


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_beside_chat(around, trouble):
    number = TROUBLES.index(trouble)
    kind, way = list(MEDIA)[number % 2], ("sync", "async")[number // 2 % 2]
    await assert_played(Cell(trouble, Sdk(around), way, kind), around)


@pytest.mark.proxy
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_through_a_proxy(around, proxy, trouble):
    door = Proxy(proxy.url, proxy.master_key)
    way = "async" if TROUBLES.index(trouble) % 2 else "sync-stream"
    await assert_played(Cell(trouble, door, way, "plain"), around)
    door.close()


async def test_the_matrix_can_fail(around):
    """A wrong expectation is found, so that a cell which passes says something."""
    wrong = {"answer": SILENT, "redirect": BROKEN, "wrong content type": UNREADABLE}
    for trouble in TROUBLES:
        if trouble.name in wrong:
            expected = wrong[trouble.name]
            ledger = Ledger()
            doubtful = Trouble(trouble.name, trouble.fault, expected, expected)
            await play(Cell(doubtful, Sdk(around), "async", "plain"), around, ledger)
            assert len(ledger.failures) == 1
    told = replace(BY_NAME["reset in the read with text"], said="one two three")
    ledger = Ledger()
    await play(Cell(told, Sdk(around), "async-stream", "plain"), around, ledger)
    assert "had 'one two thre' and not 'one two three'" in ledger.failures[0]


@pytest.mark.parametrize("way", ["sync-stream", "async-stream"])
async def test_an_endless_stream_ends_at_its_bound(around, monkeypatch, way):
    monkeypatch.setattr(transport, "MAX_STREAM_BYTES", 200_000)
    endless = next(trouble for trouble in TROUBLES if trouble.name == "endless")
    bounded = Trouble("endless, nobody leaves", endless.fault, UNREADABLE, UNREADABLE)
    await assert_played(Cell(bounded, Sdk(around), way, "plain"), around)


async def test_blocking_router_calls_share_their_connection(around):
    """LiteLLM's cache would give each its own client, and each of those keeps a connection."""
    around.sim.reset()
    router = litellm.Router(
        [{"model_name": "m2", "litellm_params": {"model": "minimax/MiniMax-M2"}}], num_retries=0, disable_cooldowns=True
    )
    for _ in range(6):
        await asyncio.to_thread(
            router.completion, model="m2", messages=[{"role": "user", "content": "Hello!"}], timeout=20
        )
    assert await auntil(lambda: around.sim.report()["open_connections"] <= 2)  # those of earlier tests may close late


@pytest.mark.parametrize("trouble", ["endless", "drip", "stall mid-stream", "redirect"])
@pytest.mark.parametrize("kind", ["hybrid: reasoner", "hybrid: executor"])
async def test_a_hybrids_whole_answer_has_an_end(around, trouble, kind):
    """Its members are always streamed, so without a clock of its own an endless executor would never be left."""
    await assert_played(Cell(BY_NAME[trouble], Sdk(around), "async", kind), around)
