"""The text of a chat message, whether its content is a string or a list of parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Message: TypeAlias = Mapping[str, Any]


def texts_of(content: object) -> list[str]:
    """Return the texts of a message's content, one for each part that has one."""
    if isinstance(content, str):
        return [content]
    if not isinstance(content, Iterable) or isinstance(content, (bytes, Mapping)):
        return []
    texts = (
        part if isinstance(part, str) else part.get("text") for part in content if isinstance(part, (str, Mapping))
    )
    return [text for text in texts if isinstance(text, str)]


def text_of(content: object) -> str:
    """Return the text of a message's content, whether it is a string or a list of parts."""
    return "".join(texts_of(content))


def is_instruction(message: Message) -> bool:
    """Whether a message is a system prompt, with the role ``system`` or ``developer``."""
    return message.get("role") in {"system", "developer"}
