"""The dashboard, in one place: its panels, from which Grafana's JSON, the picture in the docs and their checks are made."""

from __future__ import annotations

from dataclasses import dataclass

from litellm_minimax.observability.definitions import (
    COST,
    DECIDED,
    ERRORS,
    HAND_OVER_SECONDS,
    MEMORY,
    MEMORY_ENTRIES,
    PHASE_SECONDS,
    REQUESTS,
    TOKENS,
    Metric,
)

RATE = "$__rate_interval"
"""Grafana's own: at least four scrapes."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query, and how its lines are called."""

    promql: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel."""

    title: str
    unit: str
    """By Grafana's name for it."""
    says: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    width: int = 8
    """Of 24."""
    stacked: bool = False


def rate_by(metric: Metric, *labels: str, suffix: str = "") -> str:
    name = f"{metric.name}{suffix}" if suffix else metric.sample
    return f"sum by ({', '.join(labels)}) (rate({name}[{RATE}]))"


def share(metric: Metric, label: str, value: str, other: str) -> str:
    """How much of two values of a label the first is."""
    first, both = f'{{{label}="{value}"}}', f'{{{label}=~"{value}|{other}"}}'
    return " / ".join(f"sum(rate({metric.sample}{only}[{RATE}]))" for only in (first, both))


def quantile(share: float, metric: Metric, *labels: str) -> str:
    return f"histogram_quantile({share}, {rate_by(metric, 'le', *labels, suffix='_bucket')})"


PANELS = (
    Panel(
        "Hybrid requests", "reqps", "How many a second, by how they ended.",
        (Query(rate_by(REQUESTS, "outcome"), "{{outcome}}"),), stacked=True,
    ),
    Panel(
        "Decisions", "reqps", "What was decided, and why.",
        (Query(rate_by(DECIDED, "decision", "reason"), "{{decision}}: {{reason}}"),), stacked=True,
    ),
    Panel(
        "Answered without the thinking that was due", "percentunit",
        "The share of degraded answers among those that were to be thought about.",
        (Query(share(DECIDED, "decision", "degraded", "reasoned"), "degraded"),),
        kind="stat",
    ),
    Panel(
        "Duration of the phases", "s", "Half of the calls, and 95 of 100, are over within this time.",
        (
            Query(quantile(0.5, PHASE_SECONDS, "phase"), "{{phase}}, half"),
            Query(quantile(0.95, PHASE_SECONDS, "phase"), "{{phase}}, 95 %"),
        ),
    ),
    Panel(
        "What ended the phases", "reqps", "`answer`: cut where the reasoner began to answer, as it should be.",
        (Query(rate_by(PHASE_SECONDS, "phase", "ended_by", suffix="_count"), "{{phase}}: {{ended_by}}"),),
    ),
    Panel(
        "Hand-over", "s", "From the end of the thinking to the executor's call; the plugin's own time.",
        (
            Query(quantile(0.5, HAND_OVER_SECONDS), "half"),
            Query(quantile(0.99, HAND_OVER_SECONDS), "99 %"),
        ),
    ),
    Panel(
        "Tokens by phase", "short", "A second; cached input is apart.",
        (Query(rate_by(TOKENS, "phase", "kind"), "{{phase}}, {{kind}}"),), stacked=True,
    ),
    Panel(
        "Tokens by model", "short", "A second. `other`: a name that is not in the configuration.",
        (Query(rate_by(TOKENS, "model"), "{{model}}"),), stacked=True,
    ),
    Panel(
        "Dollars an hour", "currencyUSD", "At the pace of the moment, by LiteLLM's prices.",
        (Query(f"{rate_by(COST, 'phase', 'model')} * 3600", "{{phase}}: {{model}}"),), stacked=True,
    ),
    Panel(
        "Dollars in 24 hours", "currencyUSD", "What hybrids cost, by phase.",
        (Query(f"sum by (phase) (increase({COST.sample}[24h]))", "{{phase}}"),), kind="stat",
    ),
    Panel(
        "MiniMax's errors", "reqps", "Failed attempts by MiniMax's code; docs/errors.md says what each means.",
        (Query(f"{rate_by(ERRORS, 'code')} > 0", "{{code}}"),), stacked=True,
    ),
    Panel(
        "Turns of tool loops", "reqps", "Came back without their reasoning: remembered or not. And: newly kept.",
        (Query(rate_by(MEMORY, "outcome"), "{{outcome}}"),),
    ),
    Panel(
        "Reasoning that was remembered", "percentunit", "The share of turns that came back without their reasoning.",
        (Query(share(MEMORY, "outcome", "hit", "miss"), "remembered"),),
        kind="stat",
    ),
    Panel(
        "Entries in the memory", "short", "In all processes together; each holds 4096 at most.",
        (Query(f"sum({MEMORY_ENTRIES.sample})", "entries"),),
    ),
)  # fmt: skip
