"""One hybrid request, from the decision to the last chunk.

    decide ─► (thinking call ─► live reasoning) ─► hand over ─► execution call ─► its deltas ─► usage, breakdown, finish

If the reasoner fails, the executor answers with whatever thinking there is. If the client disconnects, both upstreams
are closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litellm.types.utils import ModelResponse, ModelResponseStream, Usage

from litellm_minimax.hybrid import figures, refusals, remembering
from litellm_minimax.hybrid.accounting import spend
from litellm_minimax.hybrid.advising import Advising
from litellm_minimax.hybrid.alone import Alone
from litellm_minimax.hybrid.answering import merge
from litellm_minimax.hybrid.aside import Aside, to_its_end
from litellm_minimax.hybrid.asking import policy
from litellm_minimax.hybrid.asking.policy import Decision
from litellm_minimax.hybrid.budget import Budget, Sums
from litellm_minimax.hybrid.handing_over import handover, history
from litellm_minimax.hybrid.ledger import Ledger, Made
from litellm_minimax.hybrid.members import calls
from litellm_minimax.hybrid.reading import Reading
from litellm_minimax.hybrid.request import (
    HybridRequest,
    Members,
    answering_call,
    execution_call,
    reasoning_call,
    review_call,
)
from litellm_minimax.hybrid.resting import Rest
from litellm_minimax.hybrid.reviewing import Reviewing
from litellm_minimax.hybrid.spans import Spans
from litellm_minimax.hybrid.standing import Standing
from litellm_minimax.hybrid.thinking.deltas import Thought
from litellm_minimax.hybrid.thinking.reasoner import Clock, Limits, LoopClock, Result, Silence, ThinkingPhase
from litellm_minimax.kept_chunks import KeptChunks

log = logging.getLogger("litellm_minimax.hybrid")

_ALONE: Mapping[policy.Kind, spend.PhaseName] = {"plan": "planning", "escalate": "escalation"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run needs besides the request; tests inject their own."""

    resolve: Callable[[HybridRequest], Awaitable[Members]]
    call: Callable[[calls.SubCall], Awaitable[AsyncIterator[Any]]]
    cache: remembering.Cache
    sums: Sums
    clock: Clock = field(default_factory=LoopClock)
    wall_clock: Callable[[], float] = time.time
    price: Callable[[Any, Usage], float | None] = calls.cost_of
    keep_alive: float = 10.0


