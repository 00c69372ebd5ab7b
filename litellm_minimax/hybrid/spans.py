"""The spans of one hybrid request: ``hybrid`` under the caller's span, and below it one per phase and hand-over."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from litellm_minimax.hybrid.ledger import Ledger, Made
from litellm_minimax.hybrid.members.calls import SubCall
from litellm_minimax.hybrid.request import HybridRequest
from litellm_minimax.observability import spans

log = logging.getLogger("litellm_minimax.hybrid")


@dataclass(slots=True)
class Spans:
    """The spans of one request; none if LiteLLM has no OpenTelemetry callback."""

    tracer: Any
    request: HybridRequest
    whole: spans.Span | None = None
    phases: list[tuple[Made, spans.Span]] = field(default_factory=list)

    @classmethod
    def of(cls, request: HybridRequest, outer: Mapping[str, Any] | None) -> Spans:
        """Begin the request's span.

        Args:
            request: the request.
            outer: the parameters by which LiteLLM will log the hybrid's call. If that call has no parent span yet,
                it is put under this one, so that everything is in one trace.
        """
        made = cls(spans.tracer(), request)
        if made.tracer is not None:
            with contextlib.suppress(Exception):
                made._begin(outer)
        return made

    def _begin(self, outer: Mapping[str, Any] | None) -> None:
        request = (outer or {}).get("proxy_server_request")
        headers = request.get("headers") if isinstance(request, Mapping) else None
        parent = spans.parent_of(self.request.metadata, headers if isinstance(headers, Mapping) else {})
        self.whole = spans.begin(self.tracer, "hybrid", parent)
        if parent is None and isinstance(outer, dict):
            outer["metadata"] = {**(outer.get("metadata") or {}), spans.PARENT: self.whole.own}

    def around(self, made: Made, call: SubCall) -> SubCall:
        """Begin a phase's span, and return the call with that span as the parent of LiteLLM's own spans."""
        if self.whole is None:
            return call
        try:
            span = spans.begin(self.tracer, f"hybrid {made.phase}", self.whole.own)
        except Exception as error:  # noqa: BLE001 - a failing tracer must not cost an answer
            log.debug("the span of a hybrid's call could not begin: %s", type(error).__name__)
            return call
        self.phases.append((made, span))
        return replace(call, metadata={**call.metadata, spans.PARENT: span.own})

    def end(self, ledger: Ledger, decided: tuple[str, str] | None, outcome: str) -> None:
        """End all spans.

        Args:
            ledger: the request's calls, all of them finished.
            decided: the decision and its reason, if there is one.
            outcome: ``answered``, ``failed`` or ``left``.
        """
        if self.whole is None:
            return
        try:
            self._end(self.whole, ledger, decided, outcome)
        except Exception as error:  # noqa: BLE001 - a failing tracer must not cost an answer
            log.debug("a hybrid's spans could not be ended: %s", type(error).__name__)

    def _end(self, whole: spans.Span, ledger: Ledger, decided: tuple[str, str] | None, outcome: str) -> None:
        cost = 0.0
        for made, span in self.phases:
            line = made.as_phase(ledger.price)
            cost += line.cost or 0.0
            told = {
                "hybrid.phase": line.phase,
                "hybrid.ended_by": line.ended_by,
                "hybrid.cost": line.cost,
                "hybrid.estimated": line.estimated,
                "session.id": self.request.session or None,
                "gen_ai.request.model": line.model,
                "gen_ai.usage.input_tokens": line.usage.prompt_tokens,
                "gen_ai.usage.output_tokens": line.usage.completion_tokens,
            }
            span.end(made.ended - made.began, told, failed=line.ended_by == "error")
        began = {id(made): span.began for made, span in self.phases}
        for before, after in ledger.hand_overs():
            if id(before) not in began or id(after) not in began:
                continue
            ended = began[id(before)] + round((before.ended - before.began) * 1e9)
            seconds = max(began[id(after)] - ended, 0) / 1e9
            spans.begin(self.tracer, "hybrid hand-over", whole.own, ended).end(seconds, {})
        told = {
            "hybrid.decision": decided[0] if decided else None,
            "hybrid.reason": decided[1] if decided else None,
            "hybrid.reasoning_model": self.request.spec.reasoning.raw,
            "hybrid.execution_model": self.request.spec.execution.raw,
            "hybrid.outcome": outcome,
            "session.id": self.request.session or None,
            "hybrid.cost": cost,
        }
        whole.end((time.time_ns() - whole.began) / 1e9, told, failed=outcome == "failed")
