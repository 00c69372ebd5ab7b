"""Shares and differences with their bootstrap intervals."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

_DRAWS = 10_000
_CHANCE = 0.05
_SEED = 20_261_127
"""One seed for all, so that the same results always give the same report."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over tasks and its 95 % interval.

    Attributes:
        mean: the mean of the values.
        low: the lower end of the interval.
        high: the upper end of the interval.
        count: the number of tasks.
    """

    mean: float
    low: float
    high: float
    count: int

    @property
    def is_beside_zero(self) -> bool:
        """Whether the interval of a difference does not include 0."""
        return self.low > 0 or self.high < 0

    @property
    def has_no_width(self) -> bool:
        """Whether all values were the same, so that the bootstrap gives no interval."""
        return self.low == self.high


def estimate(values: Sequence[float]) -> Estimate:
    """Return the mean of one value per task, with its interval from a percentile bootstrap over tasks."""
    if not values:
        return Estimate(0.0, 0.0, 0.0, 0)
    count, draw = len(values), random.Random(_SEED)
    means = sorted(sum(draw.choices(values, k=count)) / count for _ in range(_DRAWS))
    tail = round(_DRAWS * 0.025)
    return Estimate(sum(values) / count, means[tail], means[-tail - 1], count)


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Estimate:
    """Return the mean difference of two values per task, paired by task."""
    return estimate([one - other for one, other in zip(ours, theirs, strict=True)])


def is_shown(ours: Sequence[bool], theirs: Sequence[bool]) -> bool:
    """Whether tasks passed by one and failed by the other show a difference: by the interval and by an exact sign test.

    The interval alone would let a single task show one: drawing again from values that are all the same gives no width.
    """
    better = sum(one and not other for one, other in zip(ours, theirs, strict=True))
    worse = sum(other and not one for one, other in zip(ours, theirs, strict=True))
    count = better + worse
    chance = 2 * sum(math.comb(count, fewer) for fewer in range(min(better, worse) + 1)) / 2**count
    return difference(ours, theirs).is_beside_zero and chance < _CHANCE
