"""The calls that one hybrid request makes to its members: opened, accounted for, and closed or charged at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from litellm.types.utils import Usage

from litellm_minimax.hybrid.accounting import spend
from litellm_minimax.hybrid.asking.preset import HandOver
from litellm_minimax.hybrid.members import calls, origin, tracing
from litellm_minimax.hybrid.thinking.leading_thought import LeadingThought
from litellm_minimax.hybrid.thinking.reasoner import Clock, Limits, Result, ThinkingPhase

_SETTLING = 2.0
"""Seconds to wait for a finished stream to report its usage or to close."""


@dataclass(slots=True)
class Made:
    """One call to a member: its purpose, the stream it opened and the tokens it used."""

    phase: spend.PhaseName
    member: str
    """The member, as the model string spells it."""
    call: calls.SubCall
    stream: Any = None
    opening: asyncio.Future[Any] | None = None
    usage: Usage | None = None
    """The usage that the stream reported, if any."""
    ms: int = 0
    ended_by: str = "abandoned"
    result: Result | None = None
    """The result, if this is a thinking call, a consultation or a review."""
    began: float = 0.0
    """When the call began, by the request's clock."""

    @property
    def ended(self) -> float:
        """When the call ended, by the same clock."""
        return self.began + self.ms / 1000 if self.result is None else max(self.result.ended, self.began)

    def used(self) -> Usage:
        """Return the usage: an estimate if the stream ended before reporting it, zero if no stream was opened."""
        if self.stream is None:
            return Usage(prompt_tokens=0, completion_tokens=0, total_tokens=0)
        if self.result is not None:
            told: Usage | None = self.result.usage
            return told or spend.estimated_usage(self.call.messages, self.result.tokens)
        return self.usage or spend.estimated_usage(self.call.messages, 0)

    def as_phase(self, price: Callable[[Any, Usage], float | None]) -> spend.Phase:
        """Return this call's entry in the answer's breakdown."""
        usage = self.used()
        told = self.result.usage if self.result is not None else self.usage
        ms, ended_by = (self.result.ms, self.result.ended_by) if self.result is not None else (self.ms, self.ended_by)
        return spend.Phase(
            self.phase,
            origin.stood_in(self.stream) or self.member,
            usage,
            price(self.stream, usage),
            ms,
            ended_by,
            estimated=told is None and self.stream is not None,
            instead_of=self.member if origin.stood_in(self.stream) else None,
            request_id=origin.request_id(self.stream),
        )


