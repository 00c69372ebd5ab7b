"""A connection to MiniMax is used again after a complete answer: a new one costs a call several round trips."""

import asyncio
from types import SimpleNamespace

import litellm
import pytest
from doors import HELLO, MODEL

from litellm_minimax.simulator import Answer, Fault, ToolCall
from litellm_minimax.upstream import transport

PACED = Answer("One word after another.", "A thought.", chunk_chars=5, delay=0.005)
"""The end of a paced answer comes in a read of its own, as from a real server."""


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """A busy machine may be late with the end of an answer."""
    monkeypatch.setattr(transport, "LINGER_SECONDS", 20.0)
    monkeypatch.setattr(transport, "LINGER_SECONDS_BLOCKING", 20.0)


def ports(sim) -> list[int]:
    return [request.client_port for request in sim.requests]


@pytest.mark.parametrize(
    "answer", [PACED, Answer("", tool_calls=[ToolCall("ls", {})], delay=0.005)], ids=["text", "call"]
)
@pytest.mark.parametrize("usage", [False, True], ids=["", "usage"])
async def test_streams_one_after_another_share_a_connection(sim, answer, usage):
    sim.on(lambda _: True, answer)
    options = {"stream_options": {"include_usage": True}} if usage else {}
    for _ in range(4):
        async for _ in await litellm.acompletion(model=MODEL, messages=HELLO, stream=True, **options):
            pass
        await asyncio.to_thread(sim.wait_idle)
    await litellm.acompletion(model=MODEL, messages=HELLO)
    assert len(set(ports(sim))) == 1


def test_so_do_blocking_streams(sim):
    sim.on(lambda _: True, PACED)
    for _ in range(3):
        for _ in litellm.completion(model=MODEL, messages=HELLO, stream=True):
            pass
    litellm.completion(model=MODEL, messages=HELLO)
    assert len(set(ports(sim))) == 1


async def test_a_client_that_stops_at_the_finish_keeps_the_connection(sim):
    sim.on(lambda _: True, PACED)
    for _ in range(3):
        stream = await litellm.acompletion(model=MODEL, messages=HELLO, stream=True)
        async for chunk in stream:
            if chunk.choices[0].finish_reason:
                break
        await stream.aclose()
        await asyncio.to_thread(sim.wait_idle)
    assert len(set(ports(sim))) == 1


@pytest.mark.parametrize("kind", ["async", "blocking"])
async def test_a_server_that_never_ends_its_answer_delays_nobody(sim, kind, monkeypatch):
    monkeypatch.setattr(transport, "LINGER_SECONDS", 1.0)
    monkeypatch.setattr(transport, "LINGER_SECONDS_BLOCKING", 0.05)
    sim.on(lambda _: True, Fault("stall", at=10_000, answer=PACED))
    if kind == "async":
        chunks = [chunk async for chunk in await litellm.acompletion(model=MODEL, messages=HELLO, stream=True)]
        assert transport._lingering
    else:
        chunks = list(await asyncio.to_thread(litellm.completion, model=MODEL, messages=HELLO, stream=True))
    assert chunks[-1].choices[0].finish_reason == "stop"
    await asyncio.to_thread(sim.wait_idle, 20)
    assert sim.last.answered.client_left


async def test_a_server_that_goes_on_after_the_end_is_read_up_to_a_bound():
    read = 0

    async def pieces():
        nonlocal read
        while True:
            read += 1
            yield bytes(transport.LINGER_BYTES // 3)

    closed = asyncio.Event()

    async def close():
        closed.set()

    answer = transport.AsyncAnswer(SimpleNamespace(status_code=200, headers={}, aclose=close), None)
    answer.end(pieces())
    await asyncio.wait_for(closed.wait(), 5)
    assert read == 4


async def test_an_answer_that_a_stop_sequence_cut_is_closed_at_once(sim):
    sim.on(lambda _: True, Answer("word " * 20_000, chunk_chars=5, delay=0.002))
    stream = await litellm.acompletion(model=MODEL, messages=HELLO, stream=True, stop=["word word"])
    async for _ in stream:
        pass
    await asyncio.to_thread(sim.wait_idle, 20)
    assert sim.last.answered.client_left
    assert not transport._lingering
