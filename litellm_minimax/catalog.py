"""Facts about MiniMax's chat models: one record each, with its source and date. Nothing else compares names.

Prices are US dollars per million tokens, pay as you go, as published in November 2026. Where sources
disagree the doubt is in ``docs/assumptions.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


class Thinking(Enum):
    """How a caller can steer a model's thinking."""

    EFFORT = "effort"
    """Always thinks; ``reasoning_effort`` low … max says how much (M3.1)."""
    SWITCH = "switch"
    """``thinking: {type: adaptive | disabled}`` (M3)."""
    ALWAYS = "always"
    """Always thinks, nothing to steer (M2.x)."""
    NONE = "none"
    """Not a reasoning model (M2-her, abab)."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; ``None`` where MiniMax publishes none."""

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model.

    Attributes:
        id: the canonical id, in MiniMax's own letter case.
        context: tokens of prompt and answer together.
        max_output: tokens of answer (reasoning included) that a request may ask for.
        price: the standard price, or ``None`` for a model that is sold only in plans or not listed.
        long_context_price: the price of the whole request when its prompt is above ``long_context_from`` tokens.
        images: takes ``image_url`` parts.
        video: takes ``video_url`` parts.
        thinking: how thinking can be steered.
        tools: takes tools.
        role_play: made for role play: takes the roles ``group``, ``user_system`` … and the ``name`` of a speaker.
        status: ``current``, ``legacy`` (served, superseded) or ``retired`` (announced to be switched off).
        note: what a caller should know; printed once as a warning for ``legacy`` and ``retired`` models.
        source: where the facts are from.
        as_of: the date of the source.
    """

    id: str
    context: int
    max_output: int
    price: Price | None
    thinking: Thinking
    status: Literal["current", "legacy", "retired"]
    source: str
    as_of: str
    images: bool = False
    video: bool = False
    tools: bool = True
    long_context_price: Price | None = None
    long_context_from: int | None = None
    note: str = ""
    nicknames: tuple[str, ...] = ()
    role_play: bool = False

    @property
    def reasons(self) -> bool:
        """Whether the model can think at all."""
        return self.thinking is not Thinking.NONE


_DOCS = "platform.minimax.io/docs (pricing-paygo, text models)"
_RETIREMENT = "MiniMax's notice of 19 Oct 2026: retired on 18 Nov 2026; use MiniMax-M3 or MiniMax-M3.1-Flash."
_ABAB = "A model of 2024 that MiniMax no longer lists; use MiniMax-M2 or newer."
_M2 = Price(0.30, 1.20, cache_read=0.03, cache_write=0.375)
_M2_FAST = Price(0.60, 2.40, cache_read=0.03, cache_write=0.375)
_M27 = Price(0.30, 1.20, cache_read=0.06, cache_write=0.375)
_M27_FAST = Price(0.60, 2.40, cache_read=0.06, cache_write=0.375)


def _m2(
    name: str,
    price: Price,
    status: Literal["current", "legacy", "retired"],
    note: str = "",
    nicknames: tuple[str, ...] = (),
) -> ModelFacts:
    return ModelFacts(
        id=name, context=204_800, max_output=204_800, price=price, thinking=Thinking.ALWAYS,
        status=status, note=note, nicknames=nicknames, source=_DOCS, as_of="2026-09-29",
    )  # fmt: skip


def _abab(name: str, context: int, nicknames: tuple[str, ...] = ()) -> ModelFacts:
    return ModelFacts(
        id=name, context=context, max_output=min(context, 8_192), price=None, thinking=Thinking.NONE,
        status="legacy", note=_ABAB, nicknames=nicknames, source="one-api model list", as_of="2025-01-15",
    )  # fmt: skip


MODELS: tuple[ModelFacts, ...] = (
    ModelFacts(
        id="MiniMax-M3.1-Flash", context=1_000_000, max_output=524_288, price=Price(0.15, 0.60),
        thinking=Thinking.EFFORT, status="current", images=True, video=True,
        source="Vercel AI Gateway model page; MiniMax notice of 19 Oct 2026", as_of="2026-10-19",
    ),
    ModelFacts(
        id="MiniMax-M3.1-Flash-Preview", context=1_000_000, max_output=524_288, price=None,
        thinking=Thinking.EFFORT, status="legacy", images=True, video=True,
        note="A preview sold in plans only; MiniMax-M3.1-Flash replaces it.",
        source=_DOCS, as_of="2026-10-07",
    ),
    ModelFacts(
        id="MiniMax-M3", context=1_000_000, max_output=524_288, price=Price(0.30, 1.20, cache_read=0.06),
        long_context_price=Price(0.60, 2.40, cache_read=0.12), long_context_from=512_000,
        thinking=Thinking.SWITCH, status="current", images=True, video=True, source=_DOCS, as_of="2026-09-29",
    ),
    _m2("MiniMax-M2.7", _M27, "retired", _RETIREMENT),
    _m2("MiniMax-M2.7-highspeed", _M27_FAST, "retired", _RETIREMENT),
    _m2("MiniMax-M2.5", _M2, "retired", _RETIREMENT),
    _m2("MiniMax-M2.5-highspeed", _M2_FAST, "retired", _RETIREMENT, ("MiniMax-M2.5-lightning",)),
    _m2("MiniMax-M2.1", _M2, "current"),
    _m2("MiniMax-M2.1-highspeed", _M2_FAST, "current", nicknames=("MiniMax-M2.1-lightning",)),
    _m2("MiniMax-M2", _M2, "current"),
    ModelFacts(
        id="M2-her", context=65_536, max_output=2_048, price=Price(0.30, 1.20), thinking=Thinking.NONE,
        status="current", tools=False, role_play=True, nicknames=("minimax-m2-her",), source=_DOCS, as_of="2026-09-29",
    ),
    _abab("abab6.5s-chat", 245_760, ("abab6.5s",)),
    _abab("abab6.5t-chat", 8_192, ("abab6.5t",)),
    _abab("abab6.5g-chat", 8_192, ("abab6.5g",)),
)  # fmt: skip

_BY_NAME: Mapping[str, ModelFacts] = MappingProxyType(
    {name.lower(): facts for facts in MODELS for name in (facts.id, *facts.nicknames)}
)


@lru_cache(maxsize=1024)
def find(name: str) -> ModelFacts | None:
    """The facts of a model by id or nickname, in any letter case; ``None`` for one we do not know."""
    return _BY_NAME.get(name.strip().lower())


def canonical_id(name: str) -> str:
    """The id to send for a name a user typed: MiniMax's own spelling if we know it, else as it was typed.

    >>> canonical_id("minimax-m2"), canonical_id("abab6.5s"), canonical_id("MiniMax-M9")
    ('MiniMax-M2', 'abab6.5s-chat', 'MiniMax-M9')
    """
    facts = find(name)
    return facts.id if facts else name


@dataclass(frozen=True, slots=True)
class EmbeddingFacts:
    """What is known about one model of embeddings; the price in dollars per million tokens."""

    id: str
    context: int
    dimensions: int
    price: float
    source: str
    as_of: str


EMBEDDINGS: tuple[EmbeddingFacts, ...] = (
    EmbeddingFacts(
        id="embo-01", context=4_096, dimensions=1_536, price=0.07,
        source="MiniMax's API reference; the price from one secondary list", as_of="2026-11-26",
    ),
)  # fmt: skip


def embedding_id(name: str) -> str:
    """The id to send for a model of embeddings: MiniMax's own spelling if we know it, else as it was typed."""
    wanted = name.strip().lower()
    return next((facts.id for facts in EMBEDDINGS if facts.id == wanted), name)
