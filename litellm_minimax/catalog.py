"""Facts about MiniMax's models: one record each, with source and date. No other file compares model names.

Prices are US dollars per million tokens, pay as you go, as published in November 2026. Where sources
disagree, ``docs/assumptions.md`` names the doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


class Thinking(Enum):
    """How a caller can control a model's thinking."""

    EFFORT = "effort"
    """Always thinks; ``reasoning_effort`` low … max sets how much (M3.1)."""
    SWITCH = "switch"
    """``thinking: {type: adaptive | disabled}`` (M3)."""
    ALWAYS = "always"
    """Always thinks, without any control (M2.x)."""
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
        price: the standard price, or ``None`` for a model that is not listed or sold only in plans.
        long_context_price: the price of the whole request if its prompt is above ``long_context_from`` tokens.
        images: takes ``image_url`` parts.
        video: takes ``video_url`` parts.
        thinking: how thinking can be controlled.
        tools: takes tools.
        role_play: made for role play: takes the roles ``group``, ``user_system`` … and the ``name`` of a speaker.
        status: ``current``, ``legacy`` (served, superseded) or ``retired`` (its end is announced).
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
        nicknames=("minimax-latest",),  # LiteLLM 1.110's own alias
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
    """Return the facts of a model by id or nickname, in any letter case; ``None`` for an unknown one."""
    return _BY_NAME.get(name.strip().lower())


def canonical_id(name: str) -> str:
    """Return the id to send for a name that a user typed: MiniMax's spelling if we know it, else the name unchanged.

    >>> canonical_id("minimax-m2"), canonical_id("abab6.5s"), canonical_id("MiniMax-M9")
    ('MiniMax-M2', 'abab6.5s-chat', 'MiniMax-M9')
    """
    facts = find(name)
    return facts.id if facts else name


@dataclass(frozen=True, slots=True)
class EmbeddingFacts:
    """The facts about one embedding model; the price is in dollars per million tokens."""

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
    """Return the id to send for an embedding model: MiniMax's own spelling if we know it, else the name unchanged."""
    wanted = name.strip().lower()
    return next((facts.id for facts in EMBEDDINGS if facts.id == wanted), name)


@dataclass(frozen=True, slots=True)
class ImagePrice:
    """US dollars: for each image that came, or per million tokens of text and image input, and of image output."""

    each: float | None = None
    text_in: float = 0.0
    image_in: float = 0.0
    image_out: float = 0.0


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """The facts about one image model.

    Attributes:
        id: the canonical id, in MiniMax's own letter case.
        shape: ``native`` is MiniMax's older API (one endpoint), ``openai`` follows OpenAI's Images API (two endpoints).
        most: most images in one request.
        prompt: most characters of a prompt.
        references: most images that an edit may bring.
        sizes: whether it takes a width and a height, not only a ratio.
        ratios: the ratios it takes, each with the size it makes; empty if it takes any ratio within limits.
        once: a sent request is finished and charged even if its client leaves, so it must not be retried by itself.
        price: the price.
        source: where the facts are from.
        as_of: the date of the source.
    """

    id: str
    shape: Literal["native", "openai"]
    most: int
    prompt: int
    references: int
    sizes: bool
    price: ImagePrice | None
    source: str
    as_of: str
    ratios: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    once: bool = False


_RATIOS = {
    "1:1": (1024, 1024), "16:9": (1280, 720), "4:3": (1152, 864), "3:2": (1248, 832), "2:3": (832, 1248),
    "3:4": (864, 1152), "9:16": (720, 1280), "21:9": (1344, 576),
}  # fmt: skip
_T2I = "platform.minimax.io/docs (image-generation-t2i, -i2i)"
_H3 = "platform.minimax.io/docs (image-generation-h3-generations, -h3-edits); prices of four gateways"

IMAGES: tuple[ImageFacts, ...] = (
    ImageFacts(
        id="image-01", shape="native", most=9, prompt=1_500, references=1, sizes=True,
        price=ImagePrice(each=0.0035), source=_T2I, as_of="2026-11-26", ratios=MappingProxyType(_RATIOS),
    ),
    ImageFacts(
        id="image-01-live", shape="native", most=9, prompt=1_500, references=1, sizes=False,
        price=ImagePrice(each=0.0035), source=_T2I, as_of="2026-11-26",
        ratios=MappingProxyType({ratio: pixels for ratio, pixels in _RATIOS.items() if ratio != "21:9"}),
    ),
    ImageFacts(
        id="MiniMax-H3-Image", shape="openai", most=10, prompt=32_000, references=16, sizes=True, once=True,
        price=ImagePrice(text_in=2.30, image_in=1.50, image_out=3.80), source=_H3, as_of="2026-11-26",
    ),
    ImageFacts(
        id="MiniMax-H3-Image-Highspeed", shape="openai", most=10, prompt=32_000, references=16, sizes=True, once=True,
        price=ImagePrice(text_in=2.30, image_in=3.00, image_out=7.60), source=_H3, as_of="2026-11-26",
    ),
)  # fmt: skip


def image_facts(name: str) -> ImageFacts | None:
    """Return the facts of an image model, in any letter case; ``None`` for a model that makes no images.

    An id that is newer than this table gets the facts of the model whose name it continues, without a price.

    >>> image_facts("IMAGE-01").id, image_facts("image-02").price, image_facts("MiniMax-M2")
    ('image-01', None, None)
    """
    wanted = name.strip().lower()
    for facts in IMAGES:
        if facts.id.lower() == wanted:
            return facts
    if find(name) is not None:
        return None
    for beginning, model in (("image-", "image-01"), ("minimax-h3-image", "minimax-h3-image")):
        if wanted.startswith(beginning):
            like = next(facts for facts in IMAGES if facts.id.lower() == model)
            return replace(like, id=name.strip(), price=None)
    return None
