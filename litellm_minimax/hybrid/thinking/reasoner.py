"""The thinking call: opened, watched by three clocks, shown live, and cut at the first answer delta.

The phase owns its upstream. Whatever ends it (the answer begins, a clock, a bound, an error, the client leaves), the
upstream is closed for real, because a provider goes on generating and billing as long as somebody listens.
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
"""Seconds that a cancelled read may take to let go."""
_FOR_USAGE = 2.0
"""Seconds that a stream may take from its finish reason to its end; only its usage can still come."""
_EARLY = 0.002
"""Seconds by which a wait may end before its time: sums of seconds are not exact."""
_SHORTEST = 0.001
"""Seconds of the shortest wait, so that the rest of one is not waited for in a tight loop."""
_FINISHES: dict[str, EndedBy] = {"length": "length", "content_filter": "content_filter"}
_TROUBLE = frozenset({"first_delta_timeout", "idle_timeout", "reasoning_timeout", "content_filter", "error"})


class Clock(Protocol):
    """Time, injected so that tests need none."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""

    async def wait(self, task: asyncio.Future[Any], seconds: float) -> bool:
        """Wait until ``task`` is done, at most ``seconds``; whether it is. Never cancels it."""


class LoopClock:
    """The real time of the running event loop."""

    def now(self) -> float:
        """Seconds on the monotonic clock."""
        return time.monotonic()

    async def wait(self, task: asyncio.Future[Any], seconds: float) -> bool:
        """Wait for ``task``, at most ``seconds``."""
        until = self.now() + seconds
        while True:
            done, _ = await asyncio.wait({task}, timeout=max(until - self.now(), _SHORTEST))
            # uvloop reckons from the beginning of the loop's round, so a busy loop's timers are too early.
            if done or self.now() >= until:
                return bool(done)


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one thinking call, in seconds and tokens."""

    first_delta: float = 30.0
    idle: float = 30.0
    total: float = 60.0
    max_tokens: int = 8192
    keep_alive: float = 10.0
    """After so much silence the client is told that somebody is still there."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was said for ``keep_alive`` seconds."""


Live: TypeAlias = Thought | Silence


@dataclass(slots=True)
class Result:
    """What came of the thinking call."""

    thinking: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    calls: dict[int, tuple[str, list[str]]] = field(default_factory=dict)
    ended_by: EndedBy = "abandoned"
    error: Exception | None = None
    usage: Any = None
    """The upstream's usage, if it told it before the end."""
    ms: int = 0
    ended: float = 0.0
    """When it was over, by the phase's clock."""
    tokens: int = 0
    """What was read, estimated."""

    def text(self, hand_over: HandOver) -> str:
        """What is handed over; what there is where the wanted part is missing."""
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
        """The reason why the answer counts as degraded, or ``None`` when all went well."""
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
        """Make one.

        Args:
            open_stream: opens the reasoner's stream.
            limits: its clocks and bounds.
            hand_over: what is made of it; for ``thinking`` it is cut at the first word of its answer.
            clock: the time; the event loop's by default.
            usage_later: a finished stream is over at once, and :meth:`conclude` reads its usage.
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
        """Thinking without a word in it so far; it counts as none unless words follow."""
        self._bytes = 0

    async def events(self) -> AsyncGenerator[Live, None]:
        """The live events until the thinking ends, however it does; errors of the reasoner end up in the result."""
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
                    self._expired()  # a stream that never pauses must not outlive its time either
        except Exception as error:  # noqa: BLE001 - whatever a provider's SDK raises, the executor still answers
            self.result.ended_by, self.result.error = "error", error
        finally:
            self.result.ended = self._clock.now()
            self.result.ms = round((self.result.ended - self._started) * 1000)

    async def conclude(self) -> None:
        """Read what a finished stream still tells of its usage, and close it: beside whatever comes next."""
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
        """Close the upstream at once; safe to repeat."""
        pending, self._pending = self._pending, None
        stream: Any = self._stream
        self._stream = None
        try:
            if pending is not None and not pending.done():
                pending.cancel()
                await asyncio.wait({pending}, timeout=_CLOSING)
        finally:
            if stream is None and pending is not None and pending.done() and not pending.cancelled():
                # The upstream opened in the very moment in which nobody wanted it any more.
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
            # It has said all it had to say; that its connection stays open is no failure.
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
            # Usage after the finish is the last thing that LiteLLM tells. Waiting for the end as well costs the client
            # some ten milliseconds, in which LiteLLM puts the answer together once more to log it, and does not.
            self._over = self._finish_reason is not None
        if not getattr(chunk, "choices", None):
            return self._reader.end() if self._over else ()
        choice = chunk.choices[0]
        pieces = list(self._reader.feed(choice.delta))
        finish = getattr(choice, "finish_reason", None)
        if pieces or finish:
            self._heard, self._last = self._heard or bool(pieces), self._clock.now()
        # The stream may go on for its usage; the reason is kept.
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
                # Shown in one stream with the thinking, a plan begins a paragraph of its own.
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
