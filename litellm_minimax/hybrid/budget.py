"""``reasoning_budget``: what thinking may cost in one conversation, counted where replicas share it.

Every call of the reasoning model counts, whatever it was for, also one that its client left. What has a price counts
its dollars. Of a model without a price, or with the price 0, a million tokens count as one dollar, so that the same
number is a bound on tokens there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from litellm_minimax.hybrid.accounting.spend import Phase

WITHOUT_PRICE = 1e-6
"""Dollars that a token of a model without a price counts."""


class Sums(Protocol):
    """Numbers by key that every replica adds to; never fails, at worst forgets."""

    async def atotal(self, key: str) -> float:
        """What was added under ``key``."""

    async def aadd(self, key: str, amount: float) -> None:
        """Add ``amount`` to what stands under ``key``."""


@dataclass(slots=True)
class Budget:
    """What one conversation may still spend on thinking. ``most`` is ``None`` where there is no bound."""

    sums: Sums
    key: str
    most: float | None
    _told: float = 0.0
    """What of this request is counted already."""

    async def spent(self) -> bool:
        """Whether nothing is left."""
        return self.most is not None and await self.sums.atotal(self.key) >= self.most

    async def count(self, phases: Callable[[], Iterable[Phase]]) -> None:
        """Count the reasoner's part of ``phases``, all of this request's calls until now; safe to repeat."""
        if self.most is None:
            return
        due = sum(dollars(phase) for phase in phases() if phase.phase != "execution") - self._told
        if due > 0:
            self._told += due
            await self.sums.aadd(self.key, due)


def dollars(phase: Phase) -> float:
    """What a call counts."""
    return phase.cost or (phase.usage.total_tokens or 0) * WITHOUT_PRICE
