"""Finds the value that a piece of tool-call markup means, by the tool's JSON schema.

Markup has no types: ``<parameter name="n">3</parameter>`` is the number 3 or the text "3", and only the schema knows.
What the schema leaves open is read as JSON if it is valid JSON, and as text otherwise. Nothing here raises.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, object]

_DEEPEST = 32
_NUMBER_DIGITS = 400
_ZEROS_IN_FRONT = re.compile(r"(-?)0++(\d[\d.eE+-]*+)")
_ANY = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})


def property_schema(schema: Schema | None, name: str) -> Schema | None:
    """Return one argument's schema: ``None`` for an unknown tool, text for an argument that the tool does not have."""
    if schema is None:
        return None
    properties = _mapping(resolved(schema, schema).get("properties"))
    if name in properties:
        return _mapping(properties[name])
    extra = schema.get("additionalProperties")
    if isinstance(extra, Mapping):
        return extra
    return {"type": "string"} if properties else None


def resolved(schema: Schema, root: Schema) -> Schema:
    """Return the schema that a local ``$ref`` points to."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        target: object = root
        for step in reference[2:].split("/"):
            target = _mapping(target).get(step.replace("~1", "/").replace("~0", "~"))
        schema = _mapping(target)
    return {}


def types_of(schema: Schema | None, root: Schema, depth: int = 0) -> frozenset[str]:
    """Return the JSON types that a schema allows; all of them if it does not say."""
    if schema is None or depth > _DEEPEST:
        return _ANY
    schema = resolved(schema, root)
    told = schema.get("type")
    if isinstance(told, str):
        return frozenset({told}) | _nullable(schema)
    if isinstance(told, list):
        return frozenset(kind for kind in told if isinstance(kind, str)) | _nullable(schema)
    for word in ("anyOf", "oneOf"):
        branches = schema.get(word)
        if isinstance(branches, list) and branches:
            kinds = [types_of(_mapping(branch), root, depth + 1) for branch in branches]
            return frozenset().union(*kinds) | _nullable(schema)
    values = [*_list(schema.get("enum")), *([schema["const"]] if "const" in schema else [])]
    if values:
        return frozenset(_type_of(value) for value in values)
    if "properties" in schema:
        return frozenset({"object"})
    if "items" in schema:
        return frozenset({"array"})
    branches = schema.get("allOf")
    if isinstance(branches, list) and branches:
        kinds = [types_of(_mapping(branch), root, depth + 1) for branch in branches]
        return frozenset.intersection(*kinds) or _ANY
    return _ANY


def is_text(schema: Schema | None, root: Schema) -> bool:
    """Whether an argument is certainly text, so that it can be streamed before its end has come."""
    return schema is not None and types_of(schema, root) == {"string"} and not _list(resolved(schema, root).get("enum"))


def value_of(text: str, schema: Schema | None, root: Schema) -> Any:
    r"""Return the value of ``text``. Text stays the same byte for byte; other types lose the white space around them.

    >>> value_of("3", {"type": "string"}, {}), value_of(" 3\n", {"type": ["integer", "null"]}, {})
    ('3', 3)
    >>> value_of("null", {"type": ["string", "null"]}, {}), value_of("/tmp/foo", {"type": ["string", "null"]}, {})
    (None, '/tmp/foo')
    """
    kinds = types_of(schema, root)
    bare = text.strip()
    members = _list(resolved(schema, root).get("enum")) if schema is not None else []
    for known in members:
        if bare == (known if isinstance(known, str) else json.dumps(known)):
            return known
    alike = [known for known in members if isinstance(known, str) and known.lower() == bare.lower()]
    if len(alike) == 1:
        return alike[0]
    if "null" in kinds and bare.lower() in {"null", "none"} and schema is not None:
        return None
    if "boolean" in kinds and bare.lower() in {"true", "false"} and not ("string" in kinds and kinds != _ANY):
        return bare.lower() == "true"
    if kinds == {"boolean"} and bare in {"1", "0"}:
        return bare == "1"
    if kinds & {"integer", "number"}:
        number = _number(bare, kinds)
        if number is not None:
            return number
    if kinds & {"object", "array"}:
        found = _structure(bare, kinds)
        if found is not None:
            return found
    if kinds == _ANY:
        return _json(bare, text)
    return text


def item_schema(schema: Schema | None, root: Schema) -> Schema | None:
    """Return the schema of an array's items."""
    found = _branch(schema, root, "items")
    return _mapping(found["items"]) if found is not None else None


def member_schema(schema: Schema | None, root: Schema, name: str) -> Schema | None:
    """Return the schema of an object's member."""
    found = _branch(schema, root, "properties")
    members = _mapping(found["properties"]) if found is not None else {}
    return _mapping(members[name]) if name in members else None


def _branch(schema: Schema | None, root: Schema, word: str, depth: int = 0) -> Schema | None:
    if schema is None or depth > _DEEPEST:
        return None
    schema = resolved(schema, root)
    if isinstance(schema.get(word), Mapping):
        return schema
    for group in ("anyOf", "oneOf", "allOf"):
        for branch in _list(schema.get(group)):
            found = _branch(_mapping(branch), root, word, depth + 1)
            if found is not None:
                return found
    return None


def _number(bare: str, kinds: frozenset[str]) -> int | float | None:
    if len(bare) > _NUMBER_DIGITS:
        return None
    if zeros := _ZEROS_IN_FRONT.fullmatch(bare):
        bare = zeros[1] + zeros[2]
    try:
        value = json.loads(bare, parse_float=_finite, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float):
        if "number" not in kinds and not value.is_integer():
            return None
        return int(value) if value.is_integer() and "integer" in kinds and "number" not in kinds else value
    return value


def _finite(digits: str) -> float:
    """Read a number, but not one that overflows: it would be written as ``Infinity``, which is not JSON."""
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(digits)
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _structure(bare: str, kinds: frozenset[str]) -> Any:
    """Read an object or an array: as JSON, or as the Python literal that models sometimes write instead."""
    if not bare or bare[0] not in "{[":
        return None
    value = _json(bare, None)
    if value is None and len(bare) < 100_000:
        try:
            value = ast.literal_eval(bare)
            json.dumps(value, allow_nan=False)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return None
    if isinstance(value, dict):
        return value if "object" in kinds else None
    return value if isinstance(value, list) and "array" in kinds else None


def _json(bare: str, otherwise: Any) -> Any:
    try:
        return json.loads(bare, parse_float=_finite, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return otherwise


def _nullable(schema: Schema) -> frozenset[str]:
    return frozenset({"null"}) if schema.get("nullable") is True else frozenset()


def _type_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int():
            return "integer"
        case float():
            return "number"
        case list():
            return "array"
    return "object"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
