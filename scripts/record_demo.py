"""The demo as an animated picture, ``docs/demo.svg``: ``make recording`` runs ``litellm-minimax demo`` in a terminal.

What is shown is what was printed, line by line at its time; only long waits are cut.
"""

from __future__ import annotations

import os
import pty
import sys
import time
from html import escape
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

OUT = Path(__file__).resolve().parent.parent / "docs" / "demo.svg"
COLUMNS, ROWS = 100, 28
CELL, LINE, MARGIN = 8.4, 19, 14
LONGEST_WAIT, HOLD = 1.0, 6.0
COLOURS = {"red": "#ff7b72", "green": "#56d364"}


def recorded(command: list[str]) -> tuple[str, list[float]]:
    """What the command prints on a terminal, and the second in which each of its lines began."""
    reading = pty.fork()
    if reading[0] == 0:
        os.environ |= {"COLUMNS": str(COLUMNS), "LINES": str(ROWS), "TERM": "xterm-256color"}
        os.execvp(command[0], command)  # noqa: S606 -- the demo itself
    printed, begins, clock, last = b"", [0.0], 0.0, time.monotonic()
    while piece := _read(reading[1]):
        now = time.monotonic()
        clock, last = clock + min(now - last, LONGEST_WAIT), now
        begins += [clock] * piece.count(b"\n")
        printed += piece
    _, status = os.waitpid(reading[0], 0)
    if status:
        sys.exit(f"the demo failed:\n{printed.decode(errors='replace')}")
    return printed.decode().replace("\r\n", "\n"), begins


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:  # Linux says so when the program at the other end is gone
        return b""


def spans(line: Text, console: Console) -> str:
    """One line of the terminal as text elements, each as wide as its cells."""
    parts, column = [], 0
    for piece in line.divide(sorted({position for span in line.spans for position in (span.start, span.end)})):
        style = piece.get_style_at_offset(console, 0) if piece.plain else Style()
        if piece.plain.strip():
            width = cell_len(piece.plain) * CELL
            said = escape(piece.plain, quote=False)
            parts.append(f'<text x="{column * CELL:.1f}" textLength="{width:.1f}"{_look(style)}>{said}</text>')
        column += cell_len(piece.plain)
    return "".join(parts)


def _look(style: Style) -> str:
    look = [("font-weight", "bold")] if style.bold else []
    look += [("font-style", "italic")] if style.italic else []
    look += [("opacity", "0.65")] if style.dim else []
    look += [("fill", COLOURS[style.color.name])] if style.color and style.color.name in COLOURS else []
    # As a style, because the sheet's rule for all text would win over attributes.
    return f' style="{";".join(f"{name}:{value}" for name, value in look)}"' if look else ""


def picture(printed: str, begins: list[float]) -> str:
    """The whole recording as one SVG that plays by itself, again and again."""
    lines = Text.from_ansi(printed.rstrip()).split("\n")
    whole = begins[len(lines) - 1] + HOLD
    console = Console()
    rules, scroll, rows = [], ["0%{transform:translateY(0)}"], []
    for number, line in enumerate(lines):
        percent = 100 * begins[number] / whole
        appears = f"0%{{opacity:0}}{percent:.2f}%,100%{{opacity:1}}"
        rules.append(f"@keyframes l{number}{{{appears}}}#l{number}{{animation-name:l{number}}}")
        if number >= ROWS:
            scroll.append(f"{percent:.2f}%{{transform:translateY({-(number - ROWS + 1) * LINE}px)}}")
        place = f'transform="translate(0 {(number + 1) * LINE - 5})"'
        rows.append(f'<g id="l{number}" class="l" {place}>{spans(line, console)}</g>')
    scroll.append(f"100%{{transform:translateY({-max(0, len(lines) - ROWS) * LINE}px)}}")
    width, height = round(COLUMNS * CELL), ROWS * LINE
    whole_view = f"0 0 {width + 2 * MARGIN} {height + 2 * MARGIN}"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="{whole_view}" role="img">
<title>litellm-minimax demo, recorded</title>
<style>
text{{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}}
.l,#all{{animation:{whole:.1f}s step-end infinite}}
#all{{animation-name:scroll}}
@keyframes scroll{{{"".join(scroll)}}}
{"".join(rules)}
@media (prefers-reduced-motion:reduce){{.l,#all{{animation:none}}}}
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<svg x="{MARGIN}" y="{MARGIN}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
<g id="all">
{chr(10).join(rows)}
</g></svg></svg>
"""


if __name__ == "__main__":
    OUT.write_text(picture(*recorded(["litellm-minimax", "demo"])))
    print(f"wrote {OUT.name}")
