r"""Repair JSON as models write it, while it arrives. Each character is looked at once, and valid JSON is not changed.

It repairs raw control characters in strings, single quotes, unquoted names, the constants of Python and JavaScript,
numbers in other notations, comments, trailing commas, and a missing end. From the first thing it can't understand, the
text is passed on unchanged, because a guess would be worse.
"""

from __future__ import annotations

import json
import re
from typing import Literal

_BLANK = re.compile(r"[ \t\r\n]++")
_WORD = re.compile(r"[^\s,:{}\[\]\"'/#]++")
_COMMENT = re.compile(r"//[^\n]*+\n|/\*(?:[^*]++|\*(?!/))*+\*/|#[^\n]*+\n")
_COMMENT_BEGUN = re.compile(r"/\Z|//[^\n]*+\Z|/\*(?:[^*]++|\*(?!/))*+\Z|#[^\n]*+\Z")
_PLAIN = {
    '"': re.compile(r'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt])++'),
    "'": re.compile(r"(?:[^'\"\\\x00-\x1f]++|\\[\"\\/bfnrt])++"),
}
"""The characters that a JSON string may contain unescaped."""
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*+)(?:\.\d++)?(?:[eE][+-]?\d++)?")
_LOOSE_NUMBER = re.compile(r"([+-]?)0*+(\d*+)(?:\.(\d*+))?((?:[eE][+-]?\d++)?)")
_HEX = re.compile(r"[0-9a-fA-F]{1,8}+")
_DIGITS = {"u": 4, "x": 2, "U": 8}
_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "nil": "null", "NaN": "null",
          "Infinity": "null", "-Infinity": "null"}  # fmt: skip
_JSON_WORDS = frozenset({"true", "false", "null"})
_LONGEST_HELD = 512
"""A word or a comment longer than this is not treated as one."""

Place = Literal["value", "first value", "name", "first name", "colon", "behind"]


