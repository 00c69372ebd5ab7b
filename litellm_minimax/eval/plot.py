"""The plot: pass rate against dollars, each contender a point with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from litellm_minimax.eval.statistics import Estimate

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 420, 60, 170, 20, 50
_FONT = 'font-family="sans-serif" font-size="13"'
_COLOURS = ("#1b6ca8", "#b5482a", "#2e7d4f", "#7a4b9d", "#8a6d00", "#444444")


@dataclass(frozen=True, slots=True)
class Point:
    """One contender: its name, dollars per task, and pass rate."""

    name: str
    dollars: float
    passed: Estimate


def as_svg(points: Sequence[Point]) -> str:
    """Return the plot as an SVG picture that needs no other file."""
    dearest = max((point.dollars for point in points), default=0.0) or 1.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>', *_axes(dearest),
    ]  # fmt: skip
    for number, point in enumerate(points):
        colour, x = _COLOURS[number % len(_COLOURS)], _x(point.dollars / dearest)
        middle, low, high = (_y(value) for value in (point.passed.mean, point.passed.low, point.passed.high))
        bar = f"M{x:.1f} {low:.1f}V{high:.1f}M{x - 5:.1f} {low:.1f}h10M{x - 5:.1f} {high:.1f}h10"
        label = middle + 18 + 15 * _above(points, number)
        parts += [
            f'<path d="{bar}" stroke="{colour}" stroke-width="1.5" fill="none"/>',
            f'<circle cx="{x:.1f}" cy="{middle:.1f}" r="5" fill="{colour}"/>',
            f'<text x="{x + 9:.1f}" y="{label:.1f}" fill="{colour}">{escape(point.name)}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def _axes(dearest: float) -> list[str]:
    parts = []
    for step in range(0, 101, 20):
        y = _y(step / 100)
        parts += [
            f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#ddd"/>',
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{step} %</text>',
        ]
    for step in range(5):
        x = _x(step / 4)
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{dearest * step / 4:.4f}</text>'
        )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(
        f'<text x="{middle:.1f}" y="{_HEIGHT - 10}" text-anchor="middle">dollars per task (bars: 95 % interval)</text>'
    )
    return parts


def _above(points: Sequence[Point], number: int) -> int:
    """Return how many earlier labels this one would overlap."""
    mine, widest = points[number], max(point.dollars for point in points) or 1.0
    return sum(
        abs(other.dollars - mine.dollars) < widest * 0.15 and abs(other.passed.mean - mine.passed.mean) < 0.04
        for other in points[:number]
    )


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _TOP + (1 - share) * (_HEIGHT - _TOP - _BOTTOM)
