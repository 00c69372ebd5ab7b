"""Reads MiniMax's answer to an image call, in either format: the images, and what is known of those that failed.

Errors come inside HTTP 200, counts come as strings, and now and then a success has no image at all. An answer may hold
some images and some failures: the images are returned, and the failures are reported.
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
    """One image: an address or base64, and the extra fields of H3-Image."""

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
    """The result of one call; ``failed`` counts the images that were not made."""

    pictures: tuple[MadePicture, ...]
    failed: int
    notes: tuple[str, ...] = ()
    usage: ImageUsage | None = None
    created: int | None = None
    id: str | None = None

    def cost(self, facts: ImageFacts) -> float | None:
        """Return the cost in dollars; ``None`` if there is no price, or MiniMax sent no token counts."""
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
    """Read the body of an HTTP 200 answer.

    Raises:
        UpstreamFault: the body holds an error, or a success without an image.
        ProtocolFault: the body is not what MiniMax sends.
    """
    value = json_object(body, "an image call")
    fault = fault_in(value, trace_id=trace_id)
    if fault is not None:
        raise fault
    return _native(value, trace_id) if facts.shape == "native" else _openai_shaped(value, request, trace_id)


def _native(value: Mapping[str, Any], trace_id: str | None) -> ImageAnswer:
    data = value.get("data")
    if not isinstance(data, Mapping | None):
        raise ProtocolFault("the answer has no pictures where MiniMax puts them.")
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
        raise ProtocolFault("the answer has no pictures where MiniMax puts them.")
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
    """Build the error for status 0 without an image, as seen live: either the content filter, or a passing failure."""
    return UpstreamFault(
        f"it reports success, but no picture came ({failed} failed). The content filter does this silently, and so "
        "do passing failures: try again, and if that does not help, rephrase the prompt.",
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
    """Read a count: a string in live answers, a number in MiniMax's documentation."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
