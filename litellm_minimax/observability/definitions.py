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
    "Requests to hybrids by what was decided at last, and why (the words of `x-hybrid-decision` and "
    "`x-hybrid-reason`, and what became of it).",
    {"decision": DECISIONS, "reason": REASONS},
    zeros=(("reasoned", "user_turn"), ("degraded", "reasoner_error"), ("degraded", "backoff")),
)
REQUESTS = Metric(
    "litellm_minimax_hybrid_requests",
    "counter",
    "Requests to hybrids by how they ended. `answered`: to the last chunk; `failed`: with an error; `left`: the client "
    "went away, or its own timeout ended the answer.",
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
    "From the end of a thinking, a consultation or a review to the start of the executor's call that reads it: "
    "this package's own time.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
)
TOKENS = Metric(
    "litellm_minimax_hybrid_tokens",
    "counter",
    "Tokens of a hybrid's calls. The three kinds do not overlap: their sum is what was used. "
    "A call that was cut before it told its usage counts with this package's estimate.",
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
    "Failed attempts to call MiniMax, by its error code; without one `http_<status>`, or what happened on the way: "
    f"{', '.join(f'`{word}`' for word in BROKEN)}. Attempts that LiteLLM repeats or answers by a fallback count too.",
    {"code": ERROR_CODES},
)
MEMORY = Metric(
    "litellm_minimax_reasoning_memory",
    "counter",
    "Turns of tool loops. `hit`: one came back without its reasoning, and it was remembered; `miss`: nothing was "
    "remembered; `stored`: an answer's reasoning was kept.",
    {"outcome": ("hit", "miss", "stored")},
)
MEMORY_ENTRIES = Metric(
    "litellm_minimax_reasoning_memory_entries",
    "gauge",
    "What the reasoning memory holds in the processes that serve, one entry for each tool call or answer; "
    "Redis not counted. Told when something is stored.",
)

METRICS = (DECIDED, REQUESTS, PHASE_SECONDS, HAND_OVER_SECONDS, TOKENS, COST, ERRORS, MEMORY, MEMORY_ENTRIES)
