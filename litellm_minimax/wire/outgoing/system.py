"""Builds the one system message from everything a conversation says in that role, in order."""

from __future__ import annotations

from collections.abc import Sequence

from litellm_minimax.wire.outgoing.content import Content, Part

_BREAK = "\n\n"


def folded(parts: list[Part], instructions: Sequence[str]) -> Content:
    """Return all system text in order: one string, or a part up to each cache mark if there are any.

    Args:
        parts: text parts in order.
        instructions: sentences to say at the end, unless the text already has them.
    """
    said = [str(part["text"]) for part in parts]
    added: list[Part] = [{"type": "text", "text": i} for i in instructions if not any(i in text for text in said)]
    pieces: list[list[str]] = []
    marks: list[dict[str, object]] = []
    for part in [*parts, *added]:
        if not pieces or marks[-1]:
            pieces.append([])
            marks.append({})
        pieces[-1].append(str(part["text"]))
        marks[-1] = {key: value for key, value in part.items() if key == "cache_control"}
    texts = [_BREAK.join(several) for several in pieces]
    if not any(marks):
        return "".join(texts)
    # The break belongs to the later part, so that the marked part stays the same when something is added.
    spaced = [text if number == 0 or text.startswith("\n") else _BREAK + text for number, text in enumerate(texts)]
    return [{"type": "text", "text": text, **mark} for text, mark in zip(spaced, marks, strict=True)]
