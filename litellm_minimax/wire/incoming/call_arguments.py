"""Reads one structured call's arguments as JSON text, whatever the server wrote, and passes them on as they arrive.

JSON is not changed. An object in another notation is repaired piece by piece (``json_mender.py``). Arguments that do
not begin as an object wait for the end: they may be JSON inside a string, or in a code fence. Arguments that can't be
understood are passed on unchanged.
"""

from __future__ import annotations

import re
from typing import Literal

from litellm_minimax.wire.json_mender import JsonMender, mended

_BRACES = re.compile(r"[\s{}]*+")
_FENCED = re.compile(r"```[a-z]*+\s*+(.*)```", re.DOTALL)
_LEFT_OVER = re.compile(r"(?:[\s\]},;`]++|</[^\s<>]{1,64}+>)*+")
"""What a server's own parser may leave after an object: extra closing brackets, and tags of its template."""

Verdict = Literal["exact", "mended", "unreadable"]


class CallArguments:
    r"""Reads one call's arguments. The pieces it returns join to the text of an object, unless it is ``unreadable``.

    >>> arguments = CallArguments()
    >>> arguments.take("{'text': 'a\nb', 'n': No") + arguments.take("ne}") + arguments.close()
    '{"text": "a\\nb", "n": null}'

    Attributes:
    torn: the arguments ended inside a text or a number, which may not be what the model meant.
    verdict: what had to be done to the arguments; :meth:`close` settles it.
    """

    __slots__ = ("_behind", "_braces", "_followed", "_held", "_mender", "_told", "torn", "verdict")

    def __init__(self) -> None:
        self.torn = False
        self.verdict: Verdict = "exact"
        self._mender: JsonMender | None = None
        self._held: list[str] = []
        """The text that came before a first member showed that the arguments are an object."""
        self._braces: str | None = ""
        """The last brace in it; ``None`` if it is not an object."""
        self._told: list[str] = []
        self._behind: list[str] = []
        self._followed = False
        """Whether the text after the object is not blank."""

    @property
    def whole(self) -> bool:
        """Whether an object with members is complete, with nothing after it."""
        mender = self._mender
        return mender is not None and mender.closed and not self._followed

    def take(self, fragment: str) -> str:
        """Take the next fragment and return the text it adds."""
        if self._mender is not None:
            return self._more(self._mender, fragment)
        self._held.append(fragment)
        if not self._has_member(fragment):
            return ""
        text = self.held()
        # An empty object before the real one is a placeholder that the server failed to remove.
        begin = text.rindex("{", 0, _end_of_braces(text))
        if text[:begin].strip():
            self.verdict = "mended"
        self._mender = JsonMender()
        return self._more(self._mender, text[begin:])

    def held(self) -> str:
        """Take out the held text, unchanged."""
        text, self._held = "".join(self._held), []
        return text

    def close(self) -> str:
        """Return what completes the object, now that the arguments have ended."""
        told = ""
        if self._mender is None:
            text = self.held()
            if self._braces is None or not text.strip():
                return self._not_an_object(text)
            self._mender = JsonMender()
            told = self._more(self._mender, text.strip())
        mender = self._mender
        end = mender.close()
        self._told.append(end)
        self.torn = mender.torn
        if mender.mended:
            self.verdict = "mended"
        if mender.lost:
            self.verdict = "unreadable"
        return told + end + self._left_over()

    def _has_member(self, fragment: str) -> bool:
        """Whether an object with members has begun. Each fragment is looked at once."""
        if self._braces is None:
            return False
        end = _end_of_braces(fragment)
        braces = "".join(fragment[:end].split())
        if braces.startswith("}") and not self._braces:
            self._braces = None
            return False
        self._braces = braces[-1:] or self._braces
        if end == len(fragment):
            return False
        if self._braces != "{":
            self._braces = None
        return self._braces is not None

    def _more(self, mender: JsonMender, fragment: str) -> str:
        told, end = mender.take(fragment)
        self._told.append(told)
        if behind := fragment[end:]:
            self._behind.append(behind)
            self._followed = self._followed or not behind.isspace()
        return told

    def _left_over(self) -> str:
        """Return the text after the object, or nothing if that text adds nothing, and set ``verdict`` accordingly."""
        behind = "".join(self._behind)
        if not self._followed:
            return behind
        if _LEFT_OVER.fullmatch(behind) or _says_again("".join(self._told), behind):
            self.verdict = "mended"
            return ""
        self.verdict = "unreadable"
        return behind

    def _not_an_object(self, text: str) -> str:
        """Return arguments that do not begin as an object."""
        fenced = _FENCED.fullmatch(text.strip())
        inner = fenced[1] if fenced else text
        found = mended(inner)
        if found is not None and isinstance(found.value, str):  # encoded once too often
            inner = found.value
            found = mended(inner)
        if not inner.strip() or (found is not None and found.value is None):
            return "{}"
        if found is None or not isinstance(found.value, dict):
            self.verdict = "unreadable"
            return text
        self.verdict, self.torn = "mended", found.torn
        return found.text


def _end_of_braces(text: str) -> int:
    found = _BRACES.match(text)
    return found.end() if found else 0


def _says_again(told: str, behind: str) -> bool:
    first, again = mended(told), mended(behind)
    return first is not None and again is not None and first.value == again.value
