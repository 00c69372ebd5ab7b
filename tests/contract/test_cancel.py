"""A client that goes away closes the upstream at once: nothing more is generated, nothing is left behind."""

import asyncio
import gc
import warnings

import litellm
import pytest
from doors import HELLO, MODEL, ask

from litellm_minimax.simulator import Answer, Fault
from tests.waiting import auntil

LONG = Answer("word " * 20_000, "thought " * 1_000, chunk_chars=5, delay=0.01)
FEW = 500
"""Of some 21,600 chunks, one in 10 ms: what may be made until the connection closes, on a busy machine."""


async def settled(sim) -> None:
    """Wait beside the event loop: aiohttp closes its sockets in the loop's next turn."""
    await asyncio.to_thread(sim.wait_idle, 20)


async def assert_stopped(sim, before: int = 0) -> None:
    """The client has left, and hardly anything was made after the ``before`` chunks."""
    await settled(sim)
    answered = sim.last.answered
    assert answered.client_left
    assert not answered.finished
    assert answered.chunks_generated < before + FEW
    assert sim.report()["active"] == 0


async def open_stream(sim, count: int = 3, **kwargs):
    sim.enqueue(LONG)
    stream = await litellm.acompletion(model=MODEL, messages=HELLO, stream=True, **kwargs)
    for _ in range(count):
        await anext(aiter(stream))
    return stream


async def test_closing_an_async_stream(sim):
    stream = await open_stream(sim)
    await stream.aclose()
    await assert_stopped(sim)
    assert (await ask("async")).content


async def test_a_stream_that_was_never_read(sim):
    stream = await open_stream(sim, count=0)
    await stream.aclose()
    await assert_stopped(sim)


async def test_cancelling_the_task_that_reads(sim):
    stream = await open_stream(sim)

    async def read() -> None:
        try:
            async for _ in stream:
                pass
        finally:
            await stream.aclose()  # what LiteLLM's proxy does when its client leaves

    task = asyncio.create_task(read())
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await assert_stopped(sim)


@pytest.mark.parametrize("stream", [False, True])
async def test_cancelling_the_call_before_the_first_word(sim, stream):
    sim.enqueue(Fault("stall", phase="after_headers" if stream else "before_headers"))
    task = asyncio.create_task(litellm.acompletion(model=MODEL, messages=HELLO, stream=stream))
    while not sim.requests or not (sim.last.answered.status or not stream):
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await settled(sim)
    assert sim.last.answered.client_left


async def test_cancelling_a_whole_answer_on_its_way(sim):
    sim.enqueue(Fault("stall", phase="mid_stream"))
    task = asyncio.create_task(litellm.acompletion(model=MODEL, messages=HELLO))
    while not sim.requests or not sim.last.answered.bytes_sent:
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await settled(sim)
    assert sim.last.answered.client_left


async def test_dropping_a_sync_stream(sim):
    """LiteLLM's sync wrapper has no `close`: losing the last reference has to do."""
    sim.enqueue(LONG)
    stream = litellm.completion(model=MODEL, messages=HELLO, stream=True)
    for _ in range(3):
        next(stream)
    del stream
    gc.collect()
    # The collection takes its time, a second and more on a busy machine, and drops the stream somewhere in it.
    await assert_stopped(sim, before=sim.last.answered.chunks_generated)


async def test_closing_the_sync_stream_itself(sim):
    sim.enqueue(LONG)
    stream = litellm.completion(model=MODEL, messages=HELLO, stream=True)
    next(stream)
    stream.completion_stream.close()
    await assert_stopped(sim)
    assert next(stream.completion_stream, None) is None


async def test_two_tasks_on_one_stream_close_it_without_noise(sim):
    stream = await open_stream(sim)
    reading = asyncio.create_task(anext(aiter(stream), None))
    await asyncio.sleep(0)
    await stream.aclose()
    await asyncio.gather(reading, return_exceptions=True)
    await assert_stopped(sim)


async def test_nothing_is_left_behind(sim):
    """No task of ours survives a closed, a finished or a failed stream, and nothing warns about it."""
    before = asyncio.all_tasks()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stream = await open_stream(sim)
        await stream.aclose()
        del stream
        await ask("async-stream")
        sim.enqueue(Fault("error", code=1002, envelope="base_resp"))
        with pytest.raises(litellm.RateLimitError):
            await ask("async-stream")
        gc.collect()
        await asyncio.sleep(0)

    def left():
        return [task for task in asyncio.all_tasks() - before if "litellm_minimax" in repr(task.get_coro())]

    await auntil(lambda: not left(), 1)
    assert not left()
    ours = [str(warning.message) for warning in caught if "litellm_minimax" in str(warning.message)]
    assert not ours
    never_awaited = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]
    assert not never_awaited


async def test_many_streams_at_once_are_all_closed(sim):
    sim.on(lambda _: True, LONG)
    streams = await asyncio.gather(*(litellm.acompletion(model=MODEL, messages=HELLO, stream=True) for _ in range(10)))
    await asyncio.gather(*(anext(aiter(stream)) for stream in streams))
    await asyncio.gather(*(stream.aclose() for stream in streams))
    await settled(sim)
    report = sim.report()
    assert report["client_left"] == 10
    assert report["finished"] == 0
    assert report["generated_after_leaving"] < FEW
