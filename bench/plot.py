"""The plot of the page, written as SVG by hand: p99 lag over the number of open streams, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.figures import figure
from bench.run import Results

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 130, 40, 50
_COLOURS = {"bare": "#7f8c8d", "builtin": "#c0392b", "plugin": "#1f6fb2", "frozen": "#1e8449"}
_NAMES = {"bare": "bare transport", "builtin": "built-in", "plugin": "plugin", "frozen": "plugin, frozen"}
_LIMIT_MS = 100
_TITLE = "p99 lag of a delta, by open streams (each 50 deltas/s, one process)"

Point = tuple[float, float]


def holding(results: Results) -> str:
    """The SVG; empty axes where nothing was measured."""
    lines = {name: _points(results, name) for name in _COLOURS}
    points = [point for line in lines.values() for point in line]
    axes = _Axes([x for x, _ in points] or [1, 10], [y for _, y in points] + [_LIMIT_MS, 1])
    parts = [axes.grid(), axes.limit()]
    parts += [axes.line(points, _COLOURS[name], _NAMES[name]) for name, points in lines.items() if points]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="#333">\n<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
        f'<text x="{LEFT}" y="22" font-size="14">{_TITLE}</text>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _points(results: Results, contender: str) -> list[Point]:
    found: list[Point] = []
    for name, load in results.loads.items():
        lag = figure(load, results.sdk[name], contender, "lag_p99_ms") if name.startswith("holding") else None
        if lag:
            found.append((load.at_once, lag.median))
    return found


class _Axes:
    """Where values lie on the page."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self._x = (math.log10(min(xs)), math.log10(max(xs)))
        self._y = (math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys))))
        self._ticks = sorted(set(xs))

    def x(self, value: float) -> float:
        low, high = self._x
        return LEFT + (math.log10(value) - low) / ((high - low) or 1) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        low, high = self._y
        return HEIGHT - BOTTOM - (math.log10(value) - low) / ((high - low) or 1) * (HEIGHT - TOP - BOTTOM)

    def grid(self) -> str:
        lines = []
        for power in range(self._y[0], self._y[1] + 1):
            at = self.y(10**power)
            lines.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
            lines.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} ms</text>')
        for tick in self._ticks:
            at = self.x(tick)
            lines.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/>')
            lines.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick:g}</text>')
        middle = (LEFT + WIDTH - RIGHT) / 2
        lines.append(f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">open streams</text>')
        return "\n".join(lines)

    def limit(self) -> str:
        at = self.y(_LIMIT_MS)
        return f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#333" stroke-dasharray="5 4"/>'

    def line(self, points: Sequence[Point], colour: str, name: str) -> str:
        path = "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)
        dots = "".join(f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="3" fill="{colour}"/>' for x, y in points)
        x, y = points[-1]
        label = f'<text x="{self.x(x) + 8:.1f}" y="{self.y(y) + 4:.1f}" fill="{colour}">{name}</text>'
        return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}{label}'