class HybridRun:
    """One request. Iterate :meth:`chunks` once, or await :meth:`response`."""

    def __init__(self, request: HybridRequest, around: Surroundings, announce: Callable[[Decision], None]) -> None:
        self.model = request.model
        """The model name that the client asked for."""
        self._request = request
        self._preset = request.override.applied_to(request.preset)
        self._around = around
        self._announce = announce
        self._merger = merge.Merger(request.model)
        self._reading = Reading(request)
        self._shown_thoughts = remembering.ShownThoughts(around.cache, request.caller)
        self._decision = Decision("skip", policy.UNDECIDED)
        self._notes: list[handover.Note] = []
        self._spans = Spans.of(request, request.logged)
        self._ledger = Ledger(around.call, around.clock, around.price, request.trace, self._spans.around)
        self._standing = self._find_standing()
        self._aside = Aside()
        self._thinking: ThinkingPhase | None = None
        self._advising: Advising | None = None
        self._reviewing: Reviewing | None = None
        self._kept: list[Any] | None = None
        self._shown: list[str] = []
        self._final: dict[str, Any] = {}
        self._outcome = "answered"

    async def response(self) -> ModelResponse:
        """Return the whole answer. Raises a timeout after the call's ``timeout`` plus ``reasoning_timeout``."""
        # A review counts the chunks of its drafts.
        self._kept = [] if self._preset.review else KeptChunks()
        timeout = self._request.params.get("timeout")
        most = None if timeout is None else timeout + self._preset.reasoning_timeout
        try:
            async with asyncio.timeout(most) as clock, contextlib.aclosing(self.chunks()) as chunks:
                async for _ in chunks:
                    pass
        except TimeoutError:
            if most is None or not clock.expired():
                raise
            raise refusals.took_too_long(most, self._request.model) from None
        phases = self._ledger.phases()
        return merge.to_response(
            self._kept,
            self._merger,
            shown="".join(self._shown),
            usage=spend.total(phases),
            cost=spend.total_cost(phases),
            fields=self._final,
            headers=self.provider_headers(),
        )

    def provider_headers(self) -> dict[str, Any]:
        """Return the headers of the provider that answers; empty if it was not called yet."""
        return self._ledger.answering_headers()

    async def chunks(self) -> AsyncGenerator[ModelResponseStream, None]:
        """Yield the answer as a stream. Raises LiteLLM's exceptions; a member's error keeps its class and status."""
        try:
            members = await self._around.resolve(self._request)
            await self._reading.forget(self._shown_thoughts)
            await self._decide()
            if self._decision.kind == "think":
                async with contextlib.aclosing(self._think(members)) as thoughts:
                    async for chunk in thoughts:
                        yield chunk
            async with contextlib.aclosing(self._answer(members)) as answer:
                async for chunk in answer:
                    yield chunk
            await self._ledger.settle()
            phases = self._ledger.phases()
            self._final = {
                "decision": policy.WORDS[self._decision.kind],
                "reason": self._decision.reason,
                "phases": [phase.as_fields() for phase in phases],
            }
            for chunk in self._merger.ending(spend.total(phases), self._final):
                yield chunk
        except BaseException as error:
            self._outcome = figures.outcome(error)
            self._charge_phases()
            self._remember_shown()
            raise
        finally:
            await to_its_end(self._close())

    async def _decide(self) -> None:
        request, preset = self._request, self._preset
        notes = (
            await self._reading.note_store(self._around.cache, self._preset).load(self._reading.talk.offset)
            if preset.reuse_within_turn
            else []
        )
        refusal = await self._standing.refusal()
        self._set(
            policy.decide(
                self._reading.talk,
                preset,
                request.override,
                # A client that declares the advisor tool wants advice even if it turns the model's thinking off.
                thinking_off=request.advisor_tool is None and policy.turned_thinking_off(request.params),
                remembered=policy.Remembered(
                    has_notes=bool(notes),
                    has_note_here=request.retried and any(note.offset == self._reading.talk.offset for note in notes),
                    backing_off=refusal == "backoff" and preset.on_reasoning_failure == "degrade",
                    budget_spent=refusal == "budget",
                ),
            )
        )
        if self._decision.kind in {"think", "reuse"}:
            # If a repeated request is thought about again, the new note replaces the one at the same offset.
            self._notes = [n for n in notes if self._decision.kind == "reuse" or n.offset != self._reading.talk.offset]

    async def _think(self, members: Members) -> AsyncGenerator[ModelResponseStream, None]:
        preset = self._preset
        call = reasoning_call(self._request, preset, members, self._reading.messages)
        member = self._request.spec.reasoning.raw
        phase = self._thinking = self._ledger.thinking("reasoning", member, call, self._limits(), preset.hand_over)
        heard = False
        async with contextlib.aclosing(phase.events()) as events:
            async for event in events:
                if isinstance(event, Thought) and preset.show_reasoning == "full":
                    self._shown.append(event.text)
                    yield self._merger.reasoning(event.text)
                elif isinstance(event, Silence) or not heard:
                    yield self._merger.keep_alive()
                heard = True
        self._aside.start(phase.close())
        self._conclude(phase.result)

    def _limits(self) -> Limits:
        preset = self._preset
        return Limits(
            first_delta=preset.first_delta_timeout,
            idle=preset.idle_timeout,
            total=preset.reasoning_timeout,
            max_tokens=preset.max_reasoning_tokens,
            keep_alive=self._around.keep_alive,
        )

    def _conclude(self, result: Result) -> None:
        """Turn the result of the thinking into a note and a decision."""
        text = result.text(self._preset.hand_over)
        trouble = result.trouble
        self._aside.start(self._standing.went(trouble))
        self._aside.start(self._standing.count(self._ledger.phases))
        if trouble is not None:
            self._set(Decision("degrade", trouble))
        if trouble is not None and not text and self._preset.on_reasoning_failure == "error":
            error = refusals.plain(result.error) if result.error else None
            raise refusals.reasoner_failed(trouble, error, self._request.model, "reasoning")
        if text:
            self._notes.append(handover.note(text, self._reading.talk.offset, self._preset.max_hand_over_tokens))
            if self._preset.reuse_within_turn:
                self._aside.start(self._reading.note_store(self._around.cache, self._preset).save(self._notes))

    async def _answer(self, members: Members) -> AsyncGenerator[ModelResponseStream, None]:
        """Yield the answer of the reasoning model itself if that was decided, and otherwise the executor's."""
        phase = _ALONE.get(self._decision.kind)
        if phase is not None:
            async with contextlib.aclosing(self._alone(members, phase)) as answer:
                async for chunk in answer:
                    yield chunk
        if phase is None or self._decision.kind == "degrade":
            self._log()
            advised = self._decision.kind == "advise"
            async with contextlib.aclosing(self._advised(members) if advised else self._worked(members)) as answer:
                async for chunk in answer:
                    yield chunk

    async def _alone(self, members: Members, phase: spend.PhaseName) -> AsyncGenerator[ModelResponseStream, None]:
        """Yield the reasoning model's own answer. If it fails before the first chunk, the executor answers instead."""
        replayed = history.unseparated(self._request.messages)
        own = await self._shown_thoughts.own_among(replayed) if replayed else frozenset()
        call = answering_call(self._request, members, history.for_reasoner(self._request.messages, own))
        made = Made(phase, self._request.spec.reasoning.raw, call)
        around, preset = self._around, self._preset
        clocks = (preset.first_delta_timeout, preset.idle_timeout, around.keep_alive)
        alone = Alone(made, self._ledger, self._merger, around.clock, *clocks)
        self._log()
        try:
            async with contextlib.aclosing(alone.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk
        except Exception as error:  # noqa: BLE001 - whatever a provider's SDK raises, the executor can still answer
            slow = isinstance(error, TimeoutError)
            if alone.said or preset.on_reasoning_failure == "error":
                told = refusals.fell_silent(self._request.model) if slow else refusals.plain(error)
                raise refusals.of_phase(told, phase) from None
            trouble = "reasoner_first_delta_timeout" if slow else "reasoner_error"
            self._set(Decision("degrade", trouble))
            self._aside.start(self._standing.went(trouble))
            return
        finally:
            self._remember_own(alone.thought())
        self._aside.start(self._standing.went(None))
        if self._kept is not None:
            self._kept.extend(alone.kept)

    def _remember_own(self, thought: str) -> None:
        """Remember the reasoning of the reasoning model's own answer, even if the client stopped the answer."""
        if thought.strip():
            self._aside.start(self._shown_thoughts.add_own(thought))

    async def _advised(self, members: Members) -> AsyncGenerator[ModelResponseStream, None]:
        """Yield the executor's answer, with consultations in the middle."""
        request, preset = self._request, self._preset
        route = f"{request.spec.reasoning.raw} {request.spec.execution.raw}"
        kept = self._kept
        advising = self._advising = Advising(
            request,
            preset,
            members,
            self._ledger,
            self._merger,
            remembering.ExchangeStore(self._around.cache, (request.caller, route, self._reading.talk.prefix)),
            self._standing,
            self._limits(),
            keep=kept.append if kept is not None else lambda _: None,
            aside=self._aside.start,
        )
        try:
            async with contextlib.aclosing(advising.chunks(self._reading.messages, self._reading.talk)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except Exception as error:  # noqa: BLE001 - the executor's error is the client's, class and status
            raise refusals.plain(error) from None
        if advising.consulted:
            self._set(Decision("advise", advising.trouble or "consulted"))

    async def _worked(self, members: Members) -> AsyncGenerator[ModelResponseStream, None]:
        """Yield the executor's answer, reviewed if the route asks for it."""
        asked = self._decision.reason not in policy.UNTOUCHED and self._reading.talk.turn_start >= 0
        if not (self._preset.review and asked) or await self._standing.refusal() is not None:
            async with contextlib.aclosing(self._execute(members)) as answer:
                async for chunk in answer:
                    yield chunk
            return
        kept = self._kept if self._kept is not None else []
        start, end = len(kept), len(kept)

        def review(draft: str) -> ThinkingPhase:
            nonlocal end
            end = len(kept)
            return self._review(members, draft)

        def revise(draft: str, text: str) -> AsyncGenerator[ModelResponseStream, None]:
            said = {"role": "assistant", "content": draft}
            return self._execute(members, (said, handover.review(text)))

        def lead() -> str:
            return history.SEPARATOR if self._shown and history.SEPARATOR not in self._shown else ""

        shows = self._preset.show_reasoning == "full"
        clock, keep_alive = self._around.clock, self._around.keep_alive
        reviewing = self._reviewing = Reviewing(self._merger, clock, keep_alive, shows, lead, review, revise)
        async with contextlib.aclosing(reviewing.chunks(self._execute(members))) as answer:
            async for chunk in answer:
                yield chunk
        if reviewing.trouble is not None:
            self._aside.start(self._standing.went(reviewing.trouble))
        if self._kept is not None:
            self._kept = reviewing.kept(kept, start, end if end > start else len(kept))

    def _review(self, members: Members, draft: str) -> ThinkingPhase:
        call = review_call(self._request, self._preset, members, self._reading.messages, draft)
        return self._ledger.thinking("review", self._request.spec.reasoning.raw, call, self._limits(), "plan")

    async def _execute(
        self, members: Members, after: Sequence[Mapping[str, Any]] = ()
    ) -> AsyncGenerator[ModelResponseStream, None]:
        notes = handover.insert(
            self._reading.messages,
            self._notes,
            self._reading.talk.turn_start,
            self._preset.hand_over,
            placement=self._preset.placement,
            repeat=self._preset.repeat_messages and calls.may_end_with_the_assistant(members.execution.model),
        )
        call = execution_call(self._request, members, [*notes, *after], was_thought_for=bool(self._notes))
        made = Made("execution", self._request.spec.execution.raw, call)
        try:
            async with contextlib.aclosing(self._ledger.chunks(made)) as chunks:
                separated = remembered = not self._shown
                async for chunk in chunks:
                    if self._kept is not None:
                        self._kept.append(chunk)
                    passed = self._merger.pass_on(chunk)
                    if passed is None:
                        continue
                    if not separated and merge.reasons(passed):
                        separated = remembered = True
                        self._shown.append(history.SEPARATOR)
                        yield self._merger.reasoning(history.SEPARATOR)
                    elif not remembered:
                        remembered = True
                        self._remember_shown()
                    yield passed
        except Exception as error:  # noqa: BLE001 - the executor's error is the client's, class and status
            raise refusals.plain(error) from None

    def _remember_shown(self) -> None:
        """Remember the reasoner's text, to recognise it even if the client stops the answer and replays part of it."""
        if self._shown:
            self._aside.start(self._shown_thoughts.add("".join(self._shown)))

    def _charge_phases(self) -> None:
        """Charge each call for what it did, if no complete answer will report their cost."""
        if self._final:
            return
        for charge in self._ledger.charges(self._request.metadata):
            self._aside.start(charge)

    def _set(self, decision: Decision) -> None:
        self._decision = decision
        self._announce(decision)

    def _log(self) -> None:
        result = self._thinking.result if self._thinking else None
        log.info(
            "decision=%s reason=%s reasoning=%s execution=%s ended_by=%s error=%s ms=%s notes=%d turn=%d",
            policy.WORDS[self._decision.kind],
            self._decision.reason,
            self._request.spec.reasoning.raw,
            self._request.spec.execution.raw,
            result.ended_by if result else "-",
            type(result.error).__name__ if result and result.error else "-",
            result.ms if result else "-",
            len(self._notes),
            self._reading.talk.user_turns,
        )

    def _find_standing(self) -> Standing:
        who, member = self._request.caller, self._request.spec.reasoning.raw.casefold()
        conversation = self._request.session or self._reading.talk.opening
        keys = (remembering.key("rest", who, member, conversation), remembering.key("rest", who, member))
        rest = Rest(self._around.cache, *keys, now=self._around.wall_clock)
        key = remembering.key("budget", who, conversation)
        return Standing(rest, Budget(self._around.sums, key, self._preset.reasoning_budget))

    async def _close(self) -> None:
        try:
            if self._thinking is not None:
                await self._thinking.close()
            if self._advising is not None:
                await self._advising.close()
            if self._reviewing is not None:
                await self._reviewing.close()
            await self._ledger.close()
            await self._standing.count(self._ledger.phases)
        finally:
            self._tell()
        await self._aside.wait()

    def _tell(self) -> None:
        """Add this request to the metrics and to the caller's trace."""
        undecided = self._decision.reason == policy.UNDECIDED
        decided = None if undecided else (policy.WORDS[self._decision.kind], self._decision.reason)
        figures.tell(decided, self._outcome, self._ledger)
        self._spans.end(self._ledger, decided, self._outcome)


def decision_headers(decision: Decision) -> dict[str, str]:
    """Return the headers that tell a caller what was decided."""
    return {"x-hybrid-decision": policy.WORDS[decision.kind], "x-hybrid-reason": decision.reason}
