"""Writes the JSON text of a call's arguments while its parameters arrive."""

from __future__ import annotations

import json
import re
from typing import Any

from litellm_minimax.wire.markup.markup_values import (
    Schema,
    is_text,
    item_schema,
    member_schema,
    property_schema,
    value_of,
)
from litellm_minimax.wire.markup.notation import TOKEN, Notation

_MEMBER = re.compile(re.escape(TOKEN) + r"<([^\s<>/]{1,128}+)>")
_DEEPEST = 32


class ArgumentWriter:
    """Writes one call's arguments. The pieces it returns always join to the text of a JSON object."""

    __slots__ = ("_count", "_notation", "_root", "_schema", "_streams", "_value")

    def __init__(self, root: Schema | None, notation: Notation) -> None:
        self._root = root
        self._notation = notation
        self._schema: Schema | None = None
        self._count = 0
        self._value: list[str] = []
        self._streams = False

    def begin(self, name: str) -> str:
        """A parameter begins."""
        self._schema = property_schema(self._root, name)
        self._value = []
        self._streams = is_text(self._schema, self._root or {})
        begin = f"{', ' if self._count else '{'}{json.dumps(name, ensure_ascii=False)}: "
        self._count += 1
        return begin + ('"' if self._streams else "")

    @property
    def streams(self) -> bool:
        """Whether the value is certainly text, and so is written as it arrives."""
        return self._streams

    def add(self, text: str) -> str:
        """Take more of the value."""
        if self._streams:
            return escaped(self._notation.plain(text))
        if text:
            self._value.append(text)
        return ""

    def end(self, text: str, *, cut: bool) -> str:
        """End the value with ``text``."""
        if self._streams:
            return escaped(self._notation.plain(text)) + '"'
        whole = self._notation.plain("".join(self._value) + text)
        self._value = []
        root = self._root or {}
        if self._notation.nested and TOKEN in whole and not cut:
            value = _nested_value(whole, self._schema, root)
        else:
            value = value_of(whole, self._schema, root)
        return json_of(value, whole)

    def close(self) -> str:
        """The call ends."""
        return "}" if self._count else "{}"


def _nested_value(text: str, schema: Schema | None, root: Schema, depth: int = 0) -> Any:
    """Return the value of M3's nested tags: ``<item>`` children make an array, any others an object, repeats a list.

    A text with tags in the middle is neither, and is not changed.
    """
    members: list[tuple[str, Any]] = []
    position = 0
    while found := _MEMBER.search(text, position):
        if text[position : found.start()].strip():
            return text
        name = found[1]
        end = _matching_close(text, name, found.end())
        inner = text[found.end() : end]
        of = item_schema(schema, root) if name == "item" else member_schema(schema, root, name)
        if TOKEN in inner and depth < _DEEPEST:
            members.append((name, _nested_value(inner, of, root, depth + 1)))
        else:
            members.append((name, value_of(inner, of, root)))
        position = end + len(f"{TOKEN}</{name}>")
    if not members or text[position:].strip():
        return text
    if all(name == "item" for name, _ in members):
        return [value for _, value in members]
    together: dict[str, list[Any]] = {}
    for name, value in members:
        together.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in together.items()}


def _matching_close(text: str, name: str, start: int) -> int:
    closer, opener = f"{TOKEN}</{name}>", f"{TOKEN}<{name}>"
    open_tags = 1
    while (end := text.find(closer, start)) >= 0:
        open_tags += text.count(opener, start, end) - 1
        if open_tags == 0:
            return end
        start = end + len(closer)
    return len(text)


def json_of(value: Any, written: str) -> str:
    """Return the JSON of a value; if it is nested too deeply for that, its text as it was written."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return json.dumps(written)
    # A lone surrogate can't be sent as UTF-8, but it can be escaped.
    return text if _encodes(text) else json.dumps(value)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def escaped(text: str) -> str:
    """Return a text as it is written inside a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
