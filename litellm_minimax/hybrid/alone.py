"""The reasoning model's own answer, in the client's plan mode or after rounds in trouble."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from litellm.types.utils import ModelResponseStream

from litellm_minimax.hybrid.answering import merge
from litellm_minimax.hybrid.ledger import Ledger, Made
from litellm_minimax.hybrid.thinking.deltas import reasoning_of
from litellm_minimax.hybrid.thinking.reasoner import Clock

_EARLY = 0.002
"""Seconds by which a wait may end early, because sums of floats are not exact."""


@dataclass(slots=True)
class Alone:
    """One answer of the reasoning model by itself. Iterate :meth:`chunks` once."""

    made: Made
    ledger: Ledger
    merger: merge.Merger
    clock: Clock
    limit: float
    """Seconds within which the first chunk must arrive."""
    idle: float
    """Seconds that may pass between later chunks."""
    keep_alive: float
    kept: list[Any] = field(default_factory=list)
    """The chunks received so far."""
    said: bool = False
    """Whether the client has received a part of the answer, so that the executor can no longer answer instead."""

    async def chunks(self) -> AsyncGenerator[ModelResponseStream, None]:
        """Yield the answer. Raises the member's own errors, and ``TimeoutError`` if a chunk is late."""
        async with contextlib.aclosing(self._patiently(self.ledger.chunks(self.made))) as chunks:
            async for chunk in chunks:
                if chunk is None:
                    yield self.merger.keep_alive()
                    continue
                self.kept.append(chunk)
                passed = self.merger.pass_on(chunk)
                if passed is not None:
                    self.said = True
                    yield passed

    def thought(self) -> str:
        """Return the reasoning received so far."""
        return "".join(reasoning_of(choice.delta) for chunk in self.kept for choice in chunk.choices or ())

    async def _patiently(self, chunks: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
        """Yield ``chunks``, and ``None`` whenever a keep-alive is due; raise ``TimeoutError`` if a chunk is late."""
        limit = self.limit
        following: asyncio.Future[Any] | None = None
        try:
            while True:
                following = asyncio.ensure_future(anext(chunks))
                deadline = self.clock.now() + limit
                while not await self.clock.wait(following, min(self.keep_alive, deadline - self.clock.now())):
                    if self.clock.now() >= deadline:
                        raise TimeoutError
                    yield None
                try:
                    yield following.result()
                except StopAsyncIteration:
                    return
                limit = self.idle
        finally:
            if following is not None and not following.done():
                following.cancel()
                await asyncio.wait({following}, timeout=1)
            with contextlib.suppress(Exception):
                await chunks.aclose()
