"""Cleaning replayed history: removes what this route added, and keeps the executor's own reasoning.

A client receives the reasoner's thoughts and the executor's as one stream of reasoning, and replays them as one text.
If both thought, :data:`SEPARATOR` stands between them, and the text after it is exactly the executor's. If only the
reasoner thought, its text is shown without a mark and remembered by its hash. MiniMax, DeepSeek and Kimi need their
own reasoning back between tool rounds, and a provider that signs its thinking gets the signed text back unchanged.
Unsigned thinking blocks, which only this gateway can have made, never reach a provider.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from litellm_minimax.hybrid.asking.conversation import Message
from litellm_minimax.hybrid.handing_over.handover import is_hand_over

SEPARATOR = "\n\n⁂ — handed over to the executor — ⁂\n\n"
"""Separates the reasoner's part from the executor's in the reasoning that a client is shown."""
_MARK = SEPARATOR.strip()
ADVICE = "\n\n⁂ — the reasoning model advises — ⁂\n\n"
"""Precedes advice in the middle of an answer; :data:`SEPARATOR` follows it."""
_TAGGED = re.compile(r"\s*(<(?:mm:)?(think|thinking)>)(.*?)(</(?:mm:)?\2>)", re.DOTALL)


def clean(messages: Sequence[Message], shown: Container[str] = ()) -> list[dict[str, Any]]:
    """Return the messages without what this route added to earlier answers; the given ones are not changed.

    Args:
        messages: the conversation as the client replays it.
        shown: texts of :func:`unseparated` that are known to be the reasoner's.
    """
    own = functools.partial(own_part, shown=shown)
    return [
        _clean(message, own) if message.get("role") == "assistant" else dict(message)
        for message in messages
        if not is_hand_over(message)
    ]


def for_reasoner(messages: Sequence[Message], own: Container[str]) -> list[dict[str, Any]]:
    """Return the messages for a reasoning model that answers by itself, with the reasoning of its own answers only.

    Args:
        messages: the conversation as the client replays it.
        own: texts of :func:`unseparated` that belong to answers of the reasoning model.
    """
    built: list[dict[str, Any]] = []
    for message in messages:
        if is_hand_over(message):
            continue
        texts = _reasoning_texts(message) if message.get("role") == "assistant" else []
        its_own = any(text in own for text in texts)
        built.append(_clean(message, _all if its_own else _none) if texts else dict(message))
    return built


def unseparated(messages: Sequence[Message]) -> list[str]:
    """Return the reasoning texts of earlier answers without a separator, which may be either model's."""
    found: dict[str, None] = {}
    for message in messages:
        if message.get("role") == "assistant":
            found |= dict.fromkeys(text for text in _reasoning_texts(message) if text and _MARK not in text)
    return list(found)


def _all(text: str) -> str:
    return text


def _none(_: str) -> str:
    return ""


def _reasoning_texts(message: Message) -> list[str]:
    texts = [message[name] for name in ("reasoning_content", "reasoning") if isinstance(message.get(name), str)]
    for name, member in (("thinking_blocks", "thinking"), ("reasoning_details", "text")):
        entries = message.get(name)
        if isinstance(entries, list):
            texts.append("".join(str(entry.get(member) or "") for entry in entries if isinstance(entry, Mapping)))
    content = message.get("content")
    pieces = [content] if isinstance(content, str) else content if isinstance(content, list) else []
    for piece in pieces:
        text = piece.get("text") or piece.get("thinking") if isinstance(piece, Mapping) else piece
        if not isinstance(text, str):
            continue
        if isinstance(piece, Mapping) and piece.get("type") in ("thinking", "reasoning"):
            texts.append(text)
        elif tagged := _TAGGED.match(text):
            texts.append(tagged[3])
    return [text.strip() for text in texts]


def own_part(text: str, shown: Container[str] = ()) -> str:
    """Return the executor's own part of a reasoning text."""
    if text.strip() in shown:
        return ""
    if ADVICE.strip() in text:
        return _around_advice(text)
    return text.rpartition(SEPARATOR)[2] if SEPARATOR in text else _trimmed_part(text)


def _around_advice(text: str) -> str:
    """Return the executor's reasoning before, between and after consultations."""
    before, *rest = text.split(ADVICE if ADVICE in text else ADVICE.strip())
    mark = SEPARATOR if SEPARATOR in text else _MARK
    after = (part.rpartition(mark)[2] if mark in part else "" for part in rest)
    return before.rpartition(mark)[2] + "".join(after)


