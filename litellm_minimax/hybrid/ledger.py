"""Every call that one hybrid request makes of its members: opened, accounted for, and closed or charged at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from litellm.types.utils import Usage

from litellm_minimax.hybrid.accounting import spend
from litellm_minimax.hybrid.asking.preset import HandOver
from litellm_minimax.hybrid.members import calls, origin, tracing
from litellm_minimax.hybrid.thinking.leading_thought import LeadingThought
from litellm_minimax.hybrid.thinking.reasoner import Clock, Limits, Result, ThinkingPhase

_SETTLING = 2.0
"""Seconds that a finished stream has for its usage, or for its end."""


@dataclass(slots=True)
class Made:
    """One call of a member: what it was for, the stream it opened, and what it used."""

    phase: spend.PhaseName
    member: str
    """The member, as it was written."""
    call: calls.SubCall
    stream: Any = None
    opening: asyncio.Future[Any] | None = None
    usage: Usage | None = None
    """What the stream told of its use, if it did."""
    ms: int = 0
    ended_by: str = "abandoned"
    result: Result | None = None
    """What came of it, if it was a reasoner's thinking or advice."""
    began: float = 0.0
    """When it began, by the request's clock."""

    @property
    def ended(self) -> float:
        """When it was over, by the same clock."""
        return self.began + self.ms / 1000 if self.result is None else max(self.result.ended, self.began)

    def used(self) -> Usage:
        """What it used, estimated where it was cut before it told; nothing where no stream was opened."""
        if self.stream is None:
            return Usage(prompt_tokens=0, completion_tokens=0, total_tokens=0)
        if self.result is not None:
            told: Usage | None = self.result.usage
            return told or spend.estimated_usage(self.call.messages, self.result.tokens)
        return self.usage or spend.estimated_usage(self.call.messages, 0)

    def as_phase(self, price: Callable[[Any, Usage], float | None]) -> spend.Phase:
        """Its line in the answer's breakdown."""
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
    """The calls of one request, in their order."""

    open: Callable[[calls.SubCall], Awaitable[AsyncIterator[Any]]]
    clock: Clock
    price: Callable[[Any, Usage], float | None]
    trace: Mapping[str, Any] = field(default_factory=dict)
    """What puts each call into the caller's trace."""
    around: Callable[[Made, calls.SubCall], calls.SubCall] = lambda _, call: call
    """Told of each call before it is made; what it gives is called."""
    made: list[Made] = field(default_factory=list)
    _beside: set[asyncio.Task[None]] = field(default_factory=set)

    def thinking(
        self, name: spend.PhaseName, member: str, call: calls.SubCall, limits: Limits, hand_over: HandOver,
        *, usage_later: bool = False,
    ) -> ThinkingPhase:  # fmt: skip
        """A reasoner's call, not yet begun; the phase opens, reads and closes its stream."""

        async def open_stream() -> AsyncIterator[Any]:
            made = Made(name, member, call, result=phase.result, began=self.clock.now())
            self.made.append(made)
            made.stream = await self._opened(made)
            return made.stream

        phase = ThinkingPhase(open_stream, limits, hand_over, self.clock, usage_later=usage_later)
        return phase

    async def chunks(self, made: Made, enough: Callable[[], bool] = bool) -> AsyncGenerator[Any, None]:
        """The chunks of an answering call.

        Args:
            made: the call, not yet begun.
            enough: asked at its finish, whether something else is to begin before its usage is known.
        """
        self.made.append(made)
        made.began = self.clock.now()
        try:
            # On its way before anything else is done: every millisecond here is one that the client waits.
            made.opening = asyncio.ensure_future(self._opened(made))
            made.stream = await made.opening
            finished = False
            # MiniMax's models are read by this package's own handler.
            leading = None if made.call.target.model.startswith("minimax") else LeadingThought()
            async for chunk in made.stream:
                finished = finished or any(choice.finish_reason for choice in chunk.choices or ())
                if getattr(chunk, "usage", None) is not None:
                    made.usage = chunk.usage
                yield leading.take(chunk) if leading is not None else chunk
                if finished and made.usage is not None:
                    break  # as in a reasoner's call: what LiteLLM still does is to log it, which it shall not
                if finished and enough():
                    self.beside(_told_later(made))
                    break
            made.ended_by = "finish"
        except Exception:
            made.ended_by = "error"
            raise
        finally:
            made.ms = round((self.clock.now() - made.began) * 1000)

    def _opened(self, made: Made) -> Awaitable[AsyncIterator[Any]]:
        return self.open(self.around(made, tracing.named(made.call, made.phase, self.trace)))

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Let a call that is over tell its usage while the next one is already made."""
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def settle(self) -> None:
        """Wait until each call that is over has told its usage: before their sum."""
        if self._beside:
            await asyncio.wait(self._beside, timeout=_SETTLING)

    def phases(self) -> list[spend.Phase]:
        """What each call did and cost, those included that failed before they had a stream."""
        return [made.as_phase(self.price) for made in self.made]

    def answering_headers(self) -> dict[str, Any]:
        """The headers of the call that gave the answer, or is about to; empty while the reasoner still thinks."""
        answering = [made.stream for made in self.made if made.result is None and made.stream is not None]
        return origin.provider_headers(answering[-1]) if answering else {}

    def charges(self, metadata: Any) -> list[Coroutine[Any, Any, None]]:
        """For an answer that will not carry their spend: what charges each call for what it did until then."""
        due: list[Coroutine[Any, Any, None]] = []
        for made in self.made:
            if made.result is not None:
                due.append(calls.charge(made.stream, metadata, made.used(), made.result.text("both")))
            elif getattr(made.stream, "chunks", None):
                due.append(calls.charge(made.stream, metadata))
        return due

    async def close(self) -> None:
        """Close every answering stream that is still open; safe to repeat."""
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
    with contextlib.suppress(Exception):  # the answer is there; what it used is then estimated
        async for chunk in made.stream:
            made.usage = getattr(chunk, "usage", None)
            if made.usage is not None:
                return


async def _abandoned(opening: asyncio.Future[Any]) -> Any:
    """Stop opening a stream that nobody wants any more; the stream, if it was opened all the same."""
    opening.cancel()
    await asyncio.wait({opening}, timeout=1)
    return opening.result() if opening.done() and not opening.cancelled() and not opening.exception() else None
