"""Where in a Markdown text its end stands: in a code fence, between backticks, on a line with nothing on it yet.

An answer that talks about tags or markup writes them as code; what stands there is never taken for the real thing.
"""

from __future__ import annotations

import re

_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_HEAD = 8
"""As many characters of a line as it takes to see a fence: three of indentation, three of the fence, and some."""


class Prose:
    """Follows one text; constant memory, and constant work a character."""

    __slots__ = ("_blank", "_fenced", "_head", "_ticks")

    def __init__(self) -> None:
        self._fenced = False
        self._head = ""
        self._ticks = 0
        self._blank = True

    @property
    def quoted(self) -> bool:
        """The text ends inside code."""
        return self._fenced or self._ticks % 2 == 1

    @property
    def line_is_blank(self) -> bool:
        """Nothing visible stands on the last line."""
        return self._blank

    def copy(self) -> Prose:
        """Another that stands where this one does."""
        other = Prose()
        other._fenced, other._head, other._ticks, other._blank = self._fenced, self._head, self._ticks, self._blank
        return other

    def add(self, text: str) -> None:
        """The text goes on."""
        *ended, last = text.split("\n") if "\n" in text else (text,)
        for line in ended:
            self._fenced ^= _FENCE.match(self._head + line[:_HEAD]) is not None
            self._head, self._ticks, self._blank = "", 0, True
        if last:
            self._head = (self._head + last[:_HEAD])[:_HEAD]
            self._ticks += last.count("`")
            self._blank = self._blank and not last.strip()
