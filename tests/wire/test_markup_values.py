"""What an untyped piece of markup means, by the tool's schema."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litellm_minimax.wire.markup.markup_values import (
    is_text,
    item_schema,
    member_schema,
    property_schema,
    types_of,
    value_of,
)

STRING, INTEGER, NUMBER, BOOLEAN = ({"type": kind} for kind in ("string", "integer", "number", "boolean"))
OBJECT, ARRAY = {"type": "object"}, {"type": "array"}
ROOT = {"$defs": {"n": INTEGER, "a/b": BOOLEAN, "loop": {"$ref": "#/$defs/loop"}}}


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("3", STRING, "3"),
        (" null\n", STRING, " null\n"),
        ("3", INTEGER, 3),
        ("3.0", INTEGER, 3),
        ("3.5", INTEGER, "3.5"),
        ("3.0", NUMBER, 3.0),
        ("3", NUMBER, 3),
        ("three", INTEGER, "three"),
        ("true", INTEGER, "true"),
        ("1e999", NUMBER, "1e999"),
        ("NaN", NUMBER, "NaN"),
        ("9" * 500, INTEGER, "9" * 500),
        ("[" * 300, NUMBER, "[" * 300),
        ("True", BOOLEAN, True),
        ("1", BOOLEAN, True),
        ("0", BOOLEAN, False),
        ("yes", BOOLEAN, "yes"),
        ("true", {"type": ["string", "boolean"]}, "true"),
        ("null", {"type": "integer", "nullable": True}, None),
        ("None", {"anyOf": [STRING, {"type": "null"}]}, None),
        ("/tmp/foo", {"oneOf": [STRING, {"type": "null"}]}, "/tmp/foo"),
        ("5", {"anyOf": [INTEGER, {"type": "null"}]}, 5),
        ('{"a": 1}', OBJECT, {"a": 1}),
        ("{'a': True}", OBJECT, {"a": True}),
        ("{'a'}", OBJECT, "{'a'}"),
        ("{'a': 1", OBJECT, "{'a': 1"),
        ("{'a': 1e999}", OBJECT, "{'a': 1e999}"),
        ("{" + "'a'," * 40_000, OBJECT, "{" + "'a'," * 40_000),
        ("[1]", OBJECT, "[1]"),
        ('{"a": 1}', ARRAY, '{"a": 1}'),
        ("[1, 2]", ARRAY, [1, 2]),
        ("no", ARRAY, "no"),
        ("", ARRAY, ""),
        ("2", {"enum": ["1", "2"]}, "2"),
        ("2", {"enum": [1, 2]}, 2),
        ("null", {"enum": ["a", None]}, None),
        ("b", {"enum": ["a"]}, "b"),
        ("5", {"const": 5}, 5),
        ("5.5", {"const": 1.5}, 5.5),
        ("true", {"const": False}, True),
        ("[1]", {"const": [2]}, [1]),
        ('{"a": 1}', {"const": {}}, {"a": 1}),
        ("5", {"allOf": [{"type": ["integer", "string"]}, INTEGER]}, 5),
        ("5", {"allOf": [STRING, INTEGER]}, 5),
        ('{"a": 1}', {"properties": {}}, {"a": 1}),
        ("[1]", {"items": {}}, [1]),
        ("5", {"$ref": "#/$defs/n"}, 5),
        ("1", {"$ref": "#/$defs/a~1b"}, True),
        ("5", {"$ref": "#/$defs/loop"}, 5),
        ("5", {"$ref": "elsewhere"}, 5),
        ("5", {"$ref": "#/nowhere"}, 5),
        ("5", None, 5),
        ("null", None, None),
        ("five", None, "five"),
        (" five ", {}, " five "),
        ("[1e999]", None, "[1e999]"),
        ("[NaN]", None, "[NaN]"),
    ],
)
def test_the_value_by_the_schema(text, schema, value):
    found = value_of(text, schema, ROOT)
    assert (found, type(found)) == (value, type(value))


def test_only_certain_text_streams():
    assert is_text(STRING, ROOT)
    for schema in (
        None,
        {},
        INTEGER,
        {"type": ["string", "null"]},
        {"type": "string", "enum": ["a"]},
        {"type": "string", "nullable": True},
    ):
        assert not is_text(schema, ROOT)


def test_the_schema_of_an_argument():
    schema = {"properties": {"a": INTEGER, "b": True}}
    assert property_schema(None, "a") is None
    assert property_schema(schema, "a") == INTEGER
    assert property_schema(schema, "b") == {}
    assert property_schema(schema, "unknown") == STRING
    assert property_schema({**schema, "additionalProperties": NUMBER}, "unknown") == NUMBER
    assert property_schema({}, "unknown") is None


def test_the_schema_of_a_part():
    array = {"anyOf": [{"type": "null"}, {"items": INTEGER}]}
    assert item_schema(array, ROOT) == INTEGER
    assert item_schema(STRING, ROOT) is None
    assert item_schema(None, ROOT) is None
    members = {"allOf": [{}, {"properties": {"a": NUMBER}}]}
    assert member_schema(members, ROOT, "a") == NUMBER
    assert member_schema(members, ROOT, "b") is None
    assert member_schema(STRING, ROOT, "b") is None


def test_schemas_without_an_end_allow_everything():
    endless: dict[str, object] = {}
    endless["anyOf"] = [endless]
    assert "string" in types_of(endless, ROOT)
    assert item_schema(endless, ROOT) is None


@given(
    st.text(max_size=40),
    st.sampled_from(
        [STRING, INTEGER, NUMBER, BOOLEAN, OBJECT, ARRAY, {}, {"type": ["integer", "null"]}, {"enum": [1, "a"]}]
    ),
)
def test_every_text_has_a_value_that_json_can_write(text, schema):
    json.loads(json.dumps(value_of(text, schema, ROOT), allow_nan=False))
