"""Reads ``response_format`` and asks for it in the prompt, because MiniMax accepts it but does not enforce it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.options import ResponseFormat
from litellm_minimax.wire.outgoing.arguments import json_text

RETRIES = "response_format_retries"
"""A deployment's option: how often to ask again when a whole answer does not have the requested format."""
_MOST_RETRIES = 5
_WHERE = "response_format"
_LONGEST_SCHEMA: Final = 256 * 1024
_ONLY_JSON = "Answer with one JSON {noun} and nothing else: no Markdown fence, no text before or after it."


def read_response_format(value: object) -> ResponseFormat | None:
    """Return what a caller's ``response_format`` asks for; ``None`` for plain text.

    Raises:
        InvalidRequest: an unknown type, a ``json_schema`` without a schema, or a schema that is not one.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise InvalidRequest(_WHERE, "it must be an object with a type.")
    match value.get("type"):
        case "text":
            return None
        case "json_object":
            return ResponseFormat("json_object")
        case "json_schema":
            return ResponseFormat("json_schema", _checked_schema(value))
        case other:
            raise InvalidRequest(_WHERE, f"type {other!r} is unknown.", "Use text, json_object or json_schema.")


def read_retries(value: object) -> int:
    """Return how often to ask again; the default is once.

    Raises:
        InvalidRequest: the value is not a small whole number.
    """
    if value is None:
        return 1
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_RETRIES:
        raise InvalidRequest(RETRIES, f"it must be a whole number from 0 to {_MOST_RETRIES}.")
    return value


def format_instruction(wanted: ResponseFormat) -> str:
    """Return the sentence that asks for the format. It never varies for the same format, so that prompt caches hold."""
    if wanted.schema is None:
        return _ONLY_JSON.format(noun="object")
    return f"{_ONLY_JSON.format(noun='value')} It must match this JSON schema:\n{json_text(wanted.schema, _WHERE)}"


def _checked_schema(value: Mapping[str, object]) -> Mapping[str, object]:
    holder = value.get("json_schema")
    schema = holder.get("schema") if isinstance(holder, Mapping) else None
    where = f"{_WHERE}.json_schema.schema"
    if not isinstance(schema, Mapping):
        raise InvalidRequest(where, "there is no schema.", "Give the JSON schema as an object.")
    text = json_text(schema, where)
    if len(text) > _LONGEST_SCHEMA:
        raise InvalidRequest(where, f"the schema is longer than {_LONGEST_SCHEMA} characters.")
    plain = json.loads(text)
    if not isinstance(plain.get("$schema", ""), str):
        raise InvalidRequest(where, "$schema must be a string.")
    # jsonschema takes longer to import than all of this package, and few requests bring a schema.
    from litellm_minimax.wire.schema_check import not_a_schema

    try:
        problem = not_a_schema(plain)
    except RecursionError as error:
        raise InvalidRequest(where, "the schema is nested too deeply.") from error
    if problem:
        raise InvalidRequest(where, f"this is not a JSON schema: {problem[:200]}.")
    if foreign := _foreign_reference(plain):
        raise InvalidRequest(where, f"$ref {foreign[:100]!r} points outside the schema.", "Inline it under $defs.")
    return plain


def _foreign_reference(schema: object) -> str | None:
    pending = [schema]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and not reference.startswith("#"):
                return reference
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return None
