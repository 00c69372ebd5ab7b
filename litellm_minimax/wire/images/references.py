"""Checks the images of a request, and writes each as the address or data URL that MiniMax reads."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.images.picture import Picture, look_at

_DATA_URL = re.compile(r"data:image/[\w.+-]{1,40};base64,", re.IGNORECASE)
_LONGEST_ADDRESS = 8_192
MAX_TOGETHER = 48 * 1024 * 1024
"""Most bytes of all images of a request: in base64 they have to fit into MiniMax's 64 MB of body."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a model accepts: formats, bytes of one image, pixels of its sides (0 for any), and its longest ratio."""

    formats: tuple[str, ...]
    size: int
    shortest: int = 0
    longest: int = 0
    ratio: int = 0


NATIVE = Bounds(formats=("jpeg", "png"), size=10 * 1024 * 1024 - 1)
OPENAI = Bounds(
    formats=("jpeg", "png", "webp", "heic", "heif"), size=MAX_TOGETHER, shortest=128, longest=8_192, ratio=4
)


def as_addresses(given: Sequence[object], bounds: Bounds, name: str = "image") -> list[str]:
    """Return every image (bytes, address or data URL) as an address or a data URL.

    Raises:
        InvalidRequest: one of them can't be sent.
    """
    room = MAX_TOGETHER
    addresses = []
    for index, picture in enumerate(given):
        where = name if len(given) == 1 else f"{name}[{index}]"
        address, size = _as_address(picture, bounds, where)
        room -= size
        if room < 0:
            raise InvalidRequest(
                where, f"the pictures have more than {MAX_TOGETHER >> 20} MB together.", "Send smaller ones."
            )
        addresses.append(address)
    return addresses


def _as_address(picture: object, bounds: Bounds, where: str) -> tuple[str, int]:
    if isinstance(picture, Mapping):  # as OpenAI and MiniMax write one in JSON
        picture = picture.get("url") or picture.get("image_url")
    if isinstance(picture, bytes):
        seen = _checked(picture, bounds, where)
        return f"data:image/{seen.format};base64,{base64.b64encode(picture).decode('ascii')}", len(picture)
    if isinstance(picture, str):
        if picture[:8].lower().startswith(("https://", "http://")) and len(picture) <= _LONGEST_ADDRESS:
            return picture, 0
        beginning = _DATA_URL.match(picture)
        if beginning is not None:
            data = _decoded(picture[beginning.end() :], where)
            _checked(data, bounds, where)
            return picture, len(data)
    raise InvalidRequest(
        where,
        "it is not a picture.",
        "Give its bytes, an open file, an http(s) address, or data:image/png;base64,….",
    )


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest(where, "its base64 can't be read.") from None


def _checked(data: bytes, bounds: Bounds, where: str) -> Picture:
    if len(data) > bounds.size:
        raise InvalidRequest(
            where, f"it has {len(data):,} bytes; the limit is {bounds.size + 1 >> 20} MB.", "Send a smaller picture."
        )
    seen = look_at(data)
    if seen is None or seen.format not in bounds.formats:
        what = f"it is {seen.format}" if seen else "its format is not known"
        raise InvalidRequest(where, f"{what}; MiniMax takes {', '.join(bounds.formats)} here.")
    if seen.width and seen.height:
        _check_sides(seen.width, seen.height, bounds, where)
    return seen


def _check_sides(width: int, height: int, bounds: Bounds, where: str) -> None:
    short, long = sorted((width, height))
    if bounds.shortest and (short < bounds.shortest or long > bounds.longest):
        raise InvalidRequest(
            where, f"it is {width}x{height}; each side has {bounds.shortest} to {bounds.longest:,} pixels."
        )
    if bounds.ratio and long > bounds.ratio * short:
        raise InvalidRequest(
            where, f"it is {width}x{height}; the long side may be {bounds.ratio} times the short one.", "Crop it."
        )
