"""Reads the thinking and the text of a delta or message, in any of the forms that servers use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def reasoning_of(delta: Mapping[str, Any]) -> str:
    """Return the thinking in one delta or message, once even if it comes in two fields."""
    told = delta.get("reasoning_content") or delta.get("reasoning")
    if told and isinstance(told, str):
        return told
    details = delta.get("reasoning_details")
    return text_of(details) if isinstance(details, list) else ""


def text_of(content: object) -> str:
    """Return the text of a content, which some gateways send as a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
