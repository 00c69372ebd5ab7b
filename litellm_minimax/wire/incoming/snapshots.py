"""Removes text that comes twice: as growing snapshots instead of increments, or in two fields of the same frames.

MiniMax's own sample reads reasoning as snapshots (each with everything so far), but its live service sends increments.
Both have been seen. One client also got the same reasoning in ``reasoning_content`` and between ``<think>`` tags.
"""

from __future__ import annotations

from io import StringIO


class SnapshotReader:
    """Finds what is new in each piece of one text.

    A piece that begins with the whole text so far, and goes on, is a snapshot: only its end is new. Two increments can
    look like that (``1`` and ``10``), so a snapshot must have at least ``shortest`` characters and must not be one
    pattern repeated (``ha ha ha``, a ruled line), because increments of such a text look the same. The work per
    piece is constant: a comparison is made only if a piece is as long as the whole text so far.
    """

    __slots__ = ("_length", "_parts", "_shortest", "_snapshots")

    def __init__(self, shortest: int) -> None:
        self._shortest = shortest
        self._parts: list[str] = []
        self._length = 0
        self._snapshots = False

    @property
    def in_snapshots(self) -> bool:
        """Whether the last piece was a snapshot."""
        return self._snapshots

    def expect(self, shortest: int) -> None:
        """Accept shorter snapshots, because they are likely here."""
        self._shortest = shortest

    def new(self, text: str) -> str:
        """Return what the next piece adds."""
        if self._length >= self._shortest and (self._snapshots or len(text) > self._length):
            so_far = self._so_far()
            if text.startswith(so_far) and (self._snapshots or not _repeats(so_far)):
                self._snapshots = True
                text = text[self._length :]
            elif self._snapshots and so_far.startswith(text):
                return ""  # an older snapshot that came late
            else:
                self._snapshots = False
        return self._add(text)

    def rest(self, text: str) -> str:
        """Return what the whole text, sent at the end, has beyond the text so far."""
        if self._length > len(text):
            return ""
        so_far = self._so_far()
        return self._add(text[self._length :]) if text.startswith(so_far) else ""

    def _add(self, text: str) -> str:
        if text:
            self._parts.append(text)
            self._length += len(text)
        return text

    def _so_far(self) -> str:
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""


def _repeats(text: str) -> bool:
    """Whether a text is a shorter one repeated, the last repetition possibly cut off."""
    return text.find(text[: (len(text) + 1) // 2], 1) > 0


class ReasoningLedger:
    """Shows reasoning once that comes both in a field and between tags."""

    __slots__ = ("_from_field", "_from_tags", "_shown", "_size")

    def __init__(self) -> None:
        self._shown = StringIO()
        self._size = 0
        self._from_field = 0
        self._from_tags = 0

    def from_field(self, text: str) -> str:
        """Return the part of a field's new text that has not been shown."""
        if not self._size:
            text = text.lstrip()  # between tags it has no leading white space, and the two are compared by character
        place, self._from_field = self._from_field, self._from_field + len(text)
        return self._unshown(text, place, mirrored=self._from_tags > 0)

    def from_tags(self, text: str) -> str:
        """Return the part of the new text between tags that has not been shown."""
        place, self._from_tags = self._from_tags, self._from_tags + len(text)
        return self._unshown(text, place, mirrored=self._from_field > 0)

    def _unshown(self, text: str, place: int, *, mirrored: bool) -> str:
        if mirrored and place < self._size:
            self._shown.seek(place)
            known = self._shown.read(len(text))
            text = text.removeprefix(known)
            self._shown.seek(self._size)
        self._shown.write(text)
        self._size += len(text)
        return text
