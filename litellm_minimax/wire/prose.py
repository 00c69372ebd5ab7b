"""Tracks where a Markdown text ends: in a code fence, between backticks, or on a line that is still blank.

An answer that talks about tags or markup writes them as code. Tags inside code are never treated as real ones.
"""

from __future__ import annotations

import re

_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_HEAD = 8
"""Characters of a line needed to recognise a fence: three of indentation, three of the fence, and some to spare."""


class Prose:
    """Follows one text, with constant memory and constant work per character."""

    __slots__ = ("_blank", "_fenced", "_head", "_ticks")

    def __init__(self) -> None:
        self._fenced = False
        self._head = ""
        self._ticks = 0
        self._blank = True

    @property
    def quoted(self) -> bool:
        """Whether the text ends inside code."""
        return self._fenced or self._ticks % 2 == 1

    @property
    def line_is_blank(self) -> bool:
        """Whether the last line is still blank."""
        return self._blank

    def copy(self) -> Prose:
        """Return a copy with the same state."""
        other = Prose()
        other._fenced, other._head, other._ticks, other._blank = self._fenced, self._head, self._ticks, self._blank
        return other

    def add(self, text: str) -> None:
        """Take the next piece of the text."""
        *ended, last = text.split("\n") if "\n" in text else (text,)
        for line in ended:
            self._fenced ^= _FENCE.match(self._head + line[:_HEAD]) is not None
            self._head, self._ticks, self._blank = "", 0, True
        if last:
            self._head = (self._head + last[:_HEAD])[:_HEAD]
            self._ticks += last.count("`")
            self._blank = self._blank and not last.strip()
