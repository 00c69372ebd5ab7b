"""How deep inside objects, arrays and strings a growing JSON text stands; each character is looked at once."""

from __future__ import annotations

import re

_SIGNS = re.compile(r'["\\{}\[\]]')


class JsonDepth:
    """Follows one text.

    >>> depth = JsonDepth()
    >>> depth.feed('{"a": "}'), depth.closed, depth.feed('"}'), depth.closed
    (None, False, None, True)
    """

    __slots__ = ("_after_backslash", "_depth", "_in_string", "_length")

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._after_backslash = -1
        self._length = 0

    def feed(self, text: str) -> None:
        """The text goes on."""
        for found in _SIGNS.finditer(text):
            at = self._length + found.start()
            if self._in_string:
                if at == self._after_backslash:
                    continue
                if found[0] == "\\":
                    self._after_backslash = at + 1
                elif found[0] == '"':
                    self._in_string = False
            elif found[0] == '"':
                self._in_string = True
            elif found[0] != "\\":
                self._depth += 1 if found[0] in "{[" else -1
        self._length += len(text)

    @property
    def closed(self) -> bool:
        """As many brackets were closed as were opened, and no string is open."""
        return self._depth == 0 and not self._in_string
