"""Reads tool calls in all forms that clients send: OpenAI's, older ``function_call``, custom tools, flat entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.outgoing.arguments import canonical_arguments


def call_entries(message: Mapping[str, object], where: str) -> list[tuple[str, object]]:
    """Return the calls of an assistant message, each with its path.

    Raises:
        InvalidRequest: ``tool_calls`` is not a list.
    """
    entries = message.get("tool_calls")
    if entries is not None and (not isinstance(entries, Sequence) or isinstance(entries, str)):
        raise InvalidRequest(f"{where}.tool_calls", "tool_calls must be a list.")
    located = [(f"{where}.tool_calls[{number}]", entry) for number, entry in enumerate(entries or ())]
    if not located and message.get("function_call") is not None:
        return [(f"{where}.function_call", {"function": message["function_call"]})]
    return located


def call_fields(entry: object, path: str) -> tuple[str, str, object]:
    """Return the id (empty if there is none), the function's name, and the arguments as the client sent them.

    Raises:
        InvalidRequest: the call names no function.
    """
    call = entry if isinstance(entry, Mapping) else {}
    function = call.get("function") or call.get("custom") or call
    name = function.get("name") if isinstance(function, Mapping) else None
    if not isinstance(name, str) or not name.strip():
        raise InvalidRequest(path, "a tool call must name its function.", "Remove the call and its result.")
    arguments = function.get("arguments")
    if arguments is None and "input" in function:
        arguments = {"input": function["input"]}
    return identifier(call.get("id")), name, arguments


def readable_calls(message: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """Return ids, names and arguments of a turn's calls; calls that can't be read are left out."""
    try:
        fields = [call_fields(entry, path) for path, entry in call_entries(message, "")]
    except InvalidRequest:
        return []
    return [(call_id, name, canonical_arguments(arguments)) for call_id, name, arguments in fields]


def identifier(value: object) -> str:
    """Return an id as text, byte for byte; empty if there is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.strip() else ""