class JsonMender:
    r"""Repairs one value. The pieces it returns join to valid JSON, unless ``lost`` is set.

    >>> mender = JsonMender()
    >>> mender.take("{'a': None,")[0] + mender.take(" b: 'x\n")[0] + mender.close()
    '{"a": null, "b": "x\\n"}'

    Attributes:
    closed: the value is complete.
    mended: something was changed.
    cut: the end of the value was missing and has been added.
    torn: the end was missing inside a string, a number or a word.
    lost: something could not be understood and was passed on unchanged.
    rest: the text from that point to the end of the last piece taken.
    """

    __slots__ = (
        "_at",
        "_closers",
        "_comma",
        "_held",
        "_out",
        "_place",
        "_quote",
        "_text",
        "closed",
        "cut",
        "lost",
        "mended",
        "rest",
        "torn",
    )

    def __init__(self) -> None:
        self.closed = self.mended = self.lost = self.cut = self.torn = False
        self._closers: list[str] = []
        self._place: Place = "value"
        self._quote = ""
        self._held = ""
        self._comma = ""
        """A comma and the white space after it, held until it is known that the comma is not a trailing one."""
        self._out: list[str] = []
        self._text, self._at = "", 0
        self.rest = ""

    def take(self, text: str, at: int = 0) -> tuple[str, int]:
        """Repair the next piece.

        Args:
            text: the text that contains the piece.
            at: where in ``text`` the piece begins.

        Returns:
            The repaired text, and where in ``text`` reading ended: after the value, or at the end of the text.
        """
        held = len(self._held)
        self._text, self._at, self._held = self._held + text[at:], 0, ""
        while self._at < len(self._text) and not (self.closed or self.lost):
            if not (self._in_string() if self._quote else self._between()):
                break
        if self.lost:
            self.rest = self._text[self._at :]
            self._out.append(self.rest)
            self._at = len(self._text)
        elif not self.closed:
            self._held = self._text[self._at :]
            self._at = len(self._text)
        out, self._out = "".join(self._out), []
        return out, at + self._at - held

    def close(self) -> str:
        """Return what is needed to complete the value, now that the text has ended."""
        held, self._held = self._held, ""
        if self.closed or self.lost:
            return held
        self.cut = bool(self._quote or self._closers)
        self.torn = bool(self._closers and (self._quote or held))
        if self._quote:
            self._say('"', changed=True)
            self._quote = ""
            self._behind_string()
        elif held and not _COMMENT_BEGUN.match(held) and not self._word(held, cut=True):
            self.lost = True
            return "".join(self._out) + self._comma + held
        return self._finish()

    def _finish(self) -> str:
        if self._place == "colon":
            self._say(": null", changed=True)
        elif self._place == "value" and self._closers and not self._comma:
            self._say("null", changed=True)
        self._comma = ""
        if self._closers:
            self._say("".join(reversed(self._closers)), changed=True)
            self._closers.clear()
            self.closed = True
        out, self._out = "".join(self._out), []
        return out

    # -- between strings --------------------------------------------------------------------------------

    def _between(self) -> bool:
        """Read one token; return false if more text is needed to recognise it."""
        text, at = self._text, self._at
        if blank := _BLANK.match(text, at):
            self._at = blank.end()
            self._blank(blank[0])
            return True
        sign = text[at]
        if sign in "/#":
            return self._comment()
        if sign in "\"'":
            return self._opens_string(sign)
        if sign in "{[":
            return self._opens(sign)
        if sign in "}]":
            return self._closes(sign)
        if sign in ",:":
            return self._separates(sign)
        word = _WORD.match(text, at)
        if word is None or (word.end() == len(text) and len(word[0]) <= _LONGEST_HELD):
            return False
        self._at = word.end()
        return self._word(word[0], cut=False) or self._lose(word.start())

    def _blank(self, blank: str) -> None:
        if self._comma:
            self._comma += blank
        else:
            self._out.append(blank)

    def _comment(self) -> bool:
        found = _COMMENT.match(self._text, self._at)
        if found and len(found[0]) <= _LONGEST_HELD:
            self._at, self.mended = found.end(), True
            return True
        if _COMMENT_BEGUN.match(self._text, self._at) and len(self._text) - self._at <= _LONGEST_HELD:
            return False
        return self._lose(self._at)

    def _opens_string(self, sign: str) -> bool:
        if self._place in {"colon", "behind"}:
            return self._lose(self._at)
        self._at += 1
        self._quote = sign
        self._say('"', changed=sign != '"')
        return True

    def _opens(self, sign: str) -> bool:
        if self._place not in {"value", "first value"}:
            return self._lose(self._at)
        self._at += 1
        self._say(sign)
        self._closers.append("}" if sign == "{" else "]")
        self._place = "first name" if sign == "{" else "first value"
        return True

    def _closes(self, sign: str) -> bool:
        if not self._closers or self._closers[-1] != sign or self._place == "colon":
            return self._lose(self._at)
        if self._place == "value" and not self._comma:
            self._say("null", changed=True)  # a name and a colon without a value
        self._at += 1
        if self._comma:
            self._comma, self.mended = "", True
        self._say(sign)
        self._closers.pop()
        self._behind_value()
        return True

    def _separates(self, sign: str) -> bool:
        if sign == ":" and self._place == "colon":
            self._place = "value"
            self._say(sign)
        elif sign == "," and self._place == "behind" and self._closers:
            self._place = "name" if self._closers[-1] == "}" else "value"
            self._comma = sign
        else:
            return self._lose(self._at)
        self._at += 1
        return True

    def _word(self, word: str, *, cut: bool) -> bool:
        """Read a word outside of strings: a name, or a constant. Return false if it means nothing here."""
        if self._place in {"name", "first name"}:
            self._say(json.dumps(word), changed=True)
            self._place = "colon"
            return True
        said = _meant(word, cut=cut) if self._place in {"value", "first value"} else None
        if said is None:
            return False
        self._say(said, changed=said != word)
        self._behind_value()
        return True

    # -- in a string --------------------------------------------------------------------------------

    def _in_string(self) -> bool:
        text, at = self._text, self._at
        if plain := _PLAIN[self._quote].match(text, at):
            self._at = plain.end()
            self._out.append(plain[0])
            return True
        sign = text[at]
        if sign == self._quote:
            self._at += 1
            self._quote = ""
            self._out.append('"')
            self._behind_string()
            return True
        if sign == "\\":
            return self._escape()
        self._at += 1
        self._out.append(json.dumps(sign)[1:-1])
        self.mended = True
        return True

    def _escape(self) -> bool:
        text, at = self._text, self._at
        sign = text[at + 1 : at + 2]
        if not sign:
            return False
        if sign in _DIGITS:
            return self._number_escape(sign)
        self._at += 2
        # An escaped line break continues the string, a single quote needs no escape, any other pair is literal.
        self._out.append({"'": "'", "\n": ""}.get(sign, "\\\\" + json.dumps(sign)[1:-1]))
        self.mended = True
        return True

    def _number_escape(self, sign: str) -> bool:
        r"""Read ``\\u0041``, and the escapes that JSON lacks: ``\\x41`` and ``\\U00000041``."""
        text, at, wanted = self._text, self._at, _DIGITS[sign]
        digits = _HEX.match(text, at + 2, at + 2 + wanted)
        known = len(digits[0]) if digits else 0
        if known < wanted and at + 2 + known == len(text):
            return False
        if sign == "u" and known == wanted:
            self._at += 6
            self._out.append(text[at : self._at])
            return True
        self.mended = True
        code = int(digits[0], 16) if digits and known == wanted else 0x110000
        self._at += 2 + wanted if code < 0x110000 else 2
        self._out.append(json.dumps(chr(code))[1:-1] if code < 0x110000 else "\\\\" + sign)
        return True

    # -- where it stands --------------------------------------------------------------------------------

    def _say(self, text: str, *, changed: bool = False) -> None:
        self._out.append(self._comma + text)
        self._comma = ""
        self.mended = self.mended or changed

    def _behind_string(self) -> None:
        if self._place in {"name", "first name"}:
            self._place = "colon"
        else:
            self._behind_value()

    def _behind_value(self) -> None:
        self._place = "behind"
        self.closed = not self._closers

    def _lose(self, at: int) -> bool:
        self.lost, self._at = True, at
        self._out.append(self._comma)
        self._comma = ""
        return True