@dataclass(slots=True)
class Ledger:
    """The calls of one request, in order."""

    open: Callable[[calls.SubCall], Awaitable[AsyncIterator[Any]]]
    clock: Clock
    price: Callable[[Any, Usage], float | None]
    trace: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that put each call into the caller's trace."""
    around: Callable[[Made, calls.SubCall], calls.SubCall] = lambda _, call: call
    """Called with each call before it is made; the call that it returns is made instead."""
    made: list[Made] = field(default_factory=list)
    _due: list[Coroutine[Any, Any, None]] = field(default_factory=list)
    _beside: set[asyncio.Task[None]] = field(default_factory=set)

    def thinking(
        self, name: spend.PhaseName, member: str, call: calls.SubCall, limits: Limits, hand_over: HandOver,
        *, usage_later: bool = False,
    ) -> ThinkingPhase:  # fmt: skip
        """Return a call of the reasoner, not started yet; the phase opens, reads and closes its stream."""

        async def open_stream() -> AsyncIterator[Any]:
            made = Made(name, member, call, result=phase.result, began=self.clock.now())
            self.made.append(made)
            made.stream = await self._opened(made)
            return made.stream

        phase = ThinkingPhase(open_stream, limits, hand_over, self.clock, usage_later=usage_later)
        return phase

    async def chunks(self, made: Made, enough: Callable[[], bool] = bool) -> AsyncGenerator[Any, None]:
        """Make an answering call and yield its chunks.

        Args:
            made: the call, not started yet.
            enough: called when the answer has finished; whether to stop then and read the usage in the background.
        """
        self.made.append(made)
        made.began = self.clock.now()
        try:
            # The call is sent before anything else, because the client waits for every millisecond spent here.
            made.opening = asyncio.ensure_future(self._opened(made))
            made.stream = await made.opening
            finished = False
            # MiniMax's models need no such reading: this package's own provider does it.
            leading = None if made.call.target.model.startswith("minimax") else LeadingThought()
            async for chunk in made.stream:
                finished = finished or any(choice.finish_reason for choice in chunk.choices or ())
                if getattr(chunk, "usage", None) is not None:
                    made.usage = chunk.usage
                yield leading.take(chunk) if leading is not None else chunk
                if finished and made.usage is not None:
                    break  # reading on would only make LiteLLM log this call, which the hybrid's own log covers
                if finished and enough():
                    self.beside(_told_later(made))
                    break
            made.ended_by = "finish"
        except Exception:
            made.ended_by = "error"
            raise
        finally:
            made.ms = round((self.clock.now() - made.began) * 1000)

    async def _opened(self, made: Made) -> AsyncIterator[Any]:
        try:
            return await self.open(self.around(made, tracing.named(made.call, made.phase, self.trace)))
        finally:
            self._start_due()

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work``, which reads the usage of a finished call, in the background.

        It begins once the next call is open, because the client waits for that one.
        """
        self._due.append(work)

    def _start_due(self) -> None:
        for work in self._due:
            task = asyncio.create_task(work)
            self._beside.add(task)
            task.add_done_callback(self._beside.discard)
        self._due.clear()

    async def settle(self) -> None:
        """Wait until each finished call has reported its usage, so that the calls can be summed."""
        self._start_due()
        if self._beside:
            await asyncio.wait(self._beside, timeout=_SETTLING)

    def phases(self) -> list[spend.Phase]:
        """Return what each call did and cost, including calls that failed before they had a stream."""
        return [made.as_phase(self.price) for made in self.made]

    def hand_overs(self) -> list[tuple[Made, Made]]:
        """Return each call of the reasoner with the executor's call that follows it."""
        return [
            (before, after)
            for before, after in pairwise(self.made)
            if before.result is not None and after.phase == "execution"
        ]

    def answering_headers(self) -> dict[str, Any]:
        """Return the headers of the latest answering call; empty if there is none yet."""
        answering = [made.stream for made in self.made if made.result is None and made.stream is not None]
        return origin.provider_headers(answering[-1]) if answering else {}

    def charges(self, metadata: Any) -> list[Coroutine[Any, Any, None]]:
        """Return the work that charges each call for what it did, for an answer that will not report their cost."""
        due: list[Coroutine[Any, Any, None]] = []
        for made in self.made:
            if made.result is not None:
                due.append(calls.charge(made.stream, metadata, made.used(), made.result.text("both")))
            elif getattr(made.stream, "chunks", None):
                due.append(calls.charge(made.stream, metadata))
        return due

    async def close(self) -> None:
        """Close every answering stream that is still open. May be called more than once."""
        for work in self._due:
            work.close()
        self._due.clear()
        for task in self._beside:
            task.cancel()
        if self._beside:
            await asyncio.wait(self._beside, timeout=_SETTLING)
        for made in self.made:
            if made.stream is None and made.opening is not None:
                made.stream = await _abandoned(made.opening)
            if made.result is None and hasattr(made.stream, "aclose"):
                with contextlib.suppress(Exception):
                    await made.stream.aclose()


async def _told_later(made: Made) -> None:
    with contextlib.suppress(Exception):  # the answer is complete; without a usage, it is estimated
        async for chunk in made.stream:
            made.usage = getattr(chunk, "usage", None)
            if made.usage is not None:
                return


async def _abandoned(opening: asyncio.Future[Any]) -> Any:
    """Stop opening a stream that is no longer needed; return it if it was opened nevertheless."""
    opening.cancel()
    await asyncio.wait({opening}, timeout=1)
    return opening.result() if opening.done() and not opening.cancelled() and not opening.exception() else None
