"""Applies stop sequences, which MiniMax accepts and ignores: the answer is cut here, wherever its pieces end."""

from __future__ import annotations


class StopScanner:
    """Cuts a text before the first stop sequence; holds back only what may be the beginning of one.

    >>> scanner = StopScanner(("END",))
    >>> scanner.feed("one E"), scanner.feed("lse EN"), scanner.feed("D two"), scanner.hit
    ('one ', 'Else ', '', True)
    """

    __slots__ = ("_held", "_sequences", "hit")

    def __init__(self, sequences: tuple[str, ...]) -> None:
        self._sequences = tuple(dict.fromkeys(filter(None, sequences)))
        self._held = ""
        self.hit = False

    def feed(self, text: str) -> str:
        """Take more text, and return what can be passed on."""
        if self.hit or not text:
            return ""
        text = self._held + text
        # The sequence that is complete first wins, as if the text had come letter by letter. If two end at one place,
        # the one that began first wins.
        places = [(start + len(sequence), start) for sequence in self._sequences if (start := text.find(sequence)) >= 0]
        if places:
            self.hit = True
            self._held = ""
            return text[: min(places)[1]]
        begun = min((_begun(text, sequence) for sequence in self._sequences), default=len(text))
        self._held = text[begun:]
        return text[:begun]

    def close(self) -> str:
        """Return the text that was held back, at the end."""
        held, self._held = self._held, ""
        return held


def _begun(text: str, sequence: str) -> int:
    """Return where the end of ``text`` may begin ``sequence``; the length of ``text`` if nowhere."""
    start = max(0, len(text) - len(sequence) + 1)
    while (start := text.find(sequence[0], start)) >= 0:
        if sequence.startswith(text[start:]):
            return start
        start += 1
    return len(text)
