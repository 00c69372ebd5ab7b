"""Merges the events of one network read, because LiteLLM's work is per chunk, whatever its size."""

from __future__ import annotations

from litellm_minimax.wire.events import Event, Reasoning, Text, ToolCallArguments


def coalesce(events: list[Event]) -> list[Event]:
    """Join neighbouring events of one kind: text with text, reasoning with reasoning, arguments of one call.

    What arrived in one network read becomes one chunk of each kind.
    """
    if len(events) < 2:
        return events
    merged: list[Event] = []
    run: list[str] = []
    for event in events:
        words = _words(event)
        if merged and words is not None and _same_kind(merged[-1], event):
            run.append(words)
            continue
        if len(run) > 1:
            merged[-1] = _with_words(merged[-1], "".join(run))
        merged.append(event)
        run = [] if words is None else [words]
    if len(run) > 1:
        merged[-1] = _with_words(merged[-1], "".join(run))
    return merged


def _same_kind(last: Event, event: Event) -> bool:
    if type(last) is not type(event):
        return False
    return not isinstance(last, ToolCallArguments) or last.index == getattr(event, "index", None)


def _words(event: Event) -> str | None:
    if isinstance(event, Text | Reasoning):
        return event.text
    return event.fragment if isinstance(event, ToolCallArguments) else None


def _with_words(event: Event, words: str) -> Event:
    if isinstance(event, ToolCallArguments):
        return ToolCallArguments(event.index, words)
    return Reasoning(words) if isinstance(event, Reasoning) else Text(words)
