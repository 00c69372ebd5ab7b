"""Puts the executor's message up to a consultation together from the chunks of its stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from litellm_minimax.hybrid.consulting.calls_apart import HiddenCall


def message(chunks: Iterable[Any], name: str, hidden: Sequence[HiddenCall]) -> dict[str, Any]:
    """Return the message: its text, its thinking and its calls of the hidden tool.

    LiteLLM's own ``stream_chunk_builder`` takes milliseconds, in which the consultation waits, and prints a list of
    providers for the executor's bare name (seen on 1.108.7).

    Args:
        chunks: the executor's chunks.
        name: the hidden tool's name.
        hidden: the calls of the hidden tool.
    """
    text: list[str] = []
    thinking: list[str] = []
    pieces: list[Any] = []
    for delta in (choice.delta for chunk in chunks for choice in chunk.choices or ()):
        text.append(delta.content or "")
        thinking.append(getattr(delta, "reasoning_content", None) or "")
        pieces += getattr(delta, "thinking_blocks", None) or ()
    built: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(text) or None,
        "tool_calls": [
            {"id": call.id, "type": "function", "function": {"name": name, "arguments": call.arguments or "{}"}}
            for call in hidden
        ],
    }
    if any(thinking):
        built["reasoning_content"] = "".join(thinking)
    blocks = _blocks(pieces)
    if blocks:
        built["thinking_blocks"] = blocks
    return built


def _blocks(pieces: Iterable[Any]) -> list[dict[str, Any]]:
    """Return whole thinking blocks; one without a signature is left out, because its provider would refuse it."""
    blocks: list[dict[str, Any]] = []
    thinking: list[str] = []
    for piece in pieces:
        if piece.get("type") == "redacted_thinking":
            thinking.clear()
            if piece.get("data"):
                blocks.append({"type": "redacted_thinking", "data": piece["data"]})
            continue
        thinking.append(piece.get("thinking") or "")
        if piece.get("signature"):
            blocks.append({"type": "thinking", "thinking": "".join(thinking), "signature": piece["signature"]})
            thinking.clear()
    return blocks
