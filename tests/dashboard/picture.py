"""A picture of the dashboard's figures, as SVG by hand: one small plot for each panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from tests.dashboard.panels import Panel

Lines = Mapping[str, Sequence[tuple[float, float]]]
"""The lines of a panel by their legend."""

WIDTH, ACROSS, TALL = 1140, 3, 250
_PLOT = (56, 34, 310, 110)
"""Left, top, width and height of a plot within its panel."""
_MOST = 6
"""Lines that are named; a dashboard's legend scrolls, a picture's does not."""
_COLOURS = ("#1f6fb2", "#c0392b", "#1e8449", "#b9770e", "#7d3c98", "#117a8b", "#7f8c8d", "#2c3e50")


def svg(drawn: Sequence[tuple[Panel, Lines]], start: float, end: float) -> str:
    """The whole picture, from ``start`` to ``end``."""
    height = -(-len(drawn) // ACROSS) * TALL + 10
    parts = [
        f'<g transform="translate({number % ACROSS * (WIDTH // ACROSS)} {number // ACROSS * TALL + 10})">'
        f"{_panel(panel, lines, start, end)}</g>"
        for number, (panel, lines) in enumerate(drawn)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="11" fill="#333">\n<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def amount(value: float, unit: str) -> str:
    """A value as an axis or a table names it."""
    match unit:
        case "percentunit":
            return f"{value:.0%}"
        case "currencyUSD":
            return f"${value:.3g}"
        case "s":
            return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"
        case "reqps":
            return f"{value:.3g}/s"
    return f"{value:,.0f}"


def _panel(panel: Panel, lines: Lines, start: float, end: float) -> str:
    left, top, width, height = _PLOT
    highest = max((value for points in lines.values() for _, value in points), default=0) * 1.1 or 1
    order = sorted(lines, key=lambda name: -max(value for _, value in lines[name]))

    def path(points: Sequence[tuple[float, float]]) -> str:
        return " ".join(
            f"{left + width * (at - start) / (end - start):.1f},{top + height * (1 - value / highest):.1f}"
            for at, value in points
        )

    parts = [
        f'<text x="{left}" y="20" font-size="13" font-weight="bold">{escape(panel.title)}</text>',
        f'<path d="M{left} {top}V{top + height}H{left + width}" fill="none" stroke="#999"/>',
        f'<text x="{left - 5}" y="{top + 8}" text-anchor="end">{amount(highest, panel.unit)}</text>',
        f'<text x="{left - 5}" y="{top + height}" text-anchor="end">0</text>',
        f'<text x="{left + width}" y="{top + height + 13}" text-anchor="end">{end - start:.0f} s</text>',
    ]
    for place, name in enumerate(order):
        colour = _COLOURS[place % len(_COLOURS)]
        parts.append(f'<polyline points="{path(lines[name])}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        if place < _MOST:
            row, column = divmod(place, 2)
            x, y = left + column * 160, top + height + 30 + row * 15
            parts.append(f'<rect x="{x}" y="{y - 8}" width="8" height="8" fill="{colour}"/>')
            parts.append(f'<text x="{x + 12}" y="{y}">{escape(name[:26])}</text>')
    if len(order) > _MOST:
        parts.append(f'<text x="{left}" y="{top + height + 75}">… and {len(order) - _MOST} more</text>')
    return "".join(parts)
