"""The thinking and the text in a delta or message, in each of the shapes that servers give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def reasoning_of(delta: Mapping[str, Any]) -> str:
    """The thinking in one delta or message; where it is told twice, once."""
    told = delta.get("reasoning_content") or delta.get("reasoning")
    if told and isinstance(told, str):
        return told
    details = delta.get("reasoning_details")
    return text_of(details) if isinstance(details, list) else ""


def text_of(content: object) -> str:
    """The text of a content, which some gateways send as a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
