"""Checks what a client of the proxy sends, before LiteLLM takes it for the operator's or answers it with a 500.

In LiteLLM a request's fields override the configuration's, so a deployment's options are refused in a request. In
addition, a few malformed fields make LiteLLM itself fail before any handler (1.106.2). These are the client's mistake,
and become a 400.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from litellm_minimax.images import CLAIMED
from litellm_minimax.wire.faults import InvalidRequest

_OPERATORS_FIELDS = ("hybrid", "self_hosted", "ssl_verify", "response_format_retries", CLAIMED)
"""``hybrid`` could name members that the operator did not, ``ssl_verify`` could switch off certificate checks. The last
one carries an edit's parameters past LiteLLM, and ``ssl_verify`` could hide in it."""
_OBJECTS = ("headers", "extra_headers")
_SECONDS = ("timeout", "stream_timeout")
_LONGEST_TIMEOUT = 86_400.0


def check(data: Mapping[str, Any]) -> None:
    """Refuse, on any endpoint, fields that a client may not set and fields that would make LiteLLM fail.

    Raises:
        InvalidRequest: naming the field.
    """
    for name in _OPERATORS_FIELDS:
        if name in data:
            raise InvalidRequest(name, "only the proxy's configuration may set this.", "Leave it out.")
    for name in _OBJECTS:
        _check_object(data, name)
    for name in _SECONDS:
        if not _is_seconds(data.get(name)):
            raise InvalidRequest(name, "it must be a number of seconds.")
    if "messages" in data:
        for where, message in _messages(data["messages"]):
            if not isinstance(message.get("content"), str | list | None):
                raise InvalidRequest(f"{where}.content", "it must be a text or a list of parts.")


def check_format(data: Mapping[str, Any]) -> None:
    """Check that ``response_format`` is an object for text answers; images, speech and transcripts have a word there.

    Raises:
        InvalidRequest: naming the field.
    """
    _check_object(data, "response_format")


def check_chat(data: Mapping[str, Any], part_types: Iterable[str] | None = None) -> None:
    """Refuse what would make the chat endpoints fail; other endpoints and other providers have other formats.

    Args:
        data: the request's fields, which :func:`check` has passed.
        part_types: types of content parts that LiteLLM takes from a user on this endpoint; any if ``None``.

    Raises:
        InvalidRequest: naming the field.
    """
    for name in ("thinking", "reasoning"):
        _check_object(data, name)
    if not isinstance(data.get("stream"), bool | None):
        raise InvalidRequest("stream", "it must be true or false.")
    if not isinstance(data.get("tool_choice"), str | Mapping | None):
        raise InvalidRequest("tool_choice", "it must be a text or an object.")
    _check_thinking(data)
    metadata = data.get("metadata")
    if isinstance(metadata, Mapping) and not isinstance(metadata.get("user_id"), str | None):
        raise InvalidRequest("metadata.user_id", "it must be a text.")
    types = None if part_types is None else frozenset(part_types)
    messages = data.get("messages")
    # The messages may come from a prompt that is stored in LiteLLM.
    if messages == [] and "prompt_id" not in data:
        raise InvalidRequest("messages", "it must have at least one message.")
    for where, message in _messages(messages or []):
        if not isinstance(message.get("role"), str):
            raise InvalidRequest(f"{where}.role", "it must be a text, such as user.")
        if not isinstance(message.get("tool_calls"), list | None):
            raise InvalidRequest(f"{where}.tool_calls", "it must be a list.")
        if message["role"] == "user" and isinstance(message.get("content"), list):
            _check_parts(message["content"], where, types)


def check_input(items: object) -> None:
    """Check the ``input`` of ``/v1/responses``.

    Raises:
        InvalidRequest: naming the item.
    """
    if not isinstance(items, str | list | None):
        raise InvalidRequest("input", "it must be a text or a list of items.")
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, Mapping):
            raise InvalidRequest(f"input[{index}]", "it must be an object.")
        content = item.get("content")
        if not isinstance(content, str | list | None) or not _are_objects(content):
            raise InvalidRequest(f"input[{index}].content", "it must be a text or a list of parts.")


def _check_thinking(data: Mapping[str, Any]) -> None:
    effort = data.get("reasoning_effort")
    if not isinstance(effort, str | Mapping | None):
        raise InvalidRequest("reasoning_effort", "it must be a text or an object.")
    for name, holder in (("reasoning_effort", effort), ("reasoning", data.get("reasoning"))):
        if isinstance(holder, Mapping) and not isinstance(holder.get("effort"), str | None):
            raise InvalidRequest(f"{name}.effort", "it must be a text.")
    thinking = data.get("thinking") or {}
    if not isinstance(thinking.get("budget_tokens"), int | None):
        raise InvalidRequest("thinking.budget_tokens", "it must be a whole number.")


def _messages(messages: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each message with its path."""
    if not isinstance(messages, list):
        raise InvalidRequest("messages", "it must be a list.")
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        if not isinstance(message, Mapping):
            raise InvalidRequest(where, "it must be an object.")
        yield where, message


def _check_object(data: Mapping[str, Any], name: str) -> None:
    if not isinstance(data.get(name), Mapping | None):
        raise InvalidRequest(name, "it must be an object.")


def _check_parts(parts: list[Any], where: str, types: frozenset[str] | None) -> None:
    for index, part in enumerate(parts):
        kind = part.get("type") if isinstance(part, Mapping) else None
        known = isinstance(kind, str) and (types is None or kind in types)
        if not known or (kind == "image_url" and not part.get("image_url")):
            raise InvalidRequest(
                f"{where}.content[{index}]",
                "it is not a part that a user message can have.",
                "Set its type, such as text, and the fields of that type.",
            )


def _are_objects(content: str | list[Any] | None) -> bool:
    return not isinstance(content, list) or all(isinstance(part, Mapping) for part in content)


def _is_seconds(value: object) -> bool:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return False
    return value is None or (isinstance(value, int | float) and 0 < value <= _LONGEST_TIMEOUT)
