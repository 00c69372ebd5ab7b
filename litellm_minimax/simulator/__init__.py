"""A MiniMax-shaped server on loopback, for testing any MiniMax client without a key or a network.

    >>> from litellm_minimax.simulator import Answer, Simulator
    >>> with Simulator() as sim:  # doctest: +SKIP
    ...     sim.enqueue(Answer("Four.", reasoning="Two and two."))
    ...     client = openai.OpenAI(base_url=f"{sim.base_url}/v1", api_key="any")

It shares only the table of models with this package's client side, so that it can contradict it.
"""

from __future__ import annotations

from litellm_minimax.simulator.answers import Answer, ToolCall
from litellm_minimax.simulator.faults import Fault
from litellm_minimax.simulator.quirks import Quirks
from litellm_minimax.simulator.records import AnsweredRecord, RecordedRequest
from litellm_minimax.simulator.scripts import Script, ScriptTurn
from litellm_minimax.simulator.server import Simulator, serve

__all__ = [
    "Answer",
    "AnsweredRecord",
    "Fault",
    "Quirks",
    "RecordedRequest",
    "Script",
    "ScriptTurn",
    "Simulator",
    "ToolCall",
    "serve",
]