def _meant(word: str, *, cut: bool) -> str | None:
    """Return the JSON for a word outside of strings, or ``None`` if it means nothing."""
    if word in _JSON_WORDS or _NUMBER.fullmatch(word):
        return word
    if word in _WORDS:
        return _WORDS[word]
    if cut and word != "-" and (known := [each for each in (*_JSON_WORDS, *_WORDS) if each.startswith(word)]):
        return _WORDS.get(known[0], known[0])
    found = _LOOSE_NUMBER.fullmatch(word if not cut else word.rstrip("eE+-"))
    if found is None or not (found[2] or found[3] or "0" in word or cut):
        return None
    sign, whole, part, power = found.groups()
    return f"{'-' if sign == '-' else ''}{whole or '0'}{'' if part is None else '.' + (part or '0')}{power}"


def mended(text: str) -> JsonMended | None:
    """Repair a whole text.

    Returns:
        ``None`` if the text can't be understood, or holds more than one value.

    >>> mended("{'command': 'ls', 'timeout': None}").text
    '{"command": "ls", "timeout": null}'
    """
    mender = JsonMender()
    out, end = mender.take(text)
    behind = text[end:].strip() if mender.closed else ""
    out += mender.close()
    if mender.lost or not (mender.closed or out.strip()):
        return None
    if behind and behind != text[:end].strip():
        return None
    try:
        value = json.loads(out)
    except (ValueError, RecursionError):
        return None
    return JsonMended(out, value, exact=not (mender.mended or behind), cut=mender.cut, torn=mender.torn)


class JsonMended:
    """A repaired text.

    Attributes:
        text: the JSON text.
        value: the value of the JSON text.
        exact: nothing was changed.
        cut: the end of the text was missing.
        torn: the end was missing inside a string, a number or a word.
    """

    __slots__ = ("cut", "exact", "text", "torn", "value")

    def __init__(self, text: str, value: object, *, exact: bool, cut: bool, torn: bool) -> None:
        self.text, self.value, self.exact, self.cut, self.torn = text, value, exact, cut, torn
