"""The contenders: models alone and pairs of models as hybrids, with the most that one call may cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litellm_minimax import catalog

EXECUTOR, REASONER = "executor alone", "reasoner alone"
_REASONING_TOKENS = 8_192
"""How many tokens a hybrid's reasoner may write in one call (the default of a preset), to compute the most it costs."""
_ADDED_BYTES = 16_384
"""How many bytes a hybrid may add to a conversation: instructions for both members, and tools as text."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to use two models.

    Attributes:
        options: the hybrid's options.
        executions: the most calls of the executor for one answer.
        consultations: the most calls of the reasoner for one answer.
        typed: whether a proxy's client can request the mode with a model string of both models.
    """

    options: Mapping[str, Any]
    executions: int
    consultations: int
    typed: bool = False


MODES: Mapping[str, Mode] = {
    "notes": Mode({"hand_over": "thinking"}, 1, 1, typed=True),
    "plan": Mode({"hand_over": "plan"}, 1, 1, typed=True),
    "advisor": Mode({"mode": "advisor", "max_uses": 3}, 4, 3),
    "advise-first": Mode({"mode": "advisor", "max_uses": 3, "advise_first": True}, 4, 3),
    "review": Mode({"review": True}, 2, 2),
}
"""By the name that ``--modes`` takes; docs/hybrid.md describes what they do."""


class NoPrice(Exception):
    """The price of a model is not known, so the budget could not be kept."""


@dataclass(frozen=True, slots=True)
class Part:
    """A model that one call of a contender calls, and the most calls of it."""

    model: str
    calls: int
    answer_tokens: int | None = None
    """The most tokens of one call; ``None`` for as many as the contender's answer may have."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A model or a hybrid to measure.

    Attributes:
        name: its name in the report.
        model: the model string for LiteLLM.
        parts: the models that one call of it calls.
        options: further arguments for LiteLLM.
    """

    name: str
    model: str
    parts: Sequence[Part]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_hybrid(self) -> bool:
        """Whether it is two models."""
        return len(self.parts) > 1

    def most(self, prompt_bytes: int, answer_tokens: int, prices: Prices) -> float:
        """Return the most that one call may cost in dollars, if each byte is a token and the answer has full length."""
        tokens = [part.answer_tokens or answer_tokens for part in self.parts]
        added = _ADDED_BYTES + sum(part.calls * most for part, most in zip(self.parts, tokens, strict=True))
        prompt = prompt_bytes + (added if self.is_hybrid else 0)
        return sum(
            part.calls * prices.cost(part.model, prompt, most) for part, most in zip(self.parts, tokens, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Prices:
    """What models cost, in dollars per million tokens.

    Attributes:
        told: prices from the user, which take precedence over this package's and LiteLLM's.
    """

    told: Mapping[str, catalog.Price] = field(default_factory=dict)

    def of(self, model: str) -> catalog.Price:
        """Return the price of a model.

        Raises:
            NoPrice: the price is not known.
        """
        facts = catalog.find(model.rpartition("/")[2].rpartition(":")[2])
        found = self.told.get(model) or (facts.price if facts else None) or _listed(model)
        if found is None:
            raise NoPrice(
                f"the price of {model} is not known; give it: --price {model}=0.30/1.20 (dollars per million tokens)"
            )
        return found

    def cost(self, model: str, prompt_tokens: int, answer_tokens: int) -> float:
        """Return what a call with these tokens costs at the full price."""
        price = self.of(model)
        return (prompt_tokens * price.input + answer_tokens * price.output) / 1e6


def _listed(model: str) -> catalog.Price | None:
    """Return the price in LiteLLM's map."""
    import litellm

    facts = litellm.model_cost.get(model) or litellm.model_cost.get(model.replace(":", "/", 1)) or {}
    read, written = facts.get("input_cost_per_token"), facts.get("output_cost_per_token")
    return catalog.Price(read * 1e6, written * 1e6) if read is not None and written is not None else None


def alone(name: str, model: str, proxy: Mapping[str, Any] | None) -> Contender:
    """One model by itself; on a proxy if there is one."""
    return Contender(name, _address(model, proxy), [Part(model, 1)], dict(proxy or {}))


def hybrid(mode: str, reasoner: str, executor: str, proxy: Mapping[str, Any] | None) -> Contender:
    """Two models in one of the ``MODES``.

    Raises:
        ValueError: there is no such mode, or not by typing its name on a proxy.
    """
    if mode not in MODES:
        raise ValueError(f"no mode is called {mode}; there are {', '.join(MODES)}")
    way = MODES[mode]
    parts = [Part(executor, way.executions), Part(reasoner, way.consultations, _REASONING_TOKENS)]
    if proxy is None:
        options = {**way.options, "max_reasoning_tokens": _REASONING_TOKENS}
        return Contender(mode, f"hybrid/[{reasoner},{executor}]", parts, {"hybrid": options})
    if not way.typed:
        raise ValueError(f"a proxy's client can't ask for {mode}: make a preset of it there, and name it with --hybrid")
    told = {"metadata": {"hybrid": dict(way.options)}}
    return Contender(mode, f"litellm_proxy/hybrid:[{reasoner},{executor}]", parts, {**proxy, "extra_body": told})


def preset(name: str, reasoner: str, executor: str, proxy: Mapping[str, Any]) -> Contender:
    """A hybrid that a proxy knows by a name; whatever its options, no call of it does more than an advisor's."""
    most = MODES["advisor"]
    parts = [Part(executor, most.executions), Part(reasoner, most.consultations, _REASONING_TOKENS)]
    return Contender(name, _address(name, proxy), parts, dict(proxy))


def _address(model: str, proxy: Mapping[str, Any] | None) -> str:
    return model if proxy is None else f"litellm_proxy/{model}"