def _trimmed_part(text: str) -> str:
    # Some clients trim the blank lines at the ends of a text.
    before, mark, after = text.rpartition(_MARK)
    return after.lstrip("\n") if mark else before + after


def _clean(message: Message, own: Callable[[str], str]) -> dict[str, Any]:
    cleaned = dict(message)
    unsigned = _clean_blocks(cleaned, own)
    for name in ("reasoning_content", "reasoning"):
        if isinstance(cleaned.get(name), str):
            _keep(cleaned, name, own(cleaned[name]))
    if isinstance(cleaned.get("reasoning_details"), list):
        _keep(cleaned, "reasoning_details", _own_details(cleaned["reasoning_details"], own))
    if unsigned and not any(
        cleaned.get(name) for name in ("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks")
    ):
        cleaned["reasoning_content"] = unsigned
    cleaned["content"] = _clean_content(message.get("content"), own)
    fields = cleaned.get("provider_specific_fields")
    if isinstance(fields, Mapping):
        shown = {"hybrid", "reasoning_content", "thinking_blocks", "reasoning"}
        _keep(cleaned, "provider_specific_fields", {key: value for key, value in fields.items() if key not in shown})
    return cleaned


def _clean_blocks(message: dict[str, Any], own: Callable[[str], str]) -> str:
    """Reduce ``thinking_blocks`` to the signed ones; if there are none, return the executor's text of the others."""
    blocks = message.get("thinking_blocks")
    if not isinstance(blocks, list):
        return ""
    whole = "".join(str(block.get("thinking") or "") for block in blocks if isinstance(block, Mapping))
    signed = [_own_block(block, own) for block in blocks if isinstance(block, Mapping) and _is_signed(block)]
    # Another model's thinking is removed with its signature.
    signed = [block for block in signed if block.get("thinking") or block.get("type") == "redacted_thinking"]
    _keep(message, "thinking_blocks", signed)
    return "" if signed else own(whole)


def _is_signed(block: Mapping[str, Any]) -> bool:
    return bool(block.get("signature")) or block.get("type") == "redacted_thinking"


def _own_block(block: Mapping[str, Any], own: Callable[[str], str]) -> dict[str, Any]:
    text = block.get("thinking")
    return {**block, "thinking": own(text)} if isinstance(text, str) else dict(block)


def _own_details(details: list[Any], own: Callable[[str], str]) -> list[Any]:
    """Return the executor's own part of ``reasoning_details``."""
    whole = "".join(str(detail.get("text") or "") for detail in details if isinstance(detail, Mapping))
    kept = own(whole)
    if kept == whole:
        return details
    return [{**dict(details[0]), "text": kept}] if kept and isinstance(details[0], Mapping) else []


def _clean_content(content: Any, own: Callable[[str], str]) -> Any:
    if isinstance(content, str):
        return _clean_text(content, own)
    if isinstance(content, list):
        parts = (_clean_part(part, own) for part in content)
        return [part for part in parts if part is not None]
    return content


def _clean_text(text: str, own: Callable[[str], str]) -> str:
    """Reduce a tagged thought before the answer's text, as some clients keep it, to the executor's own part."""
    tagged = _TAGGED.match(text)
    if tagged is None:
        return text
    opening, thought, closing = tagged.group(1, 3, 4)
    kept, answer = own(thought), text[tagged.end() :]
    if kept == thought:
        return text
    return f"{opening}{kept}{closing}{answer}" if kept.strip() else answer.lstrip("\n")


def _clean_part(part: Any, own: Callable[[str], str]) -> Any:
    if not isinstance(part, Mapping):
        return part
    match part.get("type"):
        case "text" if isinstance(part.get("text"), str):
            return {**part, "text": _clean_text(part["text"], own)}
        case "thinking":
            return _own_block(part, own) if _is_signed(part) else None
        case "reasoning" if isinstance(part.get("text"), str):
            kept = own(part["text"])
            return {**part, "text": kept} if kept.strip() else None
    return part


def _keep(message: dict[str, Any], name: str, value: Any) -> None:
    if value:
        message[name] = value
    else:
        message.pop(name, None)
