"""Collects the events of one answer into a whole message, whether it was streamed or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from litellm_minimax.wire.events import (
    Event,
    Finish,
    ProviderFields,
    Reasoning,
    Started,
    Text,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)


@dataclass(slots=True)
class Call:
    """One tool call of an answer, joined from its fragments."""

    id: str
    name: str
    fragments: list[str] = field(default_factory=list)

    @property
    def arguments(self) -> str:
        """Return the JSON text of the arguments, as the model wrote it."""
        return "".join(self.fragments)


class AnswerCollector:
    """Collects the events of one answer into a whole message, whether it was streamed or not."""

    __slots__ = ("_reasoning", "_text", "calls", "finish", "provider_fields", "started", "usage")

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self.calls: dict[int, Call] = {}
        self.started: Started | None = None
        self.usage: Usage | None = None
        self.finish: Finish | None = None
        self.provider_fields: Mapping[str, object] = {}

    def add(self, events: Iterable[Event]) -> None:
        """Take the next events; each costs the same."""
        for event in events:
            match event:
                case Text():
                    self._text.append(event.text)
                case Reasoning():
                    self._reasoning.append(event.text)
                case ToolCallStart():
                    self.calls[event.index] = Call(event.id, event.name)
                case ToolCallArguments():
                    self.calls[event.index].fragments.append(event.fragment)
                case Started():
                    self.started = event
                case Usage():
                    self.usage = event
                case ProviderFields():
                    self.provider_fields = event.fields
                case Finish():
                    self.finish = event
                case _:
                    assert_never(event)

    @property
    def text(self) -> str:
        """Return the answer so far."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """Return the thinking so far."""
        return "".join(self._reasoning)
