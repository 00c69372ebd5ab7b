"""The arguments of one structured call as JSON text, whatever the server wrote, passed on while they arrive.

JSON stays as it is, byte for byte. An object in another spelling is mended piece by piece (``json_mender.py``). What
does not begin as an object waits for the end: it may be JSON inside a string, or in a code fence. What can't be
understood is told as it came.
"""

from __future__ import annotations

import re
from typing import Literal

from litellm_minimax.wire.json_mender import JsonMender, mended

_BRACES = re.compile(r"[\s{}]*+")
_FENCED = re.compile(r"```[a-z]*+\s*+(.*)```", re.DOTALL)
_LEFT_OVER = re.compile(r"(?:[\s\]},;`]++|</[^\s<>]{1,64}+>)*+")
"""What a server's own parser leaves behind an object: closers once too often, and tags of its template."""

Verdict = Literal["exact", "mended", "unreadable"]


class CallArguments:
    r"""Reads one call's arguments. What it returns joins to the text of an object, unless that is ``unreadable``.

    >>> arguments = CallArguments()
    >>> arguments.take("{'text': 'a\nb', 'n': No") + arguments.take("ne}") + arguments.close()
    '{"text": "a\\nb", "n": null}'

    Attributes:
        torn: they ended within a text or a number, which may not say what was meant.
        verdict: what was made of them; :meth:`close` settles it.
    """

    __slots__ = ("_behind", "_braces", "_followed", "_held", "_mender", "_told", "torn", "verdict")

    def __init__(self) -> None:
        self.torn = False
        self.verdict: Verdict = "exact"
        self._mender: JsonMender | None = None
        self._held: list[str] = []
        """What came before a first member showed that it is an object."""
        self._braces: str | None = ""
        """The last brace in it; ``None`` if it is no object."""
        self._told: list[str] = []
        self._behind: list[str] = []
        self._followed = False
        """It is not blank."""

    @property
    def whole(self) -> bool:
        """An object with members is complete, and nothing stands behind it."""
        mender = self._mender
        return mender is not None and mender.closed and not self._followed

    def take(self, fragment: str) -> str:
        """What the next fragment adds."""
        if self._mender is not None:
            return self._more(self._mender, fragment)
        self._held.append(fragment)
        if not self._has_member(fragment):
            return ""
        text = self.held()
        # An empty object in front of the real one is a placeholder that somebody left in.
        begin = text.rindex("{", 0, _end_of_braces(text))
        if text[:begin].strip():
            self.verdict = "mended"
        self._mender = JsonMender()
        return self._more(self._mender, text[begin:])

    def held(self) -> str:
        """Take out what is held, as it came."""
        text, self._held = "".join(self._held), []
        return text

    def close(self) -> str:
        """The arguments have ended: what it takes to make them an object."""
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
        """Whether an object with members has begun; every fragment is looked at once."""
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
        """What stands behind the object: nothing of it, if it adds nothing to it."""
        behind = "".join(self._behind)
        if not self._followed:
            return behind
        if _LEFT_OVER.fullmatch(behind) or _says_again("".join(self._told), behind):
            self.verdict = "mended"
            return ""
        self.verdict = "unreadable"
        return behind

    def _not_an_object(self, text: str) -> str:
        """Arguments that begin as something else."""
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
