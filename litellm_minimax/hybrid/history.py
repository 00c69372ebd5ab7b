"""Cleaning replayed history: this route's own traces go, the executor's reasoning stays.

A client gets the reasoner's thoughts and the executor's in one stream of reasoning and replays them as one text. The
route ends the reasoner's part with :data:`SEPARATOR`, so that what follows it is the executor's own, byte for byte,
without anything having to be remembered. MiniMax, DeepSeek and Kimi need their own reasoning back between tool
rounds; a provider that signs its thinking gets the signed text back unchanged. Unsigned thinking blocks, which only
this gateway can have made, never reach a provider.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litellm_minimax.hybrid.conversation import Message
from litellm_minimax.hybrid.handover import is_hand_over

SEPARATOR = "\n\n⁂ — handed over to the executor — ⁂\n\n"
"""Ends the reasoner's part of the reasoning that a client is shown."""
_MARK = SEPARATOR.strip()


def clean(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The messages without what this route added to earlier answers; the client's own objects stay as they are."""
    return [
        _clean(message) if message.get("role") == "assistant" else dict(message)
        for message in messages
        if not is_hand_over(message)
    ]


def own_part(text: str) -> str:
    """The executor's own part of a shown reasoning."""
    return text.rpartition(SEPARATOR)[2] if SEPARATOR in text else _trimmed_part(text)


def _trimmed_part(text: str) -> str:
    # Some clients trim the blank lines at the ends of a text.
    before, mark, after = text.rpartition(_MARK)
    return after.lstrip("\n") if mark else before + after


def _clean(message: Message) -> dict[str, Any]:
    cleaned = dict(message)
    unsigned = _clean_blocks(cleaned)
    for name in ("reasoning_content", "reasoning"):
        if isinstance(cleaned.get(name), str):
            _keep(cleaned, name, own_part(cleaned[name]))
    if isinstance(cleaned.get("reasoning_details"), list):
        _keep(cleaned, "reasoning_details", _own_details(cleaned["reasoning_details"]))
    if unsigned and not any(
        cleaned.get(name) for name in ("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks")
    ):
        cleaned["reasoning_content"] = unsigned
    cleaned["content"] = _clean_content(message.get("content"))
    fields = cleaned.get("provider_specific_fields")
    if isinstance(fields, Mapping):
        shown = {"hybrid", "reasoning_content", "thinking_blocks", "reasoning"}
        _keep(cleaned, "provider_specific_fields", {key: value for key, value in fields.items() if key not in shown})
    return cleaned


def _clean_blocks(message: dict[str, Any]) -> str:
    """Reduce ``thinking_blocks`` to the signed ones; the executor's own text of the others is returned."""
    blocks = message.get("thinking_blocks")
    if not isinstance(blocks, list):
        return ""
    whole = "".join(str(block.get("thinking") or "") for block in blocks if isinstance(block, Mapping))
    signed = [_own_block(block) for block in blocks if isinstance(block, Mapping) and _is_signed(block)]
    _keep(message, "thinking_blocks", signed)
    return "" if signed else own_part(whole)


def _is_signed(block: Mapping[str, Any]) -> bool:
    return bool(block.get("signature")) or block.get("type") == "redacted_thinking"


def _own_block(block: Mapping[str, Any]) -> dict[str, Any]:
    text = block.get("thinking")
    return {**block, "thinking": own_part(text)} if isinstance(text, str) else dict(block)


def _own_details(details: list[Any]) -> list[Any]:
    """The entries after the separator, and the rest of the entry that holds it."""
    whole = "".join(str(detail.get("text") or "") for detail in details if isinstance(detail, Mapping))
    own = own_part(whole)
    if own == whole:
        return details
    return [{**dict(details[0]), "text": own}] if own and isinstance(details[0], Mapping) else []


def _clean_content(content: Any) -> Any:
    if isinstance(content, str):
        # A client that shows reasoning as <think> text keeps it in the answer's text.
        before, mark, after = content.partition(_MARK)
        if mark and before.lstrip().startswith("<think>") and "</think>" in after:
            own, _, answer = after.lstrip("\n").partition("</think>")
            return f"<think>{own}</think>{answer}" if own.strip() else answer.lstrip("\n")
        return content
    if isinstance(content, list):
        return [
            part
            for part in content
            if not (isinstance(part, Mapping) and part.get("type") == "thinking" and not _is_signed(part))
        ]
    return content


def _keep(message: dict[str, Any], name: str, value: Any) -> None:
    if value:
        message[name] = value
    else:
        message.pop(name, None)
