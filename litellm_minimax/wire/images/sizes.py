"""Translates OpenAI's ``size`` for each of MiniMax's image models.

``image-01`` takes a width and a height, ``image-01-live`` a ratio from a list, H3-Image any size within limits. A size
that almost fits is adjusted, with a note; any other is refused with the list of those that fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from litellm_minimax.wire.faults import InvalidRequest

if TYPE_CHECKING:
    from litellm_minimax.catalog import ImageFacts
    from litellm_minimax.wire.notes import Notes

_SIZE = re.compile(r"([1-9]\d{0,4})[xX*×]([1-9]\d{0,4})", re.ASCII)
_RATIO = re.compile(r"([1-9]\d{0,2}):([1-9]\d{0,2})", re.ASCII)
_SIDE, _STEP = (512, 2_048), 8
_AREA, _LONGEST = (655_360, 20_000_000), 3
_MOST_IN_RATIO = 300
AREAS = ("1K", "2K", "4K")


def native(facts: ImageFacts, given: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    """Return ``aspect_ratio``, or ``width`` and ``height``, for image-01 and image-01-live.

    Raises:
        InvalidRequest: the model can't make this size, or it is given twice.
    """
    size = _told_once(given, ("aspect_ratio", "width", "height"))
    ratio_told = _is_told(given, "aspect_ratio")
    if ratio_told and not isinstance(given["aspect_ratio"], str):
        raise InvalidRequest("aspect_ratio", "it must be a text such as '16:9'.")
    if _is_told(given, "width") or _is_told(given, "height"):
        if ratio_told:
            raise InvalidRequest("aspect_ratio", "width and height give the size already.", "Give one of the two.")
        size = _pair(given)
    elif ratio_told:
        size = given["aspect_ratio"]
    if size is None:
        return {}
    ratio = _RATIO.fullmatch(size)
    if ratio is not None and f"{int(ratio[1])}:{int(ratio[2])}" in facts.ratios:
        return {"aspect_ratio": f"{int(ratio[1])}:{int(ratio[2])}"}
    found = _SIZE.fullmatch(size)
    if found is None:
        raise _no_such_size(facts, size)
    width, height = int(found[1]), int(found[2])
    return _sides(facts, width, height, notes) if facts.sizes else _nearest_ratio(facts, width, height, notes)


def _pair(given: Mapping[str, Any]) -> str:
    for name in ("width", "height"):
        if not isinstance(given.get(name), int | str) or isinstance(given[name], bool):
            raise InvalidRequest(name, "width and height go together, as whole numbers.")
    return f"{given['width']}x{given['height']}"


def _sides(facts: ImageFacts, width: int, height: int, notes: Notes) -> dict[str, Any]:
    near = tuple(round(side / _STEP) * _STEP for side in (width, height))
    if not all(_SIDE[0] <= side <= _SIDE[1] for side in near):
        raise _no_such_size(facts, f"{width}x{height}")
    if near != (width, height):
        notes.add(f"the size is {near[0]}x{near[1]}: {facts.id} makes sides in steps of {_STEP}", "size")
    return {"width": near[0], "height": near[1]}


def _nearest_ratio(facts: ImageFacts, width: int, height: int, notes: Notes) -> dict[str, Any]:
    for name, (wide, high) in facts.ratios.items():
        left, _, right = name.partition(":")
        if (width, height) == (wide, high):
            return {"aspect_ratio": name}
        if width * int(right) == height * int(left):
            notes.add(f"the size is {wide}x{high}: {facts.id} takes the ratio {name} only", "size")
            return {"aspect_ratio": name}
    raise _no_such_size(facts, f"{width}x{height}")


def _no_such_size(facts: ImageFacts, size: str) -> InvalidRequest:
    ratios = ", ".join(f"{name} ({wide}x{high})" for name, (wide, high) in facts.ratios.items())
    free = f"Sides of {_SIDE[0]} to {_SIDE[1]} in steps of {_STEP}, or a" if facts.sizes else "A"
    return InvalidRequest("size", f"{facts.id} can't make {size[:40]!r}.", f"{free} ratio of: {ratios}.")


def openai_shaped(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``size``, or ``aspect_ratio`` and ``area``, for H3-Image.

    Raises:
        InvalidRequest: the size is outside the model's limits, or it is given twice.
    """
    size = _told_once(given, ("aspect_ratio", "area"))
    if size is not None:
        found = _SIZE.fullmatch(size)
        if found is None or not _within(int(found[1]), int(found[2])):
            raise InvalidRequest(
                "size",
                f"{size[:40]!r} can't be made.",
                f"'auto', or WIDTHxHEIGHT: {_AREA[0]:,} to {_AREA[1]:,} pixels, from 1:{_LONGEST} to {_LONGEST}:1.",
            )
        return {"size": f"{int(found[1])}x{int(found[2])}"}
    told = {"size": "auto"} if given.get("size") is not None else {}
    if given.get("aspect_ratio") is not None:
        told["aspect_ratio"] = _any_ratio(given["aspect_ratio"])
    if given.get("area") is not None:
        if given["area"] not in AREAS:
            raise InvalidRequest("area", f"it must be one of {', '.join(AREAS)}.")
        told["area"] = given["area"]
    return told


def _within(width: int, height: int) -> bool:
    return _AREA[0] <= width * height <= _AREA[1] and max(width, height) <= _LONGEST * min(width, height)


def _any_ratio(value: object) -> str:
    found = _RATIO.fullmatch(value) if isinstance(value, str) else None
    if value == "auto":
        return "auto"
    if found is not None:
        short, long = sorted((int(found[1]), int(found[2])))
        if long <= _MOST_IN_RATIO and long <= _LONGEST * short:
            return str(value)
    raise InvalidRequest("aspect_ratio", f"it must be 'auto' or X:Y, between 1:{_LONGEST} and {_LONGEST}:1.")


def _told_once(given: Mapping[str, Any], others: tuple[str, ...]) -> str | None:
    """Return ``size`` as a string, unless it leaves the size open."""
    size = given.get("size")
    if size is None or size == "auto":
        return None
    if not isinstance(size, str):
        raise InvalidRequest("size", "it must be a text such as '1024x1024', or 'auto'.")
    twice = next((name for name in others if _is_told(given, name)), None)
    if twice:
        raise InvalidRequest(twice, "'size' gives the size already.", "Give one of the two.")
    return size


def _is_told(given: Mapping[str, Any], name: str) -> bool:
    return given.get(name) is not None and given[name] != "auto"
