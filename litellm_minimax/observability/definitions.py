"""The metrics: their names, labels and meaning, in one place for the code, the documentation and the dashboard.

Each label has a fixed list of values, so that no client can create new time series. The one exception is ``model``,
for which the calling code passes a name from the operator's configuration or ``other``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from litellm_minimax.observability.values import BROKEN, DECISIONS, ENDINGS, ERROR_CODES, PHASES, REASONS, TOKEN_KINDS

OTHER = "other"
"""Stands for any value that is not in a label's list."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of Prometheus."""

    name: str
    """The name, without the ``_total`` that Prometheus's client libraries add to a counter."""
    kind: Literal["counter", "histogram", "gauge"]
    meaning: str
    labels: Mapping[str, Sequence[str] | None] = field(default_factory=dict)
    """Each label's values; ``None`` if the calling code limits them."""
    buckets: Sequence[float] = ()
    zeros: Sequence[Sequence[str]] | None = None
    """The series that exist from the start; ``None`` means every combination of values."""

    @property
    def sample(self) -> str:
        """The name to use in queries."""
        return f"{self.name}_total" if self.kind == "counter" else self.name

    def bounded(self, labels: Mapping[str, str]) -> dict[str, str]:
        """Return ``labels`` with :data:`OTHER` for each value that is not in its list."""
        return {name: self._value(name, value) for name, value in labels.items()}

    def _value(self, label: str, value: str) -> str:
        values = self.labels[label]
        return value if values is None or value in values else OTHER

    def first_series(self) -> list[tuple[str, ...]]:
        """Return the series that are zero from the start, so that Prometheus sees their first increase."""
        if self.zeros is not None:
            return [tuple(values) for values in self.zeros]
        return [] if None in self.labels.values() else list(product(*(values or () for values in self.labels.values())))


DECIDED = Metric(
    "litellm_minimax_hybrid_decisions",
    "counter",
    "Requests to hybrids by their final decision and its reason (the words of `x-hybrid-decision` and "
    "`x-hybrid-reason`).",
    {"decision": DECISIONS, "reason": REASONS},
    zeros=(("reasoned", "user_turn"), ("degraded", "reasoner_error"), ("degraded", "backoff")),
)
REQUESTS = Metric(
    "litellm_minimax_hybrid_requests",
    "counter",
    "Requests to hybrids by how they ended. `answered`: with the last chunk; `failed`: with an error; `left`: the "
    "client disconnected, or its own timeout ended the answer.",
    {"outcome": ("answered", "failed", "left")},
)
PHASE_SECONDS = Metric(
    "litellm_minimax_hybrid_phase_duration_seconds",
    "histogram",
    "How long each call of a member took, from its start to its end, by what ended it.",
    {"phase": PHASES, "ended_by": ENDINGS},
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300),
    zeros=(("reasoning", "answer"), ("execution", "finish")),
)
HAND_OVER_SECONDS = Metric(
    "litellm_minimax_hybrid_hand_over_seconds",
    "histogram",
    "The time from the end of the reasoner's call to the start of the executor's call that reads its text. It is "
    "this package's own.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
)
TOKENS = Metric(
    "litellm_minimax_hybrid_tokens",
    "counter",
    "Tokens of a hybrid's calls. The three kinds do not overlap: their sum is what was used. "
    "If a call was cut before it reported its usage, an estimate is counted.",
    {"phase": PHASES, "model": None, "kind": TOKEN_KINDS},
)
COST = Metric(
    "litellm_minimax_hybrid_cost_dollars",
    "counter",
    "US dollars of a hybrid's calls, by LiteLLM's prices. A model without a price adds nothing.",
    {"phase": PHASES, "model": None},
)
ERRORS = Metric(
    "litellm_minimax_errors",
    "counter",
    "Failed attempts to call MiniMax, by its error code. Without a code: `http_<status>`, or what went wrong with the "
    f"connection: {', '.join(f'`{word}`' for word in BROKEN)}. Attempts that LiteLLM retries or replaces count too.",
    {"code": ERROR_CODES},
)
MEMORY = Metric(
    "litellm_minimax_reasoning_memory",
    "counter",
    "The reasoning of turns in tool loops. `hit`: a turn came back without it, and it was restored; `miss`: a turn "
    "came back without it, and it was not in the memory; `stored`: an answer's reasoning was remembered.",
    {"outcome": ("hit", "miss", "stored")},
)
MEMORY_ENTRIES = Metric(
    "litellm_minimax_reasoning_memory_entries",
    "gauge",
    "Entries of the reasoning memory in the serving processes, one for each tool call or answer, without those in "
    "Redis. Updated when something is stored.",
)

METRICS = (DECIDED, REQUESTS, PHASE_SECONDS, HAND_OVER_SECONDS, TOKENS, COST, ERRORS, MEMORY, MEMORY_ENTRIES)
