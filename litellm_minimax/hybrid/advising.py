"""Advisor mode: the executor starts at once and may consult the reasoning model in the middle of its answer.

    executor ─► its call of the hidden tool ─► consultation, live as reasoning ─► executor, with the advice ─► …

The client sees the text and tool calls of what looks like one model, and never the hidden tool.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litellm.types.utils import ModelResponseStream

from litellm_minimax.hybrid import remembering
from litellm_minimax.hybrid.accounting.tokens import shorten
from litellm_minimax.hybrid.answering import merge
from litellm_minimax.hybrid.asking import conversation
from litellm_minimax.hybrid.asking.preset import Preset
from litellm_minimax.hybrid.consulting import exchanges, executors_message, tool
from litellm_minimax.hybrid.consulting.calls_apart import CallsApart, HiddenCall
from litellm_minimax.hybrid.consulting.exchanges import Exchange
from litellm_minimax.hybrid.handing_over import handover, history
from litellm_minimax.hybrid.ledger import Ledger, Made
from litellm_minimax.hybrid.request import HybridRequest, Members, advice_call, execution_call
from litellm_minimax.hybrid.standing import Standing
from litellm_minimax.hybrid.thinking.deltas import Thought
from litellm_minimax.hybrid.thinking.reasoner import Limits, ThinkingPhase

_FIRST = "first"
"""The key of the consultation that comes before the executor starts."""
_MOST_IN_VAIN = 3
"""How many more times an executor may call the tool after its last allowed consultation before the answer ends."""


@dataclass(slots=True)
class Advising:
    """One answer in advisor mode. Iterate :meth:`chunks` once; always await :meth:`close`."""

    request: HybridRequest
    preset: Preset
    members: Members
    ledger: Ledger
    merger: merge.Merger
    store: remembering.ExchangeStore
    standing: Standing
    limits: Limits
    keep: Callable[[Any], None]
    """Called with each chunk that the client sees, to build an answer that is not streamed."""
    aside: Callable[[Coroutine[Any, Any, None]], None]
    consulted: int = 0
    """How many consultations this turn has had."""
    trouble: str | None = None
    """The reason word of the latest consultation that failed."""
    _phase: ThinkingPhase | None = None
    _messages: list[dict[str, Any]] = field(default_factory=list)

    async def chunks(
        self, messages: Sequence[conversation.Message], talk: conversation.Conversation
    ) -> AsyncGenerator[ModelResponseStream, None]:
        """Yield the answer.

        Args:
            messages: the executor's messages, without earlier hand-overs.
            talk: what the messages say about the conversation.
        """
        kept = await self.store.load([_FIRST, *exchanges.first_calls(messages, talk.turn_start)])
        self.consulted = sum(len(one.results) or 1 for each in kept.values() for one in each)
        self._messages = exchanges.put_back(messages, kept)
        first = kept.get(_FIRST, [])
        if self.preset.advise_first and not first and talk.turn_start >= 0 and not talk.in_tool_round:
            advice: list[str] = []
            async with contextlib.aclosing(self._advice("", advice)) as consultation:
                async for chunk in consultation:
                    yield chunk
            first = [Exchange({"role": "user", "content": handover.frame(text, "plan")}, ()) for text in advice]
            self.aside(self.store.save(_FIRST, first))
        at = talk.turn_start + 1
        self._messages[at:at] = [dict(one.asked) for one in first]
        name = tool.free_name(self.request.params.get("tools") or (), self.request.advisor_tool)
        had: list[Exchange] = []
        first_call: str | None = None
        for _ in range(self.preset.max_uses + _MOST_IN_VAIN):
            said: list[Any] = []
            apart = CallsApart(name)
            async with contextlib.aclosing(self._execute(apart, name, said, after=had)) as answer:
                async for chunk in answer:
                    first_call = first_call or _call_id(chunk)
                    yield chunk
            if not apart.hidden:
                break
            results: list[Mapping[str, Any]] = []
            (asked,) = history.clean([executors_message.message(said, name, apart.hidden)])
            exchange = Exchange(asked, results, beside=apart.others > 0)
            for call in apart.hidden:
                async with contextlib.aclosing(self._result(call, exchange.asked, results)) as consultation:
                    async for chunk in consultation:
                        yield chunk
            had.append(exchange)
            if exchange.beside:
                break
            self._messages += exchange.messages()
        if had and first_call:
            self.aside(self.store.save(first_call, had))

    async def close(self) -> None:
        """Close a consultation that is still open."""
        if self._phase is not None:
            await self._phase.close()

    async def _execute(
        self, apart: CallsApart, name: str, said: list[Any], *, after: Sequence[Exchange]
    ) -> AsyncGenerator[ModelResponseStream, None]:
        call = execution_call(
            self.request,
            self.members,
            handover.into_system(self._messages, tool.WHEN.format(name=name)),
            tools=[*(self.request.params.get("tools") or ()), tool.definition(name)],
        )
        made = Made("execution", self.request.spec.execution.raw, call)
        gap = bool(after) and bool((after[-1].asked.get("content") or "").strip())

        def consults() -> bool:
            return bool(apart.hidden) and not apart.others

        # A consultation begins at once; the usage of the executor's call is read once it has begun.
        async with contextlib.aclosing(self.ledger.chunks(made, consults)) as chunks:
            async for chunk in chunks:
                said.append(chunk)
                own = apart.take(chunk)
                if gap and any(choice.delta.content for choice in own.choices or ()):
                    gap = False
                    yield self._shown(self.merger.text(exchanges.GAP))
                self.keep(own)
                passed = self.merger.pass_on(own)
                if passed is not None:
                    yield passed

    async def _result(
        self, call: HiddenCall, asked: Mapping[str, Any], results: list[Mapping[str, Any]]
    ) -> AsyncGenerator[ModelResponseStream, None]:
        """Append the tool's result for one call to ``results``; yield a consultation as reasoning for the client."""
        text = tool.USED_UP.format(most=self.preset.max_uses)
        if self.consulted < self.preset.max_uses:
            advice: list[str] = []
            async with contextlib.aclosing(self._advice(tool.question(call.arguments), advice, asked)) as consultation:
                async for chunk in consultation:
                    yield chunk
            text = tool.ADVICE + advice[0] if advice else tool.UNREACHABLE
        results.append({"role": "tool", "tool_call_id": call.id, "content": text})

    async def _advice(
        self, question: str, advice: list[str], asked: Mapping[str, Any] | None = None
    ) -> AsyncGenerator[ModelResponseStream, None]:
        """Consult the reasoning model once, and append its advice, if it gave any, to ``advice``."""
        self.consulted += 1
        refusal = await self.standing.refusal()
        if refusal is not None:
            self.trouble = refusal
            return
        phase = self._opened(question, asked)
        async with contextlib.aclosing(self._consultation(phase)) as consultation:
            async for chunk in consultation:
                yield chunk
        # The executor goes on at once; the usage of the consultation is read once it has begun.
        self.ledger.beside(phase.conclude())
        trouble = phase.result.trouble
        self.trouble = trouble or self.trouble
        self.aside(self.standing.went(trouble))
        # This is awaited because the next consultation of this answer checks the budget.
        await self.standing.count(self.ledger.phases)
        text = phase.result.text("plan")
        if text:
            advice.append(shorten(text, self.preset.max_advice_tokens))

    def _opened(self, question: str, asked: Mapping[str, Any] | None) -> ThinkingPhase:
        said = [{"role": "assistant", "content": asked["content"]}] if asked and asked.get("content") else []
        call = advice_call(self.request, self.preset, self.members, [*self._messages, *said], question)
        member = self.request.spec.reasoning.raw
        phase = self._phase = self.ledger.thinking("advice", member, call, self.limits, "plan", usage_later=True)
        return phase

    async def _consultation(self, phase: ThinkingPhase) -> AsyncGenerator[ModelResponseStream, None]:
        began = False
        async with contextlib.aclosing(phase.events()) as events:
            async for event in events:
                if not isinstance(event, Thought) or self.preset.show_reasoning == "hidden":
                    yield self.merger.keep_alive()
                    continue
                if not began:
                    began = True
                    yield self._shown(self.merger.reasoning(history.ADVICE))
                yield self._shown(self.merger.reasoning(event.text))
        if began:
            yield self._shown(self.merger.reasoning(history.SEPARATOR))

    def _shown(self, chunk: ModelResponseStream) -> ModelResponseStream:
        self.keep(chunk)
        return chunk


def _call_id(chunk: ModelResponseStream) -> str | None:
    ids = (call.id for choice in chunk.choices for call in choice.delta.tool_calls or ())
    return next((identity for identity in ids if identity), None)
