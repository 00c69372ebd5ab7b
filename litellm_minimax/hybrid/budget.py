"""``reasoning_budget``: what thinking may cost in one conversation, counted in the cache that replicas share.

Every call of the reasoning model counts, whatever its purpose, and also if the client disconnected. A call counts what
it cost in dollars. For a model without a price, or with the price 0, a million tokens count as one dollar, so that the
same number limits the tokens instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from litellm_minimax.hybrid.accounting.spend import Phase

WITHOUT_PRICE = 1e-6
"""Dollars that one token counts for a model without a price."""


class Sums(Protocol):
    """Sums by key that all replicas add to. Implementations never raise; at worst they lose a sum."""

    async def atotal(self, key: str) -> float:
        """Return the sum for ``key``."""

    async def aadd(self, key: str, amount: float) -> None:
        """Add ``amount`` to the sum for ``key``."""


@dataclass(slots=True)
class Budget:
    """What one conversation may still spend on thinking. ``most`` is ``None`` if there is no limit."""

    sums: Sums
    key: str
    most: float | None
    _told: float = 0.0
    """How much of this request's spending has been counted."""

    async def spent(self) -> bool:
        """Whether the budget is used up."""
        return self.most is not None and await self.sums.atotal(self.key) >= self.most

    async def count(self, phases: Callable[[], Iterable[Phase]]) -> None:
        """Count what the reasoner's calls among ``phases`` cost; repeated calls add only what is new.

        Args:
            phases: returns all calls of this request until now.
        """
        if self.most is None:
            return
        due = sum(dollars(phase) for phase in phases() if phase.phase != "execution") - self._told
        if due > 0:
            self._told += due
            await self.sums.aadd(self.key, due)


def dollars(phase: Phase) -> float:
    """Return what a call counts toward the budget, in dollars."""
    return phase.cost or (phase.usage.total_tokens or 0) * WITHOUT_PRICE
