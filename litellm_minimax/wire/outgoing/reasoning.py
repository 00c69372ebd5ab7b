"""Finds the reasoning of an earlier turn, in any of the forms in which clients keep it.

Clients keep a turn's thinking as our own ``reasoning_details``, as ``reasoning_content`` (most OpenAI
clients), as ``thinking_blocks`` (LiteLLM's Messages API), inside ``provider_specific_fields``, as content
parts, or as the ``<think>`` text that MiniMax sends without ``reasoning_split``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_OPENING = re.compile(r"\s*<(?:mm:)?think>")
_CLOSING = re.compile(r"</(?:mm:)?think>")
_HOLDING = frozenset(
    {"provider_specific_fields", "reasoning_details", "reasoning_content", "reasoning", "thinking_blocks"}
)
_THINKING_PARTS = frozenset({"thinking", "redacted_thinking", "reasoning"})


@dataclass(frozen=True, slots=True)
class Thought:
    """One turn's reasoning.

    Attributes:
        texts: its pieces in order, without blank ones.
        details: ``reasoning_details`` exactly as MiniMax sent them, if the client kept them.
    """

    texts: tuple[str, ...]
    details: tuple[Mapping[str, object], ...] = ()

    @property
    def text(self) -> str:
        """The whole reasoning."""
        return "".join(self.texts)

    def reasoning_details(self) -> list[dict[str, object]]:
        """Return the form that MiniMax takes back: unchanged if it came from MiniMax, else in the same shape."""
        if self.details:
            return [dict(detail) for detail in self.details]
        return [
            {
                "type": "reasoning.text",
                "id": f"reasoning-text-{number}",
                "format": "MiniMax-response-v1",
                "index": number - 1,
                "text": text,
            }
            for number, text in enumerate(self.texts, 1)
        ]


def is_thinking_part(part: Mapping[str, object]) -> bool:
    """Whether a content part is a piece of thinking rather than of the answer."""
    kind = part.get("type")
    return isinstance(kind, str) and kind in _THINKING_PARTS


def split_head(content: str) -> tuple[str | None, str]:
    r"""Return a closed ``<think>`` block at the start of ``content``, and the text after it.

    An unclosed block stays in the text, because it is unknown where its thought would end.

    >>> split_head("<think>\nWhy?\n</think>\n\nBecause.")
    ('Why?', 'Because.')
    """
    opening = _OPENING.match(content)
    closing = _CLOSING.search(content, opening.end()) if opening else None
    if opening is None or closing is None:
        return None, content
    return content[opening.end() : closing.start()].strip(), content[closing.end() :].lstrip()


def kept_thought(message: Mapping[str, object]) -> Thought | None:
    """Return the reasoning in a message's fields and parts (not in its text), from the most faithful form present."""
    if _HOLDING.isdisjoint(message) and isinstance(message.get("content"), str | None):
        return None  # true of nearly every turn of a long history, and trying all forms is the costly part
    fields = _mapping(message.get("provider_specific_fields"))
    holders = (message, _mapping(fields.get("minimax")), fields)
    for holder in holders:
        if thought := _from_details(holder.get("reasoning_details")):
            return thought
    for holder in holders:
        for key in ("reasoning_content", "reasoning"):
            if thought := _from_texts([holder.get(key)]):
                return thought
    for blocks in (message.get("thinking_blocks"), message.get("content")):
        if thought := _from_texts([_part_text(part) for part in _thinking_parts(blocks)]):
            return thought
    return None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _from_details(value: object) -> Thought | None:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    details = tuple(d for d in value if isinstance(d, Mapping) and _is_text(d.get("text")))
    return Thought(tuple(str(d["text"]) for d in details), details) if details else None


def _from_texts(values: Sequence[object]) -> Thought | None:
    texts = tuple(value for value in values if isinstance(value, str) and value.strip())
    return Thought(texts) if texts else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _thinking_parts(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [part for part in value if isinstance(part, Mapping) and is_thinking_part(part)]


def _part_text(part: Mapping[str, object]) -> object:
    return part.get("thinking") or part.get("text") or part.get("reasoning")
