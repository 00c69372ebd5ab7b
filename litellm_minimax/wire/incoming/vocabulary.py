"""Removes special tokens of the vocabulary that a server let through as text: the end of a turn, the start of a role.

They mean something only where a model writes them: at the end of the text, or before a tag. Anywhere else the answer
talks about them, and they stay.
"""

from __future__ import annotations

import re

_ROLE = "]~b]"
_ROLES = ("ai", "user", "system", "tool", "assistant")
_TOKENS = ("[e~[", "]~!b[", _ROLE)
_ANY = "|".join(map(re.escape, _TOKENS[:-1]))
_RUN = re.compile(rf"(?:(?:{_ANY}|{re.escape(_ROLE)}(?:{'|'.join(_ROLES)})?)\s{{0,64}}+)++")
_SIGN = re.compile(r"[\[\]]")
_BEGUN = frozenset(word[:length] for word in (*_TOKENS, *_ROLES) for length in range(1, len(word)))
"""The beginning of a token, or of a role that follows one."""
_LONGEST = max(map(len, _BEGUN))


class TokenFilter:
    """Removes the tokens from one text. It holds back only what may be one."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Take more text, and return what can be passed on."""
        if not self._held and "~" not in text and text[-1:] not in {"[", "]"} and text[-2:] != "[e":
            return text
        text, self._held = self._held + text, ""
        clear: list[str] = []
        at = 0
        while found := _SIGN.search(text, at):
            begin = found.start()
            run = _RUN.match(text, begin)
            end = run.end() if run else begin
            if text[end : end + _LONGEST + 1] in _BEGUN or end == len(text):
                clear.append(text[at:begin])
                self._held = text[begin:]
                return "".join(clear)
            if run is None:
                end = begin + 1
            # Before a tag the token is removed, with the white space after it; elsewhere it is text.
            clear.append(text[at : begin if run and text[end] == "<" else end])
            at = end
        clear.append(text[at:])
        return "".join(clear)

    def close(self) -> str:
        """Return the held text if it is not a token, at the end of the text."""
        held, self._held = self._held, ""
        return "" if _RUN.fullmatch(held) else held
