"""The simulators that replace MiniMax, and a hybrid's coder, as long as there is no key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from litellm_minimax.simulator import Quirks, Simulator

SIMULATED_KEY = "simulated"


@dataclass(frozen=True, slots=True)
class StandIns:
    """Both running servers.

    Attributes:
        minimax: replaces MiniMax.
        coder: replaces DashScope, the host of the shipped configuration's coder; accepts any model name.
    """

    minimax: Simulator
    coder: Simulator

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that send a proxy with the shipped configuration here, whatever keys are set."""
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
