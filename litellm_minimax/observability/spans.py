"""This package's spans in the traces that LiteLLM's OpenTelemetry callback exports; without the callback, none.

The spans are made with that callback's tracer, so they are exported with its own spans. They begin while the call runs,
so that LiteLLM's spans for it (the Router's steps, failed attempts) can be placed below them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PARENT = "litellm_parent_otel_span"
"""The key in LiteLLM's metadata for the parent of a call's spans."""
_CARRIED = ("traceparent", "tracestate")
_FIRST = ("OpenTelemetry", "OpenTelemetryV2")
"""The classes of the callback ``otel``, which comes before others built on it, such as those for Langfuse or Arize."""


@dataclass(slots=True)
class Span:
    """One span, and when it began."""

    own: Any
    """OpenTelemetry's span."""
    began: int
    """Nanoseconds since the epoch."""

    def end(self, seconds: float, attributes: Mapping[str, Any], *, failed: bool = False) -> None:
        """End the span, ``seconds`` after it began."""
        from opentelemetry.trace import Status, StatusCode

        self.own.set_attributes({name: value for name, value in attributes.items() if value is not None})
        if failed:
            self.own.set_status(Status(StatusCode.ERROR))
        self.own.end(end_time=self.began + round(seconds * 1e9))


def tracer() -> Any:
    """Return the tracer of LiteLLM's OpenTelemetry callback, or ``None`` if there is no such callback."""
    if "opentelemetry.sdk.trace" not in sys.modules:
        return None
    import litellm

    callbacks = [*litellm.success_callback, *litellm.callbacks, *litellm.service_callback]
    found = [each for each in callbacks if hasattr(getattr(each, "tracer", None), "start_span")]
    found.sort(key=lambda each: type(each).__name__ not in _FIRST)
    return found[0].tracer if found else None


def begin(tracer: Any, name: str, parent: Any, began: int | None = None) -> Span:
    """Begin a span.

    Args:
        tracer: the tracer from :func:`tracer`.
        name: the span's name.
        parent: the parent span of OpenTelemetry; ``None`` for none.
        began: nanoseconds since the epoch; now by default.
    """
    from opentelemetry import trace

    at = time.time_ns() if began is None else began
    context = trace.set_span_in_context(trace.INVALID_SPAN if parent is None else parent)
    return Span(tracer.start_span(name, context=context, start_time=at), at)


def parent_of(metadata: Mapping[str, Any], headers: Mapping[str, Any]) -> Any:
    """Return the parent span that LiteLLM gives a call: the proxy's, else a client's by header, else the active one.

    Args:
        metadata: the call's metadata.
        headers: the headers of the request to the proxy.

    Returns:
        OpenTelemetry's span, or ``None`` if the call begins a new trace.
    """
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    given = metadata.get(PARENT)
    if callable(getattr(given, "get_span_context", None)):
        return given
    carried = {name: value for name in _CARRIED if isinstance(value := headers.get(name), str)}
    context = TraceContextTextMapPropagator().extract(carried) if carried else None
    found = trace.get_current_span(context)
    return found if found.get_span_context().is_valid else None
