"""Whether the reasoning model may be called now, and how its calls went; the same for all modes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from litellm_minimax.hybrid.accounting.spend import Phase
from litellm_minimax.hybrid.budget import Budget
from litellm_minimax.hybrid.resting import Rest

Refusal = Literal["backoff", "budget"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A reasoning model's standing in one conversation."""

    rest: Rest
    budget: Budget

    async def refusal(self) -> Refusal | None:
        """Return why the reasoning model must not be called now; ``None`` if it may be."""
        if await self.budget.spent():
            return "budget"
        return "backoff" if await self.rest.active() else None

    async def went(self, trouble: str | None) -> None:
        """Record how a call of the reasoning model went; ``trouble`` is the reason word of a failure."""
        if trouble is None:
            await self.rest.succeeded()
        else:
            await self.rest.failed(slow=trouble.endswith("timeout"))

    async def count(self, phases: Callable[[], Iterable[Phase]]) -> None:
        """Count what this request's calls cost until now."""
        await self.budget.count(phases)
