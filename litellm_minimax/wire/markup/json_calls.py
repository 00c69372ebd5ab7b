"""Reads calls written as JSON between tags: ``{"name": "f", "arguments": {…}}``, alone, on lines, or in an array."""

from __future__ import annotations

from collections.abc import Mapping

from litellm_minimax.wire.json_mender import JsonMender, mended
from litellm_minimax.wire.markup.argument_writer import json_of
from litellm_minimax.wire.markup.markup_values import Schema

_ARGUMENTS = ("arguments", "parameters", "args", "input")
_MEMBERS = (*_ARGUMENTS, "name", "function", "type", "id", "index")


class JsonCalls:
    """Reads one JSON value while it arrives.

    Attributes:
    done: the value is complete, or can't be understood.
    """

    __slots__ = ("_declared", "_mender", "_out", "_read", "done")

    def __init__(self, declared: Mapping[str, Schema]) -> None:
        self._declared = declared
        self._mender = JsonMender()
        self._out: list[str] = []
        self._read: list[str] = []
        self.done = False

    @property
    def raw(self) -> str:
        """Return the text that was read, as far as it was understood."""
        read = "".join(self._read)
        return read[: len(read) - len(self.rest)]

    @property
    def rest(self) -> str:
        """Return the text from the point where it can't be understood."""
        return self._mender.rest if self._mender.lost else ""

    def take(self, text: str, at: int) -> int:
        """Read on from ``at``, and return where reading ended."""
        out, end = self._mender.take(text, at)
        self._out.append(out)
        self._read.append(text[at:end])
        self.done = self._mender.closed or self._mender.lost
        return end

    def calls(self, *, cut: bool = False) -> list[tuple[str, str]] | None:
        """Return the calls as ``(name, arguments)``; ``None`` if it is not a call, or not only of declared tools."""
        told = None if self._mender.lost else mended("".join(self._out))
        if told is None:
            return None
        values = told.value if isinstance(told.value, list) else [told.value]
        if cut and not all(map(_is_begun, values)):
            return None
        found = [self._call(each) for each in values]
        known = [call for call in found if call is not None]
        return known if known and len(known) == len(found) else None

    def close(self) -> list[tuple[str, str]] | None:
        """End the text: return the calls as far as they came; ``None`` if it ended in something else."""
        self._out.append(self._mender.close())
        return self.calls(cut=True)

    def _call(self, value: object) -> tuple[str, str] | None:
        if not isinstance(value, Mapping):
            return None
        inner = value.get("function")
        told = inner if isinstance(inner, Mapping) else value
        name = told.get("name", inner)
        if not isinstance(name, str) or name not in self._declared:
            return None
        given = next((told[key] for key in _ARGUMENTS if key in told), None)
        if isinstance(given, str):
            text = mended(given)
            return name, text.text if text is not None and isinstance(text.value, Mapping) else given or "{}"
        return name, json_of(given, "{}") if given is not None else "{}"


def _is_begun(value: object) -> bool:
    """Whether this may be a call with a missing end: its last member's name may be cut, but is one that calls have."""
    return not isinstance(value, Mapping) or all(any(each.startswith(name) for each in _MEMBERS) for name in value)
