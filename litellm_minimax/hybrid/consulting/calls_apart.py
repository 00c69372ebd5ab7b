"""Removes the executor's calls of the hidden tool from its stream, and renumbers the calls of the client's tools."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class HiddenCall:
    """One call of the hidden tool."""

    id: str
    pieces: list[str] = field(default_factory=list)

    @property
    def arguments(self) -> str:
        """The arguments received so far."""
        return "".join(self.pieces)


@dataclass(slots=True)
class CallsApart:
    """Removes the hidden calls from the chunks of one executor's call."""

    name: str
    """The hidden tool's name."""
    hidden: list[HiddenCall] = field(default_factory=list)
    others: int = 0
    """How many calls of the client's own tools there were."""
    _current: dict[int, HiddenCall | int] = field(default_factory=dict)

    def take(self, chunk: Any) -> Any:
        """Return the chunk without hidden calls; the given chunk is not changed."""
        choices = [self._choice(choice) for choice in chunk.choices or ()]
        if all(mine is theirs for mine, theirs in zip(choices, chunk.choices or (), strict=True)):
            return chunk
        return chunk.model_copy(update={"choices": choices})

    def _choice(self, choice: Any) -> Any:
        calls = choice.delta.tool_calls
        changed: dict[str, Any] = {}
        if calls:
            kept = [call for call in map(self._call, calls) if call is not None]
            if len(kept) < len(calls) or any(mine is not theirs for mine, theirs in zip(kept, calls, strict=True)):
                changed["delta"] = choice.delta.model_copy(update={"tool_calls": kept or None})
        if choice.finish_reason and self.hidden and not self.others:
            changed["finish_reason"] = None  # the answer goes on after the consultation
        return choice.model_copy(update=changed) if changed else choice

    def _call(self, call: Any) -> Any:
        index = call.index or 0
        name = getattr(call.function, "name", None)
        if name == self.name:
            self.hidden.append(HiddenCall(call.id or f"advice_{len(self.hidden)}"))
            self._current[index] = self.hidden[-1]
        elif name or index not in self._current:
            self._current[index] = self.others
            self.others += 1
        current = self._current[index]
        if isinstance(current, HiddenCall):
            current.pieces.append(getattr(call.function, "arguments", None) or "")
            return None
        return call if current == call.index else call.model_copy(update={"index": current})
