"""The thinking call: opened, limited by three timeouts, shown live, and cut at the first answer delta.

The phase owns its upstream. Whatever ends it (the start of the answer, a timeout, a limit, an error, a disconnect of
the client), the upstream connection is closed, because a provider goes on generating and billing while it is open.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from litellm_minimax.hybrid.asking.preset import HandOver
from litellm_minimax.hybrid.thinking.deltas import Answer, Call, DeltaReader, Piece, Thought, ThoughtOver

EndedBy = Literal[
    "answer", "finish", "length", "max_tokens", "first_delta_timeout", "idle_timeout", "reasoning_timeout",
    "content_filter", "error", "abandoned",
]  # fmt: skip
_CLOSING = 5.0
"""Seconds that a cancelled read may take to stop."""
_FOR_USAGE = 2.0
"""Seconds that a stream may take from its finish reason to its end; only its usage can still come."""
_EARLY = 0.002
"""Seconds by which a wait may end early, because sums of floats are not exact."""
_SHORTEST = 0.001
"""Seconds of the shortest wait, to avoid a tight loop of even shorter ones."""
_FINISHES: dict[str, EndedBy] = {"length": "length", "content_filter": "content_filter"}
_TROUBLE = frozenset({"first_delta_timeout", "idle_timeout", "reasoning_timeout", "content_filter", "error"})


class Clock(Protocol):
    """A clock; tests inject one that need not wait."""

    def now(self) -> float:
        """Return seconds on a monotonic clock."""

    async def wait(self, task: asyncio.Future[Any], seconds: float) -> bool:
        """Wait at most ``seconds`` for ``task``, without cancelling it; return whether it is done."""


class LoopClock:
    """The real time of the running event loop."""

    def now(self) -> float:
        """Return seconds on the monotonic clock."""
        return time.monotonic()

    async def wait(self, task: asyncio.Future[Any], seconds: float) -> bool:
        """Wait at most ``seconds`` for ``task``; return whether it is done."""
        until = self.now() + seconds
        while True:
            done, _ = await asyncio.wait({task}, timeout=max(until - self.now(), _SHORTEST))
            # uvloop counts from the start of the loop's iteration, so timers of a busy loop fire too early.
            if done or self.now() >= until:
                return bool(done)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one thinking call, in seconds and tokens."""

    first_delta: float = 30.0
    idle: float = 30.0
    total: float = 60.0
    max_tokens: int = 8192
    keep_alive: float = 10.0
    """After this many seconds of silence the client is sent a keep-alive."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing arrived for ``keep_alive`` seconds."""


Live: TypeAlias = Thought | Silence


@dataclass(slots=True)
class Result:
    """The result of a thinking call."""

    thinking: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    calls: dict[int, tuple[str, list[str]]] = field(default_factory=dict)
    ended_by: EndedBy = "abandoned"
    error: Exception | None = None
    usage: Any = None
    """The upstream's usage, if it reported one before it was closed."""
    ms: int = 0
    ended: float = 0.0
    """When the call ended, by the phase's clock."""
    tokens: int = 0
    """An estimate of the tokens received."""

    def text(self, hand_over: HandOver) -> str:
        """Return the text to hand over: the wanted part, or whatever there is if that is missing."""
        thinking, answer = "".join(self.thinking).strip(), "".join(self.answer).strip()
        advice = "\n".join(
            f"[The notes' author would now call {name} with {''.join(arguments) or '{}'}]"
            for name, arguments in self.calls.values()
        )
        chosen: Iterable[str]
        match hand_over:
            case "thinking":
                chosen = (thinking or answer, advice)
            case "plan":
                chosen = (answer or thinking, advice)
            case "both":
                chosen = (thinking, answer and f"Plan:\n{answer}" if thinking else answer, advice)
        return "\n\n".join(part for part in chosen if part)

    @property
    def trouble(self) -> str | None:
        """The reason word with which the answer counts as degraded, or ``None`` if the call succeeded."""
        if self.ended_by in _TROUBLE:
            return f"reasoner_{self.ended_by.removeprefix('reasoning_')}"
        said = self.calls or any(text.strip() for text in (*self.thinking, *self.answer))
        return None if said else "reasoner_empty"


