"""What Prometheus is told of the reasoning memory. A stand-in serves where the client library is not installed."""

import importlib.machinery
import sys
import types

import pytest

from litellm_minimax.memory import reasoning_memory
from litellm_minimax.observability import metrics


class Family:
    def __init__(self, name, documentation, labels):
        self.name, self.documentation, self.labels, self.samples = name, documentation, labels, {}

    def add_metric(self, labels, value):
        self.samples[tuple(labels)] = value


class Registry:
    def __init__(self):
        self.collectors = []

    def register(self, collector):
        self.collectors.append(collector)


@pytest.fixture
def registry(monkeypatch):
    made = Registry()
    package = types.ModuleType("prometheus_client")
    package.__spec__ = importlib.machinery.ModuleSpec("prometheus_client", None)
    core = types.ModuleType("prometheus_client.core")
    core.REGISTRY, core.CounterMetricFamily = made, Family
    monkeypatch.setitem(sys.modules, "prometheus_client", package)
    monkeypatch.setitem(sys.modules, "prometheus_client.core", core)
    monkeypatch.setattr(metrics, "_exposed", False)
    return made


def test_the_counts_are_read_when_they_are_asked_for(registry, monkeypatch):
    monkeypatch.setattr(reasoning_memory, "counts", reasoning_memory.Counter(hit=1))
    assert metrics.expose()
    assert metrics.expose(), "again is no second collector"
    (collector,) = registry.collectors
    reasoning_memory.counts["hit"] += 2
    (family,) = collector.collect()
    assert family.name == "litellm_minimax_reasoning_memory"
    assert family.labels == ["outcome"]
    assert family.samples == {("hit",): 3, ("miss",): 0, ("stored",): 0}
    assert all(outcome in family.documentation for outcome in metrics.OUTCOMES)


def test_without_the_library_nothing_happens(monkeypatch):
    monkeypatch.setattr(metrics, "_exposed", False)
    monkeypatch.setattr(metrics.importlib.util, "find_spec", lambda _: None)
    assert not metrics.expose()
