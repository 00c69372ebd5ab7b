"""The demo's output: thinking dim and italic, answers plain; only labels where there are no colours."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

WIDTH = 92
"""The width if there is no terminal."""
_NARROWEST, _WIDEST = 72, 100
_DIM_ITALIC, _BOLD, _RED, _GREEN, _RESET = "\033[2;3m", "\033[1m", "\033[31m", "\033[32m", "\033[0m"
_STYLES = {"thinking": _DIM_ITALIC, "error": _RED, "code": ""}
_LABEL_WIDTH = 10
_MARK_WIDTH = 4


def wants_colour(stream: TextIO) -> bool:
    """Whether to use colours: on a terminal, unless ``NO_COLOR`` is set."""
    return not os.environ.get("NO_COLOR") and stream.isatty()


def width_of(stream: TextIO) -> int:
    """Return the columns to use: the terminal's, within a readable range; ``COLUMNS`` overrides the terminal."""
    if not stream.isatty():
        return WIDTH
    return min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size((WIDTH, 24)).columns))


class Screen:
    """Writes labelled, wrapped text as it arrives."""

    def __init__(self, out: TextIO | None = None, *, colour: bool | None = None, width: int | None = None) -> None:
        self._out = out or sys.stdout
        self._colour = wants_colour(self._out) if colour is None else colour
        self._width = width or width_of(self._out)
        self._label: str | None = None
        self._indent = 2 + _LABEL_WIDTH
        self._column = 0
        self._breaks = 0
        self._blanks = 0
        self._word = ""

    def title(self, number: int, text: str) -> None:
        """Write the heading of a scene."""
        self.close()
        self._write(f"\n{self._styled(_BOLD, f'{number}. {text}')}\n")

    def line(self, label: str, text: str) -> None:
        """One labelled paragraph."""
        self.close()
        self.stream(label, text)
        self.close()

    def good(self, text: str) -> None:
        """Write something that was checked and holds."""
        self._marked(self._styled(_GREEN, "✓"), text)

    def bad(self, text: str) -> None:
        """Write something that was checked and does not hold."""
        self._marked(self._styled(_RED, "✗"), text)

    def plain(self, text: str = "") -> None:
        """Write text unchanged."""
        self.close()
        self._write(text + "\n")

    def stream(self, label: str, piece: str) -> None:
        """Write the next piece of a text; a new label starts a new paragraph."""
        if label != self._label:
            self.close()
            self._label = label
            self._write(f"  {label:<{_LABEL_WIDTH}}")
            self._column = self._indent = 2 + _LABEL_WIDTH
            if self._colour:
                self._write(_STYLES.get(label, ""))
        for position, part in enumerate(piece.split("\n")):
            # Line breaks wait for the text after them, so those at the end of a paragraph are not shown.
            if position:
                self._put_word()
                self._breaks += 1
            if part:
                for _ in range(min(self._breaks, 2)):
                    self._break()
                self._breaks = 0
                self._flow(part)
        self._out.flush()

    def close(self) -> None:
        """End the paragraph."""
        if self._label is not None:
            self._put_word()
            self._write((_RESET if self._colour else "") + "\n")
            self._label, self._column, self._breaks, self._blanks = None, 0, 0, 0

    def _marked(self, mark: str, text: str) -> None:
        self.close()
        self._write(f"  {mark} ")
        self._column = self._indent = _MARK_WIDTH
        self._flow(text)
        self._put_word()
        self._write("\n")
        self._column = self._blanks = 0

    def _flow(self, text: str) -> None:
        while text:
            # A word waits for its end, which may be in the next piece, and spaces wait for the word after them. So no
            # word is broken in two, and no line ends with a space.
            word, blank, text = text.partition(" ")
            self._word += word
            if blank:
                self._put_word()
                self._blanks += 1

    def _put_word(self) -> None:
        if not self._word:
            return
        if self._column + self._blanks + len(self._word) > self._width:
            self._break()
        self._write(" " * self._blanks + self._word)
        self._column += self._blanks + len(self._word)
        self._word, self._blanks = "", 0

    def _break(self) -> None:
        self._write("\n" + " " * self._indent)
        self._column, self._blanks = self._indent, 0

    def _styled(self, style: str, text: str) -> str:
        return f"{style}{text}{_RESET}" if self._colour else text

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
