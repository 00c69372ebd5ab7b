"""The simulators that stand in for MiniMax, and for the coder of a hybrid, while there is no key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from litellm_minimax.simulator import Quirks, Simulator

SIMULATED_KEY = "simulated"


@dataclass(frozen=True, slots=True)
class StandIns:
    """Both servers, running.

    Attributes:
        minimax: stands in for MiniMax.
        coder: stands in for DashScope, the host of the shipped configuration's coder; takes any model name.
    """

    minimax: Simulator
    coder: Simulator

    @property
    def environment(self) -> dict[str, str]:
        """The variables that send a proxy on the shipped configuration here, whatever keys are set elsewhere."""
        return {
            "MINIMAX_API_KEY": SIMULATED_KEY,
            "MINIMAX_API_BASE": self.minimax.base_url,
            "DASHSCOPE_API_KEY": SIMULATED_KEY,
            "DASHSCOPE_API_BASE": f"{self.coder.base_url}/v1",
        }


@contextmanager
def stand_ins() -> Iterator[StandIns]:
    """Run both simulators on free loopback ports."""
    with Simulator() as minimax, Simulator(quirks=Quirks(dialect="openai")) as coder:
        yield StandIns(minimax, coder)
