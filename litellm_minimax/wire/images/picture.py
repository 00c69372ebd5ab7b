"""Reads an image's format from its first bytes, and its width and height where their position is known."""

from __future__ import annotations

from dataclasses import dataclass

_HEIF_BRANDS = {b"heic": "heic", b"heix": "heic", b"mif1": "heif", b"msf1": "heif", b"heif": "heif"}
_MAY_BE_LONG = 1_000
"""Most JPEG segments to read before the size: real images have a dozen, and a file with more is not an image."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A format as in ``image/<format>``, and width and height in pixels if they could be read."""

    format: str
    width: int | None = None
    height: int | None = None


def look_at(data: bytes) -> Picture | None:
    """Return the format and size of an image; ``None`` for a format that MiniMax accepts nowhere."""
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return Picture("png", *(_sides(data, 16, 20, 4, "big") if data[12:16] == b"IHDR" else (None, None)))
    if data[:3] == b"\xff\xd8\xff":
        return Picture("jpeg", *_jpeg(data))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Picture("webp", *_webp(data))
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return Picture(_HEIF_BRANDS[data[8:12]])
    return None


_Sides = tuple[int | None, int | None]


def _sides(data: bytes, width: int, height: int, size: int, order: str) -> _Sides:
    if len(data) < max(width, height) + size:
        return None, None
    big = order == "big"
    return tuple(int.from_bytes(data[at : at + size], "big" if big else "little") for at in (width, height))  # type: ignore[return-value]


def _jpeg(data: bytes) -> _Sides:
    """Return the size in the frame header, following the lengths of the segments before it."""
    at = 2
    for _ in range(_MAY_BE_LONG):
        while data[at : at + 2] == b"\xff\xff":  # padding
            at += 1
        if data[at : at + 1] != b"\xff" or len(data) < at + 4:
            break
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            return _sides(data, at + 7, at + 5, 2, "big")
        if length < 2:
            break
        at += 2 + length
    return None, None


def _webp(data: bytes) -> _Sides:
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = _sides(data, 26, 28, 2, "little")
        return (None, None) if width is None or height is None else (width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L" and len(data) >= 25:
        packed = int.from_bytes(data[21:25], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        width, height = _sides(data, 24, 27, 3, "little")
        return (None, None) if width is None or height is None else (width + 1, height + 1)
    return None, None
