"""Review: the executor's last answer of a turn is held back, reviewed by the reasoning model, and revised once.

executor's draft (held) ─► review, live as reasoning ─► the unchanged draft, or the executor's revision of it
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any

from litellm.types.utils import ModelResponseStream

from litellm_minimax.hybrid.answering import merge
from litellm_minimax.hybrid.handing_over import history
from litellm_minimax.hybrid.thinking.deltas import Thought
from litellm_minimax.hybrid.thinking.reasoner import Clock, ThinkingPhase
from litellm_minimax.hybrid.thinking.reasoner_request import approves


@dataclass(slots=True)
class Reviewing:
    """One answer under review. Iterate :meth:`chunks` once; always await :meth:`close`."""

    merger: merge.Merger
    clock: Clock
    keep_alive: float
    shows: bool
    """Whether the client is shown the review."""
    lead: Callable[[], str]
    """Returns the text that separates the review from reasoning shown before it, if there was any."""
    review: Callable[[str], ThinkingPhase]
    """Returns the reasoning model's review of a draft, not started yet."""
    revise: Callable[[str, str], AsyncGenerator[ModelResponseStream, None]]
    """Yields the executor's revision of a draft, given the draft and its review."""
    text: list[str] = field(default_factory=list)
    """The draft."""
    revised: bool = False
    drafted: list[ModelResponseStream] = field(default_factory=list)
    """The chunks with the executor's reasoning for the draft."""
    shown: list[ModelResponseStream] = field(default_factory=list)
    """The chunks of the review that the client was shown."""
    _phase: ThinkingPhase | None = None

    async def chunks(
        self, draft: AsyncGenerator[ModelResponseStream, None]
    ) -> AsyncGenerator[ModelResponseStream, None]:
        """Yield the answer. An answer with tool calls is not the turn's last and is passed on without a review."""
        held: list[ModelResponseStream] = []
        calls = False
        # This sends the role, because the draft's first chunk may never be sent.
        yield self.merger.keep_alive()
        heard = self.clock.now()
        async with contextlib.aclosing(draft) as chunks:
            async for chunk in chunks:
                calls = calls or any(choice.delta.tool_calls for choice in chunk.choices)
                for ready in [*held, chunk] if calls else ():
                    yield ready
                if calls:
                    held.clear()
                elif merge.reasons(chunk):
                    self.drafted.append(chunk)
                    yield chunk
                else:
                    held.append(chunk)
                    self.text += [choice.delta.content or "" for choice in chunk.choices if choice.index == 0]
                if held and self.clock.now() - heard >= self.keep_alive:
                    heard = self.clock.now()
                    yield self.merger.keep_alive()
        said = "".join(self.text)
        review = ""
        if held and said.strip():
            async with contextlib.aclosing(self._reviewed(said)) as thoughts:
                async for chunk in thoughts:
                    yield chunk
            review = self._phase.result.text("plan") if self._phase is not None else ""
        if not review or approves(review):
            for chunk in held:
                yield chunk
            return
        self.revised = True
        async with contextlib.aclosing(self.revise(said, review)) as revision:
            async for chunk in revision:
                yield chunk

    @property
    def trouble(self) -> str | None:
        """The reason word of a failed review; ``None`` if it succeeded or there was none."""
        return self._phase.result.trouble if self._phase is not None else None

    async def close(self) -> None:
        """Close a review that is still open."""
        if self._phase is not None:
            await self._phase.close()

    async def _reviewed(self, said: str) -> AsyncGenerator[ModelResponseStream, None]:
        phase = self._phase = self.review(said)
        began = False
        async with contextlib.aclosing(phase.events()) as events:
            async for event in events:
                if not isinstance(event, Thought) or not self.shows:
                    yield self.merger.keep_alive()
                    continue
                if not began:
                    began = True
                    yield self._show(self.lead() + history.ADVICE)
                yield self._show(event.text)
        await phase.close()
        if began:
            yield self._show(history.SEPARATOR)

    def kept(self, kept: list[Any], start: int, end: int) -> list[Any]:
        """Return the chunks of an answer that is not streamed, with only the reasoning of a draft that was revised.

        Args:
            kept: the executor's chunks.
            start: the index of the draft's first chunk.
            end: the index after the draft's last chunk.
        """
        return [*kept[:start], *(self.drafted if self.revised else kept[start:end]), *self.shown, *kept[end:]]

    def _show(self, text: str) -> ModelResponseStream:
        chunk = self.merger.reasoning(text)
        self.shown.append(chunk)
        return chunk
