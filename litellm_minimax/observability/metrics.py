"""Counting for Prometheus, if ``prometheus_client`` is in use in this process; otherwise nothing happens.

The metrics are in the client library's default registry, which LiteLLM's ``/metrics`` serves (callback
``prometheus``), and follow its multi-process mode, in which LiteLLM runs with several workers. That mode is chosen
from ``PROMETHEUS_MULTIPROC_DIR`` when the library is imported, and LiteLLM sets it late. So this module does not import
the library before LiteLLM, or the program that serves the registry, has done so.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping
from typing import Any

from litellm_minimax.observability.definitions import METRICS, Metric

log = logging.getLogger("litellm_minimax.metrics")

_LIBRARY = "prometheus_client"
_lock = threading.Lock()
_made: dict[str, Any] = {}


def are_counted() -> bool:
    """Whether metrics are counted, because ``prometheus_client`` is in use in this process."""
    return bool(_made) or _LIBRARY in sys.modules


def expose() -> bool:
    """Expose every metric, with zeros for the series that are known. May be called more than once.

    Returns:
        Whether the metrics are exposed, which needs ``prometheus_client``.
    """
    return bool(_instruments(may_import=True))


def count(metric: Metric, by: float = 1, **labels: str) -> None:
    """Add to a counter."""
    _tell(metric, "inc", by, labels)


def observe(metric: Metric, value: float, **labels: str) -> None:
    """Add one value to a histogram."""
    _tell(metric, "observe", value, labels)


def hold(metric: Metric, value: float) -> None:
    """Set a gauge."""
    _tell(metric, "set", value, {})


def _tell(metric: Metric, what: str, value: float, labels: Mapping[str, str]) -> None:
    if not are_counted():
        return
    try:
        made = _instruments().get(metric.name)
        if made is not None:
            getattr(made.labels(**metric.bounded(labels)) if labels else made, what)(value)
    except Exception as error:  # noqa: BLE001 - a full disk or a broken registry must not cost an answer
        log.debug("%s is not counted: %s", metric.name, type(error).__name__)


def _instruments(*, may_import: bool = False) -> Mapping[str, Any]:
    """Return the library's objects by metric name, made when first needed; empty without the library."""
    if not _made and (may_import or _LIBRARY in sys.modules):
        with _lock:
            if not _made:
                try:
                    _made.update({metric.name: _instrument(metric) for metric in METRICS})
                except ImportError:
                    return {}
    return _made


def _instrument(metric: Metric) -> Any:
    import prometheus_client

    text, labels = metric.meaning.replace("`", ""), list(metric.labels)
    made: Any
    match metric.kind:
        case "counter":
            made = prometheus_client.Counter(metric.name, text, labels)
        case "gauge":
            # With several workers: the sum over those that are still running.
            made = prometheus_client.Gauge(metric.name, text, labels, multiprocess_mode="livesum")
        case "histogram":
            made = prometheus_client.Histogram(metric.name, text, labels, buckets=metric.buckets)
    if labels:
        for values in metric.first_series():
            made.labels(*values)
    return made
