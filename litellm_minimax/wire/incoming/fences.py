"""Extracts the JSON of an answer that came with a Markdown fence or with prose around it, while it streams."""

from __future__ import annotations

import json
import re

# The first characters of an object or array; a bracket alone may also begin prose ("[Note] …").
_HEAD = r"(?:\{[\s\"}]|\[(?:[\s\[{\"\]\d-]|tr|fa|nu))"
_BARE = re.compile(rf"\n(?={_HEAD})")
_FENCED = re.compile(r"\n[ \t]*+```[\w+-]{0,32}+[ \t]{0,16}+\r?\n\s*+" + f"(?={_HEAD})")
_MAY_BECOME = re.compile(r"\n[ \t]*+(?:`{0,2}|```[\w+-]{0,32}+[ \t]{0,16}+(?:\r?|\r?\n\s*+(?:\{|\[[tfn]?)?))\Z")
_MAY_BECOME_BARE = re.compile(r"\n(?:\{|\[[tfn]?)\Z")
_SCALAR_IN_FENCE = re.compile(r"\s*+```[\w+-]{0,32}+[ \t]{0,16}+\r?\n([^\n]*)\n[ \t]*+```\s*+")
_EMBEDDED = (re.compile(r"\{[\s\"}]"), re.compile(r"\["))
_STRUCTURE = re.compile(r'["{}\[\]]')
_IN_STRING = re.compile(r'["\\]')
_TRIES = 32


class FenceStripper:
    r"""Passes on the JSON value of an answer, and drops the fence and the prose around it.

    An object or array at the start of the answer is passed on as it arrives. One inside a fence is passed on once the
    fence has been seen. Anything after it is dropped. An answer in which neither begins is held, and reduced to its
    value at the end. If it has no value it is returned whole, because it may be a refusal that the caller has to see.

    >>> stripper = FenceStripper()
    >>> [stripper.feed("Here:\n```js"), stripper.feed('on\n{"a": [1'), stripper.feed("]}\n```"), stripper.close()]
    ['', '{"a": [1', ']}', '']
    """

    def __init__(self) -> None:
        self._held: list[str] = []
        self._tail = "\n"
        """The end of the held text, as far as a value may begin there; always at the start of a line."""
        self._began = False
        self._live = False
        self._done = False
        self._depth = 0
        self._in_string = False
        self._escaped = False

    def feed(self, text: str) -> str:
        """Take more of the answer, and return the JSON in it."""
        if self._done or not text:
            return ""
        return self._pass(text) if self._live else self._seek(text)

    def close(self) -> str:
        """End the answer, and return the held text, reduced to its JSON value if there is one."""
        passed = self._live or self._done
        self._live, self._done = False, True
        return "" if passed else _embedded_value("".join(self._held))

    def _seek(self, text: str) -> str:
        self._held.append(text)
        tail = self._tail + (text if self._began or self._tail != "\n" else text.lstrip())
        start = _FENCED.search(tail) or (None if self._began else _BARE.match(tail))
        if start is not None:
            self._held, self._live = [], True
            return self._pass(tail[start.end() :])
        pending = _MAY_BECOME.search(tail) or (None if self._began else _MAY_BECOME_BARE.match(tail))
        self._began = self._began or pending is None or pending.start() > 0
        # White space before a value is dropped anyway; it is kept short, so that a lot of it costs nothing.
        self._tail = _short_end(pending[0]) if pending else "."
        return ""

    def _pass(self, text: str) -> str:
        position = 0
        while position < len(text):
            if self._in_string:
                position = self._through_string(text, position)
                continue
            found = _STRUCTURE.search(text, position)
            if found is None:
                break
            position = found.end()
            self._in_string = found[0] == '"'
            self._depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found[0], 0)
            if self._depth == 0:
                self._done = True
                return text[:position]
        return text

    def _through_string(self, text: str, position: int) -> int:
        if self._escaped:
            self._escaped = False
            return position + 1
        found = _IN_STRING.search(text, position)
        if found is None:
            return len(text)
        self._escaped = found[0] == "\\"
        self._in_string = self._escaped
        return found.end()


def _short_end(pending: str) -> str:
    """Return ``pending`` with the blank lines at its end reduced to one line break."""
    said = pending.rstrip()
    blanks = pending[len(said) :]
    return said + blanks if "\n" not in blanks else said + blanks[: blanks.index("\n") + 1]


def _embedded_value(held: str) -> str:
    """Return the one JSON value in a text, or the text unchanged if it has none that can be read."""
    scalar = _SCALAR_IN_FENCE.fullmatch(held)
    if scalar and _value_end(scalar[1].strip(), 0) == len(scalar[1].strip()):
        return scalar[1].strip()
    if _value_end(held, 0) == len(held.rstrip()):
        return held
    starts = [found.start() for head in _EMBEDDED for found, _ in zip(head.finditer(held), range(_TRIES), strict=False)]
    for start in starts:
        if (end := _value_end(held, start)) is not None:
            return held[start:end]
    return held


def _value_end(text: str, start: int) -> int | None:
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return None
