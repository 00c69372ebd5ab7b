"""What a client of the proxy may send: checked before LiteLLM takes it for the operator's, or answers it with a 500.

LiteLLM lets a request's fields win over the configuration's, so a deployment's options are refused in a request. And a
few shapes make LiteLLM itself fail on its way to any handler (1.106.2): they are the client's mistake, and a 400.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from litellm_minimax.wire.faults import InvalidRequest

_OPERATORS_FIELDS = ("hybrid", "self_hosted", "ssl_verify")
"""``hybrid`` could name members that the operator did not, ``ssl_verify`` switch off the check of who is asked."""
_OBJECTS = ("headers", "extra_headers", "response_format")
_SECONDS = ("timeout", "stream_timeout")
_LONGEST_TIMEOUT = 86_400.0


def check(data: Mapping[str, Any], part_types: Iterable[str] | None = None) -> None:
    """Refuse what a client may not set, and what LiteLLM would stumble over.

    Args:
        data: the request's fields.
        part_types: types of content parts that LiteLLM takes from a user on this door; any if ``None``.

    Raises:
        InvalidRequest: naming the field.
    """
    for name in _OPERATORS_FIELDS:
        if name in data:
            raise InvalidRequest(name, "only the proxy's configuration may set this.", "Leave it out.")
    for name in _OBJECTS:
        if not isinstance(data.get(name), Mapping | None):
            raise InvalidRequest(name, "it must be an object.")
    for name in _SECONDS:
        if not _is_seconds(data.get(name)):
            raise InvalidRequest(name, "it must be a number of seconds.")
    if "messages" in data:
        _check_messages(data["messages"], part_types)


def _check_messages(messages: object, part_types: Iterable[str] | None) -> None:
    if not isinstance(messages, list):
        raise InvalidRequest("messages", "it must be a list.")
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        if not isinstance(message, Mapping):
            raise InvalidRequest(where, "it must be an object.")
        content = message.get("content")
        if not isinstance(content, str | list | None):
            raise InvalidRequest(f"{where}.content", "it must be a text or a list of parts.")
        if isinstance(content, list) and message.get("role") == "user" and part_types is not None:
            _check_parts(content, where, frozenset(part_types))


def _check_parts(parts: list[Any], where: str, types: frozenset[str]) -> None:
    for index, part in enumerate(parts):
        if not isinstance(part, Mapping) or not isinstance(part.get("type"), str) or part["type"] not in types:
            raise InvalidRequest(
                f"{where}.content[{index}]",
                "it is no part that a user message can have.",
                "Set its type, such as text.",
            )


def _is_seconds(value: object) -> bool:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return False
    return value is None or (isinstance(value, int | float) and 0 < value <= _LONGEST_TIMEOUT)
