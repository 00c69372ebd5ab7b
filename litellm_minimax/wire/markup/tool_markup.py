"""Finds tool calls in an answer's text while it streams; the grammar is in ``notation.py``.

A call counts only if the request declared its tool. Markup that the answer only talks about stays text: in a code fence
or between backticks, with names that no tool has, or in the middle of a sentence. Text arguments are passed on as they
arrive. This scanner never sees the text of a thought.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from litellm_minimax.wire.call_ids import call_id
from litellm_minimax.wire.events import Text, ToolCallArguments, ToolCallStart
from litellm_minimax.wire.markup.argument_writer import ArgumentWriter
from litellm_minimax.wire.markup.json_calls import JsonCalls
from litellm_minimax.wire.markup.markup_values import Schema, resolved
from litellm_minimax.wire.markup.notation import (
    ESCAPED,
    M3,
    MAY_START,
    PLAIN,
    START,
    TOKEN,
    Notation,
    begun,
    name_in,
    notation_at,
)  # fmt: skip
from litellm_minimax.wire.prose import Prose

Piece = Text | ToolCallStart | ToolCallArguments

_BLANKS = re.compile(r"\s*+")
_FEW_BLANKS = re.compile(r"\s{0,4096}+")
"""White space after a closing tag: a tag further away than this does not follow it."""


class ToolMarkupScanner:
    """Reads one answer's text. Each call's arguments join to a JSON object, even if the markup breaks off.

    Attributes:
        prose: the Markdown state of the answer's text, without the markup.
    """

    def __init__(self, tool_schemas: Mapping[str, Schema]) -> None:
        self.prose = Prose()
        self._schemas = tool_schemas
        self._seed = ""
        self._count = 0
        self._notation = PLAIN
        self._state = self._in_text
        self._text = ""
        self._held = ""
        self._pending: list[str] = []
        """A wrapper's opening tag and what follows it, until it is known whether calls are in it."""
        self._wrapped = False
        self._behind = False
        """Directly after a call; the line end there is not part of the answer."""
        self._loose = False
        """Inside a block, but in text that does not belong there."""
        self._own: Mapping[str, object] = {}
        """The parameters of the tool that is being called."""
        self._writer = ArgumentWriter(None, PLAIN)
        self._name = ""
        """The tag that ends the value that is being read."""
        self._depth = 0
        self._json = JsonCalls(tool_schemas)

    def seed(self, answer_id: str) -> None:
        """Set the text from which ids for the calls are made."""
        self._seed = answer_id

    @property
    def inside(self) -> bool:
        """Whether the text so far ends inside a call, so that any tag that comes next is part of it."""
        return self._state in (self._in_call, self._in_value) or (self._wrapped and self._state == self._in_block)

    def feed(self, text: str) -> list[Piece]:
        """Return what the next piece of the text adds."""
        if self._state == self._in_text and not (self._held or self._behind or MAY_START.search(text)):
            self.prose.add(text)
            return [Text(text)] if text else []
        pieces: list[Piece] = []
        self._text, self._held = self._held + text, ""
        at = 0
        while at < len(self._text):
            at = self._state(at, pieces)
        return pieces

    def close(self) -> list[Piece]:
        """End the text: return what was held back, and what completes the last call's arguments."""
        pieces: list[Piece] = []
        rest, self._held = self._held, ""
        if self._state == self._in_json:
            self._json_read(self._json.close(), pieces)
            self._emit(self._json.rest, pieces)
        elif self._state == self._opened:
            # A lone opening tag of MiniMax's at the end is a leak; one of another family may be anything.
            self._spill("" if "minimax" in self._pending[0] else rest, pieces, keep="minimax" not in self._pending[0])
        elif self._state == self._in_text or self._loose:
            self._emit(rest, pieces)
        if self._state == self._in_value:
            closed = rest.startswith(self._notation.closing(self._name))
            self._argue(self._writer.end("" if closed else rest, cut=not closed), pieces)
            self._state = self._in_call
        if self._state == self._in_call:
            self._end_call(pieces)
        self._state = self._in_text
        return pieces

    # Each state reads from ``at`` on and returns where it ended. It holds back whatever may become a tag.

    def _in_text(self, at: int, pieces: list[Piece]) -> int:
        text = self._text
        if self._behind:
            at = _behind_blanks(text, at)
            if at == len(text):
                return at
            self._behind = False
        begin = at
        while found := START.search(text, at):
            at = found.start()
            self._emit(text[begin:at], pieces)
            begin = at
            end = self._tag_in_text(at)
            if end is not None:
                return end if end >= 0 else self._hold(at)
            at += 1
        held = begun(text[begin:], (TOKEN, ESCAPED.mark))
        self._emit(text[begin : len(text) - held], pieces)
        return self._hold(len(text) - held)

    def _tag_in_text(self, at: int) -> int | None:
        """Return where to go on if a tag at ``at`` begins calls, -1 if more text is needed, ``None`` if it is text."""
        text, notation = self._text, notation_at(self._text, at)
        if self.prose.quoted or not text.startswith(notation.mark[: len(text) - at], at):
            return None
        if opener := notation.opener.match(text, at):
            self._notation, self._pending, self._wrapped = notation, [opener[0]], True
            self._state = self._opened
            return opener.end()
        if invoke := notation.invoke.match(text, at):
            if (
                not (self._wrapped or self.prose.line_is_blank or notation is M3)
                or name_in(invoke) not in self._schemas
            ):
                return None
            self._own = self._parameters_of(name_in(invoke))
            follows = self._tag_follows(_behind_blanks(text, invoke.end()), notation)
            if follows:
                self._notation, self._state = notation, self._in_block
                return at
            return -1 if follows is None else None
        return -1 if notation.may_begin(text, at) else None

    def _opened(self, at: int, pieces: list[Piece]) -> int:
        """Read on after a wrapper's opening tag."""
        text, notation = self._text, self._notation
        visible = _behind_blanks(text, at)
        if visible > at:
            self._pending.append(text[at:visible])
            return visible
        if invoke := notation.invoke.match(text, at):
            if name_in(invoke) in self._schemas:
                self._pending, self._state = [], self._in_block
                return at
            self._spill(invoke[0], pieces)
            return invoke.end()
        if text[at] in "{[" and notation is PLAIN:
            self._json, self._state = JsonCalls(self._schemas), self._in_json
            return at
        if (closer := notation.closer.match(text, at)) and "minimax" in self._pending[0]:
            self._end_block()
            return closer.end()
        if notation.may_begin(text, at):
            return self._hold(at)
        self._spill("", pieces)
        return at

    def _in_json(self, at: int, pieces: list[Piece]) -> int:
        at = self._json.take(self._text, at)
        if self._json.done:
            self._json_read(self._json.calls(), pieces)
            if self._json.rest:  # not JSON: what follows may be a tag, in this read or begun in the last one
                self._text = self._json.rest
                return 0
        return at

    def _json_read(self, calls: list[tuple[str, str]] | None, pieces: list[Piece]) -> None:
        """Handle a complete JSON value: report its calls, or pass it on as text."""
        if calls is None:
            self._spill(self._json.raw, pieces)
            return
        self._pending = []
        for name, arguments in calls:
            self._start_call(name, pieces)
            self._argue(arguments, pieces)
            self._count += 1
        self._state = self._in_block

    def _in_block(self, at: int, pieces: list[Piece]) -> int:
        """Between calls."""
        text, notation = self._text, self._notation
        if not self._loose and (visible := _behind_blanks(text, at)) > at:
            return visible
        if not self._loose or notation.mark.startswith(text[at : at + len(notation.mark)]):
            if (invoke := notation.invoke.match(text, at)) and name_in(invoke) in self._schemas:
                self._start_call(name_in(invoke), pieces)
                self._own = self._parameters_of(name_in(invoke))
                self._writer = ArgumentWriter(self._schemas[name_in(invoke)], notation)
                self._state = self._in_call
                return invoke.end()
            if closer := notation.closer.match(text, at):
                self._end_block()
                return closer.end()
            if self._wrapped and notation is PLAIN and text[at] in "{[,":
                self._json, self._state = JsonCalls(self._schemas), self._in_json
                return at + 1 if text[at] == "," else at
            if notation.may_begin(text, at):
                return self._hold(at)
        if not self._wrapped:
            self._state, self._loose = self._in_text, False
            return at
        return self._unexpected(at, pieces)

    def _in_call(self, at: int, pieces: list[Piece]) -> int:
        text, notation = self._text, self._notation
        if not self._loose and (visible := _behind_blanks(text, at)) > at:
            return visible
        if not self._loose or notation.mark.startswith(text[at : at + len(notation.mark)]):
            if close := notation.invoke_close.match(text, at):
                self._end_call(pieces)
                return close.end()
            if notation.closer.match(text, at) or notation.invoke.match(text, at):  # this one was not closed
                self._end_call(pieces)
                return at
            if parameter := notation.parameter.match(text, at):
                return self._start_value(name_in(parameter), "parameter", parameter.end(), pieces)
            if (own := notation.own_tag.match(text, at)) and (notation.nested or own[1] in self._own):
                return self._start_value(own[1], own[1], own.end(), pieces)
            if notation.may_begin(text, at):
                return self._hold(at)
        return self._unexpected(at, pieces)

    def _in_value(self, at: int, pieces: list[Piece]) -> int:
        nested = self._notation.nested and self._name != "parameter"
        end, wait = self._nested_end(at) if nested else self._plain_end(at)
        self._pass_value(at, end if end >= 0 else wait, pieces, ended=end >= 0)
        if end < 0:
            return self._hold(wait)
        self._state, self._loose = self._in_call, False
        return end + len(self._notation.closing(self._name))

    def _pass_value(self, at: int, end: int, pieces: list[Piece], *, ended: bool) -> None:
        said = self._text[at:end]
        self._argue(self._writer.end(said, cut=False) if ended else self._writer.add(said), pieces)

    def _plain_end(self, at: int) -> tuple[int, int]:
        """Return where the value ends, or -1 and where it may end.

        A closing tag that is part of the value is recognised by what follows: the real one is followed by another tag.
        """
        text, notation, close = self._text, self._notation, self._notation.closing(self._name)
        position = at
        while (found := text.find(close, position)) >= 0:
            after = found + len(close)
            blanks = _FEW_BLANKS.match(text, after)
            follows = self._tag_follows(blanks.end() if blanks else after, notation)
            if follows:
                return found, 0
            if follows is None:
                return -1, found
            position = after
        return -1, max(position, len(text) - max(begun(text[position:], (close,)), notation.unsure(text)))

    def _nested_end(self, at: int) -> tuple[int, int]:
        """Do the same as :meth:`_plain_end` for nested tags: a member of the same name has its own closing tag."""
        text, close = self._text, self._notation.closing(self._name)
        if self._writer.streams:
            found = text.find(close, at)
            return found, len(text) - begun(text[at:], (close,))
        opener, position = f"{TOKEN}<{self._name}>", at
        while (found := text.find(TOKEN, position)) >= 0:
            if text.startswith(close, found):
                if self._depth == 0:
                    return found, 0
                self._depth -= 1
                position = found + len(close)
            elif text.startswith(opener, found):
                self._depth += 1
                position = found + len(opener)
            elif len(text) - found < len(close):
                return -1, found
            else:
                position = found + len(TOKEN)
        # What was counted here must not be counted again: only the beginning of another token waits.
        return -1, max(position, len(text) - begun(text[position:], (TOKEN,)))

    def _tag_follows(self, at: int, notation: Notation) -> bool | None:
        """Whether a tag of the markup stands at ``at``; ``None`` if that can't be seen yet."""
        text = self._text
        if at >= len(text):
            return None
        if not text.startswith(notation.mark, at):
            return None if notation.may_begin(text, at) else False
        for tag in (notation.invoke_close, notation.closer, notation.parameter, notation.invoke):
            if tag.match(text, at):
                return True
        if own := notation.own_tag.match(text, at):
            return notation.nested or own[1] in self._own
        return None if notation.may_begin(text, at) else False

    def _unexpected(self, at: int, pieces: list[Piece]) -> int:
        """Handle something between tags that does not belong there: it is text, and keeps its white space."""
        text, mark = self._text, self._notation.mark
        self._loose = True
        end = text.find(mark, at + 1)
        if end < 0:
            end = len(text) - begun(text[at + 1 :], (mark,))
            self._emit(text[at:end], pieces)
            return self._hold(end)
        self._emit(text[at:end], pieces)
        return end

    # The actions of the states.

    def _hold(self, at: int) -> int:
        self._held = self._text[at:]
        return len(self._text)

    def _spill(self, more: str, pieces: list[Piece], *, keep: bool = True) -> None:
        """Pass on as text what seemed to begin calls."""
        if keep:
            self._emit("".join(self._pending) + more, pieces)
        self._pending, self._state = [], self._in_text

    def _start_call(self, name: str, pieces: list[Piece]) -> None:
        pieces.append(ToolCallStart(self._count, call_id(self._seed, self._count + 1), name))
        self._loose = False

    def _end_call(self, pieces: list[Piece]) -> None:
        self._argue(self._writer.close(), pieces)
        self._count += 1
        self._state, self._loose = self._in_block, False

    def _end_block(self) -> None:
        self._pending, self._wrapped, self._loose, self._behind = [], False, False, True
        self._state = self._in_text

    def _start_value(self, name: str, tag: str, end: int, pieces: list[Piece]) -> int:
        self._name, self._depth, self._state = tag, 0, self._in_value
        self._argue(self._writer.begin(name), pieces)
        return end

    def _parameters_of(self, name: str) -> Mapping[str, object]:
        schema = self._schemas.get(name) or {}
        properties = resolved(schema, schema).get("properties")
        return properties if isinstance(properties, Mapping) else {}

    def _argue(self, fragment: str, pieces: list[Piece]) -> None:
        if fragment:
            pieces.append(ToolCallArguments(self._count, fragment))

    def _emit(self, text: str, pieces: list[Piece]) -> None:
        if text:
            self.prose.add(text)
            pieces.append(Text(text))


def calls_in(text: str, tool_schemas: Mapping[str, Schema]) -> bool:
    """Whether a text holds a call of a declared tool."""
    scanner = ToolMarkupScanner(tool_schemas)
    return any(isinstance(piece, ToolCallStart) for piece in [*scanner.feed(text), *scanner.close()])


def _behind_blanks(text: str, at: int) -> int:
    """Return where the white space that begins at ``at`` ends."""
    found = _BLANKS.match(text, at)
    return found.end() if found else at