class ThinkingPhase:
    """One thinking call. Iterate :meth:`events`, then read :attr:`result`, and always await :meth:`close`."""

    def __init__(
        self,
        open_stream: Callable[[], Awaitable[AsyncIterator[Any]]],
        limits: Limits,
        hand_over: HandOver,
        clock: Clock | None = None,
        *,
        usage_later: bool = False,
    ) -> None:
        """Make a phase.

        Args:
            open_stream: opens the reasoner's stream.
            limits: the call's timeouts and token limit.
            hand_over: what is handed over; with ``thinking`` the call is cut at the first word of its answer.
            clock: the clock; by default the event loop's.
            usage_later: whether the phase ends at the finish reason, and :meth:`conclude` reads the usage later.
        """
        self.result = Result()
        self._usage_later = usage_later
        self._open = open_stream
        self._limits = limits
        self._cut_at_answer = hand_over == "thinking"
        self._clock = clock or LoopClock()
        self._reader = DeltaReader()
        self._stream: AsyncIterator[Any] | None = None
        self._pending: asyncio.Future[Any] | None = None
        self._started = self._last = self._clock.now()
        self._heard = False
        self._over = False
        self._finish_reason: str | None = None
        self._blank: list[str] = []
        """White space before the first word of thinking; it counts only if words follow."""
        self._bytes = 0

    async def events(self) -> AsyncGenerator[Live, None]:
        """Yield live events until the thinking ends. The reasoner's errors are not raised but put into the result."""
        self._started = self._last = self._clock.now()
        try:
            self._start(self._open())
            while self.result.ended_by == "abandoned":
                if not await self._clock.wait(self._expect(), self._patience()):
                    if not self._expired():
                        yield Silence()
                    continue
                for piece in self._take():
                    live = self._keep(piece)
                    if live is not None:
                        yield live
                    if self.result.ended_by != "abandoned":
                        break
                if self._over and self.result.ended_by == "abandoned":
                    self.result.ended_by = _FINISHES.get(self._finish_reason or "", "finish")
                elif self.result.ended_by == "abandoned":
                    self._expired()  # the total timeout also applies to a stream that never pauses
        except Exception as error:  # noqa: BLE001 - whatever a provider's SDK raises, the executor still answers
            self.result.ended_by, self.result.error = "error", error
        finally:
            self.result.ended = self._clock.now()
            self.result.ms = round((self.result.ended - self._started) * 1000)

    async def conclude(self) -> None:
        """Read the usage of a finished stream, if it is still missing, and close the stream."""
        stream = self._stream
        if stream is not None and self._usage_later and self._finish_reason and self.result.usage is None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_FOR_USAGE):
                    async for chunk in stream:
                        self.result.usage = getattr(chunk, "usage", None)
                        if self.result.usage is not None:
                            break
        await self.close()

    async def close(self) -> None:
        """Close the upstream at once. May be called more than once."""
        pending, self._pending = self._pending, None
        stream: Any = self._stream
        self._stream = None
        try:
            if pending is not None and not pending.done():
                pending.cancel()
                await asyncio.wait({pending}, timeout=_CLOSING)
        finally:
            if stream is None and pending is not None and pending.done() and not pending.cancelled():
                # The upstream was opened just when the phase was closed.
                stream = None if pending.exception() else pending.result()
            if hasattr(stream, "aclose"):
                with contextlib.suppress(Exception):
                    await stream.aclose()

    def _start(self, step: Awaitable[Any]) -> None:
        self._pending = asyncio.ensure_future(step)

    def _expect(self) -> asyncio.Future[Any]:
        if self._pending is None:
            if self._stream is None:
                raise RuntimeError("the thinking call has no stream")
            self._start(self._stream.__anext__())
        return self._pending  # type: ignore[return-value]

    def _quiet(self) -> float:
        if self._finish_reason:
            return _FOR_USAGE
        return self._limits.idle if self._heard else self._limits.first_delta

    def _patience(self) -> float:
        now = self._clock.now()
        total, quiet = self._started + self._limits.total - now, self._last + self._quiet() - now
        return min(self._limits.keep_alive, total, quiet)

    def _expired(self) -> bool:
        now = self._clock.now() + _EARLY
        late, silent = now - self._started >= self._limits.total, now - self._last >= self._quiet()
        if self._finish_reason and (late or silent):
            # The answer is complete; a connection that stays open is no failure.
            self.result.ended_by = _FINISHES.get(self._finish_reason, "finish")
        elif late:
            self.result.ended_by = "reasoning_timeout"
        elif silent:
            self.result.ended_by = "idle_timeout" if self._heard else "first_delta_timeout"
        return self.result.ended_by != "abandoned"

    def _take(self) -> Iterable[Piece]:
        pending, self._pending = self._pending, None
        if pending is None:
            return ()
        if self._stream is None:
            self._stream = pending.result().__aiter__()
            return ()
        try:
            return self._read(pending.result())
        except StopAsyncIteration:
            self._over = True
            return self._reader.end()

    def _read(self, chunk: Any) -> Iterable[Piece]:
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self.result.usage = usage
            # Usage after the finish is the last thing that LiteLLM sends. Waiting for the end of the stream would cost
            # some ten milliseconds, in which LiteLLM assembles the answer for a log entry that is turned off.
            self._over = self._finish_reason is not None
        if not getattr(chunk, "choices", None):
            return self._reader.end() if self._over else ()
        choice = chunk.choices[0]
        pieces = list(self._reader.feed(choice.delta))
        finish = getattr(choice, "finish_reason", None)
        if pieces or finish:
            self._heard, self._last = self._heard or bool(pieces), self._clock.now()
        # The stream may continue with its usage, so the finish reason is kept.
        self._finish_reason = finish or self._finish_reason
        if finish and self._usage_later:
            self._over = True
            pieces += self._reader.end()
        return pieces

    def _keep(self, piece: Piece) -> Thought | None:
        match piece:
            case Call():
                self.result.calls.setdefault(piece.index, (piece.name, []))[1].append(piece.arguments)
                self._count(piece.arguments)
                return None
            case Answer() | ThoughtOver() if self._cut_at_answer and (self.result.thinking or self._blank):
                self.result.ended_by = "answer"
                return None
            case ThoughtOver():
                return None
            case Answer():
                begins = not self.result.answer and bool(self.result.thinking)
                self.result.answer.append(piece.text)
                self._count(piece.text)
                # The plan is shown after the thinking in the same stream, so it begins a new paragraph.
                return Thought(f"\n\n{piece.text.lstrip()}" if begins else piece.text)
            case Thought() if not self.result.thinking and not piece.text.strip():
                self._blank.append(piece.text)
                self._count(piece.text)
                return None
            case Thought():
                self._count(piece.text)
                text = "".join([*self._blank, piece.text])
                self._blank.clear()
                self.result.thinking.append(text)
                return Thought(text)

    def _count(self, text: str) -> None:
        self._bytes += len(text.encode("utf-8", "surrogatepass"))
        self.result.tokens = (self._bytes + 3) // 4
        if self.result.tokens >= self._limits.max_tokens and self.result.ended_by == "abandoned":
            self.result.ended_by = "max_tokens"
