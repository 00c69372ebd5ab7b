"""Virtual time and scripted streams: no test here waits for a real second."""

import asyncio
import heapq
import itertools
from types import SimpleNamespace


class VirtualClock:
    """Time that moves only when everybody waits."""

    def __init__(self):
        self.time = 0.0
        self._timers = []
        self._order = itertools.count()

    def now(self):
        return self.time

    async def sleep(self, seconds):
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._timers, (self.time + seconds, next(self._order), woken))
        await woken

    async def wait(self, task, seconds):
        deadline = self.time + max(seconds, 0)
        while True:
            for _ in range(10):
                if task.done():
                    return True
                await asyncio.sleep(0)
            if not self._timers or self._timers[0][0] > deadline:
                self.time = deadline
                return task.done()
            self.time, _, woken = heapq.heappop(self._timers)
            if not woken.done():
                woken.set_result(None)


class ScriptedStream:
    """An upstream: numbers are seconds of silence, exceptions are raised, all else is a chunk."""

    def __init__(self, script, clock=None):
        self.script = list(script)
        self.clock = clock
        self.closed = False
        self.sent = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        while self.script and not self.closed:
            step = self.script.pop(0)
            if isinstance(step, (int, float)):
                await self.clock.sleep(step)
                continue
            if isinstance(step, BaseException):
                raise step
            self.sent += 1
            return step
        raise StopAsyncIteration

    async def aclose(self):
        self.closed = True


class Shelf:
    """A cache in a dict."""

    def __init__(self):
        self.kept = {}

    async def aget(self, key):
        return self.kept.get(key)

    async def aget_each(self, keys):
        return [self.kept.get(key) for key in keys]

    async def aset(self, key, text):
        assert isinstance(text, str)
        self.kept[key] = text


def chunk(finish=None, usage=None, **delta):
    """A chunk as any provider's SDK gives it, reduced to what is read."""
    fields = {"content": None, "tool_calls": None, **delta}
    return SimpleNamespace(
        choices=[SimpleNamespace(delta=SimpleNamespace(**fields), finish_reason=finish)], usage=usage
    )


def empty(usage=None):
    return SimpleNamespace(choices=[], usage=usage)


class Purse:
    """Sums in a dict."""

    def __init__(self):
        self.kept = {}

    async def atotal(self, key):
        return self.kept.get(key, 0.0)

    async def aadd(self, key, amount):
        self.kept[key] = self.kept.get(key, 0.0) + amount
