"""MiniMax's tool-call markup in a text, as it streams: for servers of the open weights that have no tool parser.

M2 writes ``<minimax:tool_call><invoke name="f"><parameter name="k">v</parameter></invoke></minimax:tool_call>``. M3
puts one special token in front of every tag and makes the parameter's name the tag. Text arguments are passed on while
they arrive. Markup in a code fence or between backticks is what the answer talks about and stays text; inside a thought
this scanner is never asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from litellm_minimax.wire.call_ids import call_id
from litellm_minimax.wire.events import Text, ToolCallArguments, ToolCallStart
from litellm_minimax.wire.markup.markup_values import (
    Schema,
    is_text,
    item_schema,
    member_schema,
    property_schema,
    value_of,
)
from litellm_minimax.wire.prose import Prose

Piece = Text | ToolCallStart | ToolCallArguments

TOKEN = "]<]minimax[>["  # noqa: S105 -- M3's special token, no secret
_M2_OPEN = "<minimax:tool_call>"
_M3_OPEN = TOKEN + "<tool_call>"
_OPENERS = (_M2_OPEN, _M3_OPEN)
_OPENER = re.compile("|".join(map(re.escape, _OPENERS)))
_LONGEST_TAG = 4096
"""A tag that is longer is no tag; so nothing is searched again and again for an end that never comes."""
_NAME = r"""\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))"""
_BLANK = re.compile(r"\s{0,4096}")


class _Grammar:
    """How one of the two formats spells its tags."""

    def __init__(self, prefix: str, block_close: str, parameter: str) -> None:
        mark = re.escape(prefix)
        self.mark = prefix + "<"
        self.block_close = re.compile(rf"\s*{mark}{re.escape(block_close)}")
        self.invoke = re.compile(rf"\s*{mark}<invoke\s+name{_NAME}\s*>")
        self.invoke_close = re.compile(rf"\s*{mark}</invoke>")
        self.parameter = re.compile(rf"\s*{mark}{parameter}")
        self.nested = bool(prefix)


_M2 = _Grammar("", "</minimax:tool_call>", rf"<parameter\s+name{_NAME}\s*>")
_M3 = _Grammar(TOKEN, "</tool_call>", r"<([^\s<>/\"'=]+)\s*>")
_M2_CLOSE = "</parameter>"
_M2_BEHIND_VALUE = re.compile(r"<(?:parameter|invoke)\s|</invoke>|</minimax:tool_call>")
_LONGEST_BEHIND = 20
_M2_MAY_BE_BEHIND = ("<parameter", "<invoke", "</invoke>", "</minimax:tool_call>")


class ToolMarkupScanner:
    """Reads one answer's text. Its arguments always join to a JSON object, also where the markup breaks off."""

    def __init__(self, tool_schemas: Mapping[str, Schema]) -> None:
        self._schemas = tool_schemas
        self._seed = ""
        self._count = 0
        self._grammar = _M2
        self._state = self._in_text
        self._held = ""
        self._prose = Prose()
        self._behind = False
        """Right behind a block, whose line end is not a part of the answer."""
        self._loose = False
        """Inside a block, but in a text that has no place there."""
        self._depth = 0
        self._root: Schema | None = None
        self._schema: Schema | None = None
        self._name = ""
        self._arguments = 0
        self._value: list[str] = []
        self._streams = False

    def seed(self, answer_id: str) -> None:
        """What the ids of the calls are made of."""
        self._seed = answer_id

    def feed(self, text: str) -> list[Piece]:
        """What the next piece of the text adds."""
        if self._state == self._in_text and not (self._held or self._behind or "<" in text or "]" in text):
            self._prose.add(text)
            return [Text(text)] if text else []
        pieces: list[Piece] = []
        rest = self._held + text
        self._held = ""
        while rest:
            rest = self._state(rest, pieces)
        return pieces

    def close(self) -> list[Piece]:
        """The end of the text: what was held back, and whatever it takes to make the last call's arguments whole."""
        pieces: list[Piece] = []
        rest, self._held = self._held, ""
        if self._state == self._in_text:
            self._emit(rest, pieces)
            return pieces
        if self._loose:
            self._emit(rest, pieces)
        if self._state == self._in_value:
            closed = not self._grammar.nested and rest.startswith(_M2_CLOSE)
            self._end_value("" if closed else rest, pieces, cut=not closed)
        if self._state != self._in_block:
            self._end_call(pieces)
        return pieces

    # Each state takes the text that is there and returns what it leaves to the next state; what may still become a
    # tag it puts into ``_held`` and returns nothing.

    def _in_text(self, rest: str, pieces: list[Piece]) -> str:
        if self._behind:
            rest = rest.lstrip()
            self._behind = not rest
        opener = _OPENER.search(rest)
        if opener is None:
            held = _begun(rest, _OPENERS)
            self._emit(rest[: len(rest) - held], pieces)
            self._held = rest[len(rest) - held :]
            return ""
        self._emit(rest[: opener.start()], pieces)
        if self._prose.quoted:
            self._emit(opener[0], pieces)
        else:
            self._grammar = _M2 if opener[0] == _M2_OPEN else _M3
            self._state, self._loose = self._in_block, False
        return rest[opener.end() :]

    def _in_block(self, rest: str, pieces: list[Piece]) -> str:
        if self._waits(rest):
            return ""
        grammar = self._grammar
        if self._loose and not rest.startswith(grammar.mark):
            return self._unexpected(rest, pieces)
        if invoke := grammar.invoke.match(rest):
            self._start_call(_first_group(invoke), pieces)
            return rest[invoke.end() :]
        if close := grammar.block_close.match(rest):
            self._state, self._loose, self._behind = self._in_text, False, True
            return rest[close.end() :]
        return self._unexpected(rest, pieces)

    def _in_call(self, rest: str, pieces: list[Piece]) -> str:
        if self._waits(rest):
            return ""
        grammar = self._grammar
        if self._loose and not rest.startswith(grammar.mark):
            return self._unexpected(rest, pieces)
        if close := grammar.invoke_close.match(rest):
            self._end_call(pieces)
            self._state, self._loose = self._in_block, False
            return rest[close.end() :]
        if grammar.block_close.match(rest):
            self._end_call(pieces)
            self._state = self._in_block
            return rest
        if invoke := grammar.invoke.match(rest):  # the last call was not closed
            self._end_call(pieces)
            self._start_call(_first_group(invoke), pieces)
            return rest[invoke.end() :]
        if parameter := grammar.parameter.match(rest):
            self._start_value(_first_group(parameter), pieces)
            return rest[parameter.end() :]
        return self._unexpected(rest, pieces)

    def _in_value(self, rest: str, pieces: list[Piece]) -> str:
        end, after, keep = self._value_end(rest)
        if end is None:
            self._add_to_value(rest[: len(rest) - keep], pieces)
            self._held = rest[len(rest) - keep :]
            return ""
        self._end_value(rest[:end], pieces, cut=False)
        self._state, self._loose = self._in_call, False
        return rest[after:]

    def _waits(self, rest: str) -> bool:
        """Whether there is nothing but white space, which is dropped, or a tag that has only begun, which is held."""
        visible = rest if self._loose else rest.lstrip()
        if not visible:
            return True
        mark = self._grammar.mark
        if mark.startswith(visible) or (
            visible.startswith(mark) and len(visible) < _LONGEST_TAG and _tag_end(visible, mark) == 0
        ):
            self._held = visible
            return True
        return False

    def _unexpected(self, rest: str, pieces: list[Piece]) -> str:
        """Between tags stands something that has no place there: it is text, and kept with its white space."""
        visible = rest if self._loose else rest.lstrip()
        self._loose = True
        mark = self._grammar.mark
        start = visible.find(mark)
        if start < 0:
            held = _begun(visible, (mark,))
            self._emit(visible[: len(visible) - held], pieces)
            self._held = visible[len(visible) - held :]
            return ""
        if start == 0:
            start = _tag_end(visible, mark) or len(visible)
        self._emit(visible[:start], pieces)
        return visible[start:]

    def _start_call(self, name: str, pieces: list[Piece]) -> None:
        self._root = self._schemas.get(name)
        self._arguments = 0
        pieces.append(ToolCallStart(self._count, call_id(self._seed, self._count + 1), name))
        self._state, self._loose = self._in_call, False

    def _end_call(self, pieces: list[Piece]) -> None:
        self._argue("}" if self._arguments else "{}", pieces)
        self._count += 1

    def _start_value(self, name: str, pieces: list[Piece]) -> None:
        self._name = name
        self._schema = property_schema(self._root, name)
        self._value, self._depth = [], 0
        self._streams = is_text(self._schema, self._root or {})
        self._argue(f"{', ' if self._arguments else '{'}{json.dumps(name)}: " + ('"' if self._streams else ""), pieces)
        self._arguments += 1
        self._state = self._in_value

    def _add_to_value(self, text: str, pieces: list[Piece]) -> None:
        if self._streams:
            self._argue(_escaped(text), pieces)
        elif text:
            self._value.append(text)

    def _end_value(self, text: str, pieces: list[Piece], *, cut: bool) -> None:
        if self._streams:
            self._argue(_escaped(text) + '"', pieces)
            return
        whole = "".join(self._value) + text
        self._value = []
        root = self._root or {}
        if self._grammar.nested and TOKEN in whole and not cut:
            value = _nested_value(whole, self._schema, root)
        else:
            value = value_of(whole, self._schema, root)
        self._argue(_json_of(value, whole), pieces)

    def _value_end(self, rest: str) -> tuple[int | None, int, int]:
        """Where the value ends, where what follows begins; else how many of the last characters must wait."""
        return self._m3_value_end(rest) if self._grammar.nested else _m2_value_end(rest)

    def _m3_value_end(self, rest: str) -> tuple[int | None, int, int]:
        """The closer of this argument; a member of the same name inside an object has a closer of its own."""
        close, opener = f"{TOKEN}</{self._name}>", f"{TOKEN}<{self._name}>"
        if self._streams:
            found = rest.find(close)
            return (found, found + len(close), 0) if found >= 0 else (None, 0, _begun(rest, (close,)))
        position = 0
        while (found := rest.find(TOKEN, position)) >= 0:
            if rest.startswith(close, found):
                if self._depth == 0:
                    return found, found + len(close), 0
                self._depth -= 1
                position = found + len(close)
            elif rest.startswith(opener, found):
                self._depth += 1
                position = found + len(opener)
            elif len(rest) - found < len(close):
                return None, 0, len(rest) - found
            else:
                position = found + len(TOKEN)
        # What was counted here is not to be counted again: only the beginning of another token waits.
        return None, 0, min(_begun(rest, (TOKEN,)), len(rest) - position)

    def _argue(self, fragment: str, pieces: list[Piece]) -> None:
        if fragment:
            pieces.append(ToolCallArguments(self._count, fragment))

    def _emit(self, text: str, pieces: list[Piece]) -> None:
        if text:
            self._prose.add(text)
            pieces.append(Text(text))


