"""Notes on what was repaired, left out or done by the plugin itself, collected for one debug line per request."""

from __future__ import annotations

_SHOWN = 3


class Notes:
    """Sentences in order of first appearance; a sentence that applies to many places is kept once.

    A sentence never contains text of the prompt: notes go to logs.
    """

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = {}

    def add(self, sentence: str, where: str = "") -> None:
        """Record ``sentence``; ``where`` is the path of the place it is about, if there is one."""
        """Return the notes as they are logged: ``messages[2], messages[5] and 4 more: …``."""
        places = self._places.setdefault(sentence, [])
        if where:
            places.append(where)

    def sentences(self) -> tuple[str, ...]:
        """The notes as they are shown: ``messages[2], messages[5] and 4 more: …``."""
        return tuple(_shown(sentence, places) for sentence, places in self._places.items())


def _shown(sentence: str, places: list[str]) -> str:
    if not places:
        return sentence
    more = len(places) - _SHOWN
    return ", ".join(places[:_SHOWN]) + (f" and {more} more" if more > 0 else "") + f": {sentence}"
