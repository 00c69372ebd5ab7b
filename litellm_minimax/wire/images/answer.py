"""MiniMax's answer to an image call, in either shape: the pictures that came, and what is known of those that did not.

Errors come inside HTTP 200, counts as texts, and once in a while a success without any picture. An answer may hold some
pictures and some failures: the pictures are handed on, the failures told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litellm_minimax.wire.faults import ProtocolFault, UpstreamFault
from litellm_minimax.wire.incoming.errors_told import fault_in
from litellm_minimax.wire.incoming.json_object import json_object

if TYPE_CHECKING:
    from litellm_minimax.catalog import ImageFacts
    from litellm_minimax.wire.images.request import ImageRequest

_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class MadePicture:
    """One picture: an address or base64, and what H3-Image adds."""

    url: str | None = None
    b64_json: str | None = None
    revised_prompt: str | None = None
    size: str | None = None


@dataclass(frozen=True, slots=True)
class ImageUsage:
    """Tokens, as H3-Image counts them."""

    text_in: int
    image_in: int
    out: int


@dataclass(frozen=True, slots=True)
class ImageAnswer:
    """What came of one call; ``failed`` counts the pictures that did not come."""

    pictures: tuple[MadePicture, ...]
    failed: int
    notes: tuple[str, ...] = ()
    usage: ImageUsage | None = None
    created: int | None = None
    id: str | None = None

    def cost(self, facts: ImageFacts) -> float | None:
        """Dollars by the price table; ``None`` where it has no price, or MiniMax told no tokens to multiply with it."""
        price = facts.price
        if price is None:
            return None
        if price.each is not None:
            return price.each * len(self.pictures)
        if self.usage is None:
            return None
        tokens = self.usage
        return (tokens.text_in * price.text_in + tokens.image_in * price.image_in + tokens.out * price.image_out) * 1e-6


def read_answer(body: bytes, facts: ImageFacts, request: ImageRequest, trace_id: str | None = None) -> ImageAnswer:
    """Read the body of a good HTTP answer.

    Raises:
        UpstreamFault: it tells an error, or a success without a picture.
        ProtocolFault: it is not what MiniMax sends.
    """
    value = json_object(body, "an image call")
    fault = fault_in(value, trace_id=trace_id)
    if fault is not None:
        raise fault
    return _native(value, trace_id) if facts.shape == "native" else _openai_shaped(value, request, trace_id)


def _native(value: Mapping[str, Any], trace_id: str | None) -> ImageAnswer:
    data = value.get("data")
    if not isinstance(data, Mapping | None):
        raise ProtocolFault("the pictures of the answer are not where MiniMax puts them.")
    data = data or {}
    pictures = tuple(
        [MadePicture(url=text) for text in _texts(data.get("image_urls"))]
        + [MadePicture(b64_json=text) for text in _texts(data.get("image_base64"))]
    )
    counted = value.get("metadata")
    failed = _count(counted.get("failed_count")) if isinstance(counted, Mapping) else 0
    identity = _text(value.get("id"))
    if not pictures:
        raise _nothing_came(failed, identity or trace_id)
    return ImageAnswer(pictures, failed, _told(failed), id=identity or trace_id)


def _openai_shaped(value: Mapping[str, Any], request: ImageRequest, trace_id: str | None) -> ImageAnswer:
    items = value.get("data")
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise ProtocolFault("the pictures of the answer are not where MiniMax puts them.")
    trace = _text(value.get("request_id")) or trace_id
    pictures = tuple(_picture(item) for item in items if _text(item.get("url")) or _text(item.get("b64_json")))
    faults = [fault for item in items if (fault := fault_in({"error": item.get("error")}, trace_id=trace)) is not None]
    failed = max(len(faults), len(items) - len(pictures), 0)
    if not pictures:
        raise faults[0] if faults else _nothing_came(failed or request.wanted, trace)
    reasons = tuple(dict.fromkeys(f"a picture failed: {fault.text[:_LONGEST_REASON]}" for fault in faults))
    created = value.get("created")
    return ImageAnswer(
        pictures,
        failed,
        _told(failed) + reasons,
        _usage(value.get("usage")),
        created if isinstance(created, int) and not isinstance(created, bool) else None,
        trace,
    )


def _picture(item: Mapping[str, Any]) -> MadePicture:
    return MadePicture(
        _text(item.get("url")), _text(item.get("b64_json")), _text(item.get("revised_prompt")), _text(item.get("size"))
    )


def _nothing_came(failed: int, trace: str | None) -> UpstreamFault:
    """Seen live: status 0, and no picture. Sometimes the content filter, sometimes nothing, and then a retry helps."""
    return UpstreamFault(
        f"it reports success, and no picture came ({failed} failed). Its content filter does that without saying so, "
        "and so does a failure that another try may not have: try again, then rephrase the prompt.",
        http_status=500,
        trace_id=trace,
    )


def _told(failed: int) -> tuple[str, ...]:
    return (f"{failed} of the pictures failed or were blocked, and are not charged",) if failed else ()


def _usage(value: object) -> ImageUsage | None:
    if not isinstance(value, Mapping):
        return None
    total_in, out = _count(value.get("input_tokens")), _count(value.get("output_tokens"))
    details = value.get("input_tokens_details")
    image_in = _count(details.get("image_tokens")) if isinstance(details, Mapping) else 0
    if not (total_in or out):
        return None
    return ImageUsage(max(total_in - image_in, 0), image_in, out)


def _texts(value: object) -> list[str]:
    return [item for item in value if _text(item)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int:
    """MiniMax's counts are texts in live answers and numbers in its documentation."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