def _tag_end(text: str, mark: str) -> int:
    """Where the tag that ``text`` begins with ends, at its ``>`` or at another tag; 0 if that is not seen yet."""
    whole = len(text) - _begun(text, (mark,))
    another = text.find(mark, len(mark))
    return text.find(">", len(mark), whole if another < 0 else another) + 1 or max(another, 0)


def _m2_value_end(rest: str) -> tuple[int | None, int, int]:
    """A literal ``</parameter>`` in a value is told from the real one by what follows: another tag of the markup."""
    position = 0
    while (found := rest.find(_M2_CLOSE, position)) >= 0:
        after = found + len(_M2_CLOSE)
        blank = _BLANK.match(rest, after)
        visible = blank.end() if blank else after
        if _M2_BEHIND_VALUE.match(rest, visible):
            return found, after, 0
        follows = rest[visible : visible + _LONGEST_BEHIND]
        if any(tag.startswith(follows) for tag in _M2_MAY_BE_BEHIND):
            return None, 0, len(rest) - found
        position = after
    return None, 0, _begun(rest, (_M2_CLOSE,))


def _nested_value(text: str, schema: Schema | None, root: Schema, depth: int = 0) -> Any:
    """M3's tags inside a value: ``<item>`` children are an array, any others an object; a name told again, a list.

    A text with tags somewhere in it is neither, and stays as it is.
    """
    members: list[tuple[str, Any]] = []
    position = 0
    opener = re.compile(re.escape(TOKEN) + r"<([^\s<>/]+)>")
    while found := opener.search(text, position):
        if text[position : found.start()].strip():
            return text
        name = found[1]
        end = _matching_close(text, name, found.end())
        inner = text[found.end() : end]
        of = item_schema(schema, root) if name == "item" else member_schema(schema, root, name)
        if TOKEN in inner and depth < 32:
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


def _json_of(value: Any, written: str) -> str:
    """The JSON of a value; where it has none (it is nested too deeply) its text as it was written."""
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


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _first_group(found: re.Match[str]) -> str:
    return next((group for group in found.groups() if group is not None), "")


def _begun(text: str, tags: tuple[str, ...]) -> int:
    """How many of the last characters may be the beginning of one of the tags."""
    tail = text[1 - max(map(len, tags)) :]
    first = {tag[0] for tag in tags}
    for start, char in enumerate(tail):
        if char in first and any(tag.startswith(tail[start:]) for tag in tags):
            return len(tail) - start
    return 0
