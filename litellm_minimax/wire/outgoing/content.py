"""Turns the content of messages into what MiniMax accepts: text or parts, from the many forms that clients send.

MiniMax takes a string or a list of ``text``, ``image_url`` and ``video_url`` parts. It refuses blank content
(2013, ``chat content is empty``), and a text-only model silently drops images. A part that the model would not see is
therefore refused here; the error names its path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.outgoing.arguments import json_text
from litellm_minimax.wire.outgoing.dialect import Dialect
from litellm_minimax.wire.outgoing.reasoning import is_thinking_part

Part: TypeAlias = dict[str, object]
Content: TypeAlias = "str | list[Part]"

_TEXT_TYPES = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}
_MEDIA_TYPES = {
    "image_url": "image_url",
    "input_image": "image_url",
    "image": "image_url",
    "video_url": "video_url",
    "input_video": "video_url",
}
_PART_TYPES = _TEXT_TYPES.keys() | _MEDIA_TYPES.keys()
_MEDIA_KEYS = {
    "image_url": ("detail", "max_long_side_pixel"),
    "video_url": ("detail", "fps", "max_long_side_pixel"),
}
_MEDIA_SCHEMES = ("http://", "https://", "data:", "mm_file://")


def parts_of(content: object, where: str, dialect: Dialect) -> list[Part]:
    """Return the parts of a user message or a tool result; a string is one text part. Blank text is left out.

    Raises:
        InvalidRequest: a part that the model does not accept; the error names its path.
    """
    return [part for part, _ in _located_parts(content, where, dialect)]


def text_parts_of(content: object, where: str, dialect: Dialect, role: str) -> list[Part]:
    """Return the parts of a message that can hold only text (``system``, ``assistant``).

    Raises:
        InvalidRequest: a part that is not text.
    """
    located = _located_parts(content, where, dialect)
    for part, path in located:
        if part["type"] != "text":
            raise InvalidRequest(path, f"a {role} message can't hold a part of type {part['type']!r}.")
    return [part for part, _ in located]


def result_parts_of(content: object, where: str, dialect: Dialect) -> list[Part]:
    """Return the parts of a tool result. Any JSON is allowed there: what is not a part becomes JSON text."""
    items = content if isinstance(content, Sequence) and not isinstance(content, str) else [content]
    if content is None or isinstance(content, str) or not any(_looks_like_part(item) for item in items):
        odd = content is not None and not isinstance(content, str) and content != []
        return parts_of(json_text(content, where) if odd else content, where, dialect)
    return parts_of([item if _looks_like_part(item) else json_text(item, where) for item in items], where, dialect)


def settled(parts: list[Part], original: object) -> Content:
    """Return ``parts`` in the form they are sent in: a string if the caller sent a string, else the list."""
    if isinstance(original, str) and len(parts) == 1:
        return str(parts[0]["text"])
    return parts


def plain_text(content: object) -> str:
    """Return all text of a message's content, whatever its form; never raises. For comparing, not for sending."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    texts = [part.get("text") for part in content if isinstance(part, Mapping) and not is_thinking_part(part)]
    return "".join(text for text in texts if isinstance(text, str))


def cache_control_of(holder: Mapping[str, object], dialect: Dialect) -> dict[str, object]:
    """Return ``{"cache_control": …}`` if the message, part or tool has a mark that the server honours, else ``{}``."""
    mark = holder.get("cache_control")
    return {"cache_control": dict(mark)} if isinstance(mark, Mapping) and dialect.keeps_cache_control else {}


def _located_parts(content: object, where: str, dialect: Dialect) -> list[tuple[Part, str]]:
    if content is None:
        return []
    if isinstance(content, str):
        return [({"type": "text", "text": content}, where)] if content.strip() else []
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, Sequence):
        raise InvalidRequest(where, "content must be text or a list of parts.")
    located = []
    for index, item in enumerate(content):
        path = f"{where}[{index}]"
        if (part := _part(item, path, dialect)) is not None:
            located.append((part, path))
    return located


def _looks_like_part(item: object) -> bool:
    return isinstance(item, str) or (isinstance(item, Mapping) and _kind(item) in _PART_TYPES)


def _kind(part: Mapping[str, object]) -> str:
    kind = part.get("type")
    if kind is None:
        kind = next((key for key in ("text", "image_url", "video_url") if key in part), None)
    return str(kind)


def _part(item: object, path: str, dialect: Dialect) -> Part | None:
    if isinstance(item, str):
        item = {"type": "text", "text": item}
    if not isinstance(item, Mapping):
        raise InvalidRequest(path, "a content part must be an object with a type.")
    kind = _kind(item)
    if kind in _TEXT_TYPES:
        return _text_part(item, item.get(_TEXT_TYPES[kind]), path, dialect)
    if kind in _MEDIA_TYPES:
        return _media_part(item, kind, path, dialect)
    if is_thinking_part(item):
        return None
    raise InvalidRequest(path, f"{dialect.model} can't be given a part of type {kind!r}.", "Send text instead.")


def _text_part(item: Mapping[str, object], text: object, path: str, dialect: Dialect) -> Part | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise InvalidRequest(path, "the text of a part must be a string.")
    return {"type": "text", "text": text, **cache_control_of(item, dialect)} if text.strip() else None


def _media_part(item: Mapping[str, object], kind: str, path: str, dialect: Dialect) -> Part:
    wire_kind = _MEDIA_TYPES[kind]
    takes, noun = (dialect.takes_images, "images") if wire_kind == "image_url" else (dialect.takes_video, "videos")
    if not takes:
        raise InvalidRequest(path, f"{dialect.model} takes no {noun}: it would not see this part.",
                             "Ask MiniMax-M3 or MiniMax-M3.1-Flash.")  # fmt: skip
    given = _anthropic_source(item) if kind == "image" else item.get(wire_kind)
    media = given if isinstance(given, Mapping) else {**item, "url": given}
    url = media.get("url")
    if not isinstance(url, str) or not url.strip():
        raise InvalidRequest(path, "the part has no url.", "Give an http(s) or a data: URL.")
    if dialect.minimax_host and not url.lower().startswith(_MEDIA_SCHEMES):
        raise InvalidRequest(path, "the url must begin with http://, https://, data: or mm_file://.")
    extras = {key: media[key] for key in _MEDIA_KEYS[wire_kind] if media.get(key) not in (None, "auto")}
    return {"type": wire_kind, wire_kind: {"url": url, **extras}, **cache_control_of(item, dialect)}


def _anthropic_source(item: Mapping[str, object]) -> object:
    source = item.get("source")
    if isinstance(source, Mapping) and source.get("type") == "base64":
        return f"data:{source.get('media_type')};base64,{source.get('data')}"
    return source.get("url") if isinstance(source, Mapping) else None
