"""Text that may be told twice: as growing snapshots instead of increments, or in two fields of the same frames.

MiniMax's own sample reads reasoning as snapshots ("all so far"), its live service sends increments; both have been
seen. And one client saw the same reasoning in ``reasoning_content`` and between ``<think>`` tags.
"""

from __future__ import annotations

from io import StringIO


class SnapshotReader:
    """Tells what is new in each telling of one text.

    A telling that begins with everything told before, and goes on, is a snapshot: only its end is new. So that two
    increments are not mistaken for it (``1`` and ``10``), that is believed only of at least ``shortest`` characters
    that are not one pattern repeated (``ha ha ha``, a ruled line), as increments of such a text look the same.
    The work is constant an increment: a comparison is made only where a telling is as long as all before it.
    """

    __slots__ = ("_length", "_parts", "_shortest", "_snapshots")

    def __init__(self, shortest: int) -> None:
        self._shortest = shortest
        self._parts: list[str] = []
        self._length = 0
        self._snapshots = False

    @property
    def in_snapshots(self) -> bool:
        """Whether the last telling was a snapshot."""
        return self._snapshots

    def expect(self, shortest: int) -> None:
        """Snapshots are likely here: believe in shorter ones."""
        self._shortest = shortest

    def new(self, text: str) -> str:
        """What the next telling adds."""
        if self._length >= self._shortest and (self._snapshots or len(text) > self._length):
            so_far = self._so_far()
            if text.startswith(so_far) and (self._snapshots or not _repeats(so_far)):
                self._snapshots = True
                text = text[self._length :]
            elif self._snapshots and so_far.startswith(text):
                return ""  # an older snapshot, late
            else:
                self._snapshots = False
        return self._add(text)

    def rest(self, text: str) -> str:
        """What the whole text, told at the end, has beyond what was told before."""
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
    """Whether a text is a shorter one several times over, its last time perhaps cut."""
    return text.find(text[: (len(text) + 1) // 2], 1) > 0


class ReasoningLedger:
    """Reasoning that comes in a field and between tags is the same reasoning, and is shown once."""

    __slots__ = ("_from_field", "_from_tags", "_shown", "_size")

    def __init__(self) -> None:
        self._shown = StringIO()
        self._size = 0
        self._from_field = 0
        self._from_tags = 0

    def from_field(self, text: str) -> str:
        """What of a field's new text has not been shown."""
        if not self._size:
            text = text.lstrip()  # between tags it begins without blanks; both are compared character by character
        place, self._from_field = self._from_field, self._from_field + len(text)
        return self._unshown(text, place, mirrored=self._from_tags > 0)

    def from_tags(self, text: str) -> str:
        """What of the new text between tags has not been shown."""
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
