"""A process seen from outside: its memory and open files, sampled; and a plot of both."""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.matrix import open_files


@dataclass(slots=True)
class Watch:
    """Samples of one process: seconds since the start, MiB resident, descriptors."""

    pid: int
    samples: list[tuple[float, float, int]] = field(default_factory=list)

    def sample(self, seconds: float) -> None:
        status = Path(f"/proc/{self.pid}/status").read_text()
        resident = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024
        self.samples.append((seconds, resident, open_files(self.pid)))

    def slope(self) -> float:
        """MiB per hour over the second half, by least squares: the first half fills caches that have a bound."""
        half = self.samples[len(self.samples) // 2 :]
        seconds, resident, _ = zip(*half, strict=True)
        return statistics.linear_regression(seconds, resident).slope * 3600

    def svg(self) -> str:
        """Memory above, open files below, over minutes."""
        seconds, resident, files = zip(*self.samples, strict=True)
        return "\n".join(
            [
                '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320" font-family="sans-serif" font-size="12">',
                '<rect width="640" height="320" fill="#fff"/>',
                _panel(seconds, resident, 20, "the proxy's resident memory, MiB", "#2a6fb0"),
                _panel(seconds, files, 170, "its open files", "#b0562a"),
                "</svg>",
                "",
            ]
        )


def _panel(seconds: tuple[float, ...], values: tuple[float, ...], top: int, title: str, colour: str) -> str:
    highest = max(values) * 1.1 or 1
    last = max(seconds) or 1
    points = " ".join(
        f"{50 + 570 * at / last:.1f},{top + 110 - 100 * value / highest:.1f}"
        for at, value in zip(seconds, values, strict=True)
    )
    return (
        f'<text x="50" y="{top}">{title}</text>'
        f'<path d="M50 {top + 10}V{top + 110}H620" fill="none" stroke="#999"/>'
        f'<text x="45" y="{top + 18}" text-anchor="end">{highest:.0f}</text>'
        f'<text x="45" y="{top + 110}" text-anchor="end">0</text>'
        f'<text x="620" y="{top + 124}" text-anchor="end">{last / 60:.0f} min</text>'
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    )
