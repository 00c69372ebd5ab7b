"""Content blocks of Anthropic-shaped messages, in the form that MiniMax's Anthropic endpoint accepts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.notes import Notes
from litellm_minimax.wire.outgoing.dialect import Dialect
from litellm_minimax.wire.outgoing.history import EMPTY_MESSAGE
from litellm_minimax.wire.outgoing.pairing import NO_OUTPUT

Block: TypeAlias = dict[str, object]

_MEDIA = {"image": "images", "video": "videos"}


def text_block(text: str) -> Block:
    """A text block."""
    return {"type": "text", "text": text}


def marked(holder: object) -> Block:
    """Return the cache mark of a block, without ``scope``, which only Anthropic's own servers know."""
    mark = holder.get("cache_control") if isinstance(holder, Mapping) else None
    if not isinstance(mark, Mapping):
        return {}
    return {"cache_control": {name: mark[name] for name in ("type", "ttl") if name in mark}}


def assistant_blocks(content: object, where: str, notes: Notes) -> list[Block]:
    """Return the blocks of an assistant message: text, unchanged thinking, and calls. Blank text is left out.

    Raises:
        InvalidRequest: a call without a name or an id.
    """
    made = (_assistant_block(block, path, notes) for block, path in _located(content, where))
    blocks = [block for block in made if block is not None]
    if blocks and all(block["type"] == "thinking" for block in blocks):
        notes.add("a turn that was cut off in its thinking was given a placeholder.", where)
        blocks.append(text_block(EMPTY_MESSAGE))
    return blocks


def user_blocks(content: object, where: str, dialect: Dialect, notes: Notes) -> list[Block]:
    """Return the blocks of a user message: text, results, and images if the model reads them. Blank text is left out.

    Raises:
        InvalidRequest: a part that the model does not accept; the error names its path.
    """
    made = (_user_block(block, path, dialect, notes) for block, path in _located(content, where))
    return [block for block in made if block is not None]


def _located(content: object, where: str) -> list[tuple[Mapping[str, object], str]]:
    if isinstance(content, str):
        return [(text_block(content), where)]
    if content is None:
        return []
    if not isinstance(content, Sequence):
        raise InvalidRequest(where, "content must be text or a list of blocks.")
    located: list[tuple[Mapping[str, object], str]] = []
    for index, item in enumerate(content):
        path = f"{where}[{index}]"
        block = text_block(item) if isinstance(item, str) else item
        if not isinstance(block, Mapping):
            raise InvalidRequest(path, "a content block must be an object with a type.")
        located.append((block, path))
    return located


def _assistant_block(block: Mapping[str, object], path: str, notes: Notes) -> Block | None:
    match block.get("type"):
        case "text":
            return _text(block)
        case "thinking":
            return _thinking(block)
        case "redacted_thinking":
            notes.add("redacted thinking of another vendor was left out: only that vendor can read it.", path)
            return None
        case "tool_use":
            return _call(block, path)
    return _told_as_text(block, path, notes)


def _user_block(block: Mapping[str, object], path: str, dialect: Dialect, notes: Notes) -> Block | None:
    kind = block.get("type")
    match kind:
        case "text":
            return _text(block)
        case "image" | "video":
            return _media(block, path, dialect)
        case "document":
            return _document(block, path, dialect)
        case "tool_result":
            return _result(block, path, dialect, notes)
        case "thinking" | "redacted_thinking":
            return None
    return _told_as_text(block, path, notes)


def _text(block: Mapping[str, object]) -> Block | None:
    text = block.get("text")
    return text_block(text) | marked(block) if isinstance(text, str) and text.strip() else None


def _thinking(block: Mapping[str, object]) -> Block | None:
    thought, signature = block.get("thinking"), block.get("signature")
    if not isinstance(thought, str) or not thought.strip():
        return None
    return {"type": "thinking", "thinking": thought, "signature": signature if isinstance(signature, str) else ""}


def _call(block: Mapping[str, object], path: str) -> Block:
    identity, name, given = block.get("id"), block.get("name"), block.get("input")
    if not isinstance(identity, str) or not identity.strip() or not isinstance(name, str) or not name.strip():
        raise InvalidRequest(path, "a tool_use block must have an id and a name.", "Remove it and its result.")
    return {
        "type": "tool_use",
        "id": identity,
        "name": name,
        "input": given if isinstance(given, Mapping) else {},
        **marked(block),
    }


def _media(block: Mapping[str, object], path: str, dialect: Dialect) -> Block:
    kind = str(block.get("type"))
    if not (dialect.takes_images if kind == "image" else dialect.takes_video):
        raise InvalidRequest(path, f"{dialect.model} takes no {_MEDIA[kind]}: it would not see this part.",
                             "Ask MiniMax-M3 or MiniMax-M3.1-Flash.")  # fmt: skip
    return {"type": kind, "source": block.get("source"), **marked(block)}


def _document(block: Mapping[str, object], path: str, dialect: Dialect) -> Block | None:
    """Return a document's text; a document without text can't be read."""
    source = block.get("source")
    data = source.get("data") if isinstance(source, Mapping) and source.get("type") == "text" else None
    if not isinstance(data, str):
        raise InvalidRequest(path, f"{dialect.model} takes no documents: it would not see this part.",
                             "Send its text instead.")  # fmt: skip
    return _text({"text": data, "cache_control": block.get("cache_control")})


def _result(block: Mapping[str, object], path: str, dialect: Dialect, notes: Notes) -> Block:
    content = block.get("content")
    blocks = user_blocks(content, f"{path}.content", dialect, notes)
    if not blocks:
        notes.add("a blank tool result was given a placeholder.", path)
    told: object = content if isinstance(content, str) and blocks else blocks or NO_OUTPUT
    failed = {"is_error": True} if block.get("is_error") is True else {}
    return {"type": "tool_result", "tool_use_id": block.get("tool_use_id"), "content": told, **failed, **marked(block)}


def _told_as_text(block: Mapping[str, object], path: str, notes: Notes) -> Block:
    """Return a block that MiniMax does not know (search results, server tools) as JSON text: nothing is lost."""
    notes.add("a block that MiniMax does not know was sent as text.", path)
    plain = {name: value for name, value in block.items() if name not in ("cache_control", "encrypted_content")}
    return text_block(json.dumps(plain, ensure_ascii=False, default=str)) | marked(block)
