"""Reads a body that must be one JSON object, and explains what else it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litellm_minimax.wire.faults import ProtocolFault
from litellm_minimax.wire.json_text import loads


def json_object(body: bytes, what: str) -> Mapping[str, Any]:
    """Return the object in a body.

    Args:
        body: the whole body.
        what: what was asked for, for the error message, such as ``an image call``.

    Raises:
        ProtocolFault: the body is empty, a web page, cut off, or another kind of JSON.
    """
    text = body.strip()
    if not text:
        raise ProtocolFault(f"the answer to {what} is empty.", truncated=True)
    if text[:1] == b"<":
        raise ProtocolFault(f"the answer to {what} is a web page: another server is in between, or api_base is wrong.")
    try:
        value = loads(text)
    except ValueError:
        raise ProtocolFault(f"the answer to {what} is not JSON, or breaks off.", truncated=True) from None
    if not isinstance(value, Mapping):
        raise ProtocolFault(f"the answer to {what} is JSON, but not an object.")
    return value
