"""Deterministic text and arguments: the same seed gives the same words, and no two sentences in a row are alike.

LiteLLM ends a stream whose chunks repeat one text a hundred times, so filler that repeats would test the wrong thing.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

_WHO = ("The request", "This step", "A careful reader", "The first option", "The evidence", "One detail", "The user",
        "Another view", "The earlier result", "A short check")  # fmt: skip
_DOES = ("suggests", "rules out", "depends on", "agrees with", "needs", "points to", "changes", "confirms",
         "leaves open", "explains")  # fmt: skip
_WHAT = ("a smaller case", "the second clue", "what was asked", "a simple order of steps", "the given numbers",
         "an assumption worth testing", "the remaining choice", "a known limit", "the shape of the answer",
         "something easy to miss", "the next line")  # fmt: skip
_WHY = ("so it is worth a look", "which keeps things short", "and nothing else fits", "as far as the text says",
        "so the order matters", "but only once", "which can be verified")  # fmt: skip


def digest(*parts: str) -> str:
    """Return 64 hex digits from texts."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def sentence(seed: int) -> str:
    """Return one sentence out of several thousand."""
    return (
        f"{_WHO[seed % 10]} {_DOES[seed // 10 % 10]} {_WHAT[seed // 100 % 11]}, {_WHY[seed // 1100 % 7]} "
        f"({seed % 9973})."
    )


def sentences(seed: str, count: int) -> str:
    """Return ``count`` sentences in a row, all different."""
    start = int(digest(seed)[:8], 16)
    return " ".join(sentence(start + number * 7919) for number in range(count))


@lru_cache(maxsize=1)
def _block() -> str:
    return " ".join(sentence(number * 7919) for number in range(1024))


def filler(seed: str, chars: int) -> str:
    """Return text of exactly ``chars`` characters, cut from one long block at a place that depends on the seed."""
    block = _block()
    start = int(digest(seed)[:8], 16) % len(block)
    return (block * ((start + chars) // len(block) + 1))[start : start + chars]


def schema_in(text: str) -> dict[str, Any] | None:
    """Return the first JSON Schema of an object in a text, as in "answer with JSON that matches {…}"."""
    decoder = json.JSONDecoder()
    position = text.find("{")
    for _ in range(8):
        if position < 0:
            return None
        try:
            value, _end = decoder.raw_decode(text, position)
        except ValueError:
            value = None
        if isinstance(value, dict) and isinstance(value.get("properties"), dict):
            return value
        position = text.find("{", position + 1)
    return None


def instance(schema: Any, seed: str, name: str = "value", depth: int = 0) -> Any:
    """Return a value that fits a JSON Schema (of the kind that tools have), the same for the same seed."""
    if not isinstance(schema, dict) or depth > 8:
        return f"{name} (simulated)"
    if "const" in schema:
        return schema["const"]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][int(digest(seed, name)[:4], 16) % len(schema["enum"])]
    for branch in ("anyOf", "oneOf", "allOf"):
        if isinstance(schema.get(branch), list) and schema[branch]:
            return instance(_first_real(schema[branch]), seed, name, depth + 1)
    return _of_type(schema, seed, name, depth)


def _first_real(branches: list[Any]) -> Any:
    return next((branch for branch in branches if branch != {"type": "null"}), branches[0])


def _of_type(schema: dict[str, Any], seed: str, name: str, depth: int) -> Any:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((entry for entry in kind if entry != "null"), "null")
    number = int(digest(seed, name)[:6], 16)
    match kind:
        case "object":
            return _object(schema, seed, depth)
        case "array":
            return [instance(schema.get("items"), seed, f"{name} {at}", depth + 1) for at in (1, 2)]
        case "integer":
            low = schema.get("minimum", 1)
            return int(low) + number % max(1, min(100, int(schema.get("maximum", 100)) - int(low)))
        case "number":
            return float(schema.get("minimum", 0)) + (number % 100) / 100
        case "boolean":
            return number % 2 == 0
        case "null":
            return None
    if kind is None and isinstance(schema.get("properties"), dict):
        return _object(schema, seed, depth)
    return _WORDS.get(name.lower(), f"{name} {number % 100}")


def _object(schema: dict[str, Any], seed: str, depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return {}
    required = schema.get("required")
    wanted = required if isinstance(required, list) and required else list(properties)
    return {name: instance(properties.get(name), f"{seed}/{name}", name, depth + 1) for name in wanted}


_WORDS = {
    "city": "Paris", "location": "Paris", "place": "Paris", "country": "France", "query": "what was asked",
    "path": "README.md", "file_path": "README.md", "filepath": "README.md", "file": "README.md",
    "command": "echo simulated", "cmd": "echo simulated", "pattern": "*.py", "url": "http://127.0.0.1/",
    "unit": "celsius", "units": "celsius", "date": "2026-11-23", "expression": "2 + 2", "language": "en",
}  # fmt: skip
