"""What a request does beside its answer, and at its end."""

import asyncio
from contextlib import suppress

from litellm_minimax.hybrid.aside import Aside, to_its_end


async def test_an_ending_is_not_cut_however_often_its_request_is_cancelled():
    done = []

    async def ending():
        for step in range(3):
            await asyncio.sleep(0.005)
            done.append(step)

    async def request():
        try:
            await asyncio.sleep(10)
        finally:
            await to_its_end(ending())

    task = asyncio.create_task(request())
    for _ in range(4):
        await asyncio.sleep(0.002)
        task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        while len(done) < 3:
            await asyncio.sleep(0.005)


async def test_work_aside_fails_into_the_log_alone(caplog):
    async def fails():
        raise ValueError("a secret")

    aside = Aside()
    aside.start(fails())
    await aside.wait()
    assert "beside a hybrid's answer: ValueError" in caplog.text
    assert "secret" not in caplog.text
