"""The reasoning memory's hits and misses for Prometheus, where ``prometheus_client`` is installed.

Nothing is counted twice or per request for it: a collector reads ``reasoning_memory.counts`` when it is
scraped. It is in the
default registry, which LiteLLM's ``/metrics`` (its ``prometheus`` callback) serves when it runs in one process.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

from litellm_minimax.memory import reasoning_memory

NAME = "litellm_minimax_reasoning_memory"
OUTCOMES = {
    "hit": "a turn came back without its reasoning, and it was remembered",
    "miss": "a turn came back without its reasoning, and nothing was remembered",
    "stored": "an answer's reasoning was kept",
}
_exposed = False


class MemoryCollector:
    """A collector in Prometheus's sense: one counter, by outcome."""

    def collect(self) -> Iterator[Any]:
        """The counts as they are now."""
        from prometheus_client.core import CounterMetricFamily

        explained = "; ".join(f"{outcome}: {meaning}" for outcome, meaning in OUTCOMES.items())
        family = CounterMetricFamily(NAME, f"The reasoning memory. {explained}.", labels=["outcome"])
        for outcome in OUTCOMES:
            family.add_metric([outcome], reasoning_memory.counts[outcome])
        yield family


def expose() -> bool:
    """Show the counts to Prometheus; does nothing the second time, or without ``prometheus_client``.

    Returns:
        Whether they are shown.
    """
    global _exposed  # noqa: PLW0603 -- the registry is one for the process, too
    if not _exposed and importlib.util.find_spec("prometheus_client") is not None:
        from prometheus_client.core import REGISTRY

        REGISTRY.register(MemoryCollector())
        _exposed = True
    return _exposed
