"""A format that MiniMax does not enforce: read, asked for, stripped of its fence, and checked."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.incoming.fences import FenceStripper
from litellm_minimax.wire.incoming.format_check import validate
from litellm_minimax.wire.options import ResponseFormat
from litellm_minimax.wire.outgoing.response_format import format_instruction, read_response_format, read_retries

FAST = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
OBJECT = ResponseFormat("json_object")


def wanted(schema):
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}


# --- reading -------------------------------------------------------------------------------------------------


def test_formats_are_read():
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"enum": [1, None]}}}
    assert read_response_format(None) is None
    assert read_response_format({"type": "text"}) is None
    assert read_response_format({"type": "json_object"}) == OBJECT
    assert read_response_format(wanted(schema)) == ResponseFormat("json_schema", schema)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("json", "must be an object"),
        ({"type": "xml"}, "'xml' is unknown"),
        ({}, "None is unknown"),
        ({"type": "json_schema"}, "there is no schema"),
        ({"type": "json_schema", "json_schema": {"name": "x"}}, "there is no schema"),
        (wanted({"type": "objekt"}), "not a JSON schema"),
        (wanted({"$schema": ["x"]}), "must be a string"),
        (wanted({"a": {"$ref": "https://e.test/schema.json"}, "b": [{"$ref": "#/a"}]}), "points outside"),
        (wanted({"enum": ["x" * 300_000]}), "longer than"),
        (wanted({"enum": [{1, 2}]}), "can't be written as JSON"),
    ],
)
def test_formats_that_can_not_be_promised_are_refused(value, problem):
    with pytest.raises(InvalidRequest, match=problem) as refusal:
        read_response_format(value)
    assert refusal.value.where.startswith("response_format")


def test_a_schema_nested_beyond_reason_is_refused():
    schema: dict[str, object] = {}
    for _ in range(400):
        schema = {"properties": {"a": schema}}
    with pytest.raises(InvalidRequest, match="nested too deeply"):
        read_response_format(wanted(schema))


def test_the_instruction_is_the_same_for_the_same_format():
    schema = {"type": "object", "properties": {"é": {}}}
    assert format_instruction(ResponseFormat("json_schema", schema)).endswith('{"type":"object","properties":{"é":{}}}')
    assert format_instruction(OBJECT) == format_instruction(ResponseFormat("json_object"))


# --- checking ------------------------------------------------------------------------------------------------


def branching(depth):
    """A schema whose work doubles with each level."""
    steps = {f"s{n}": {"anyOf": [{"$ref": f"#/$defs/s{n + 1}"}] * 2} for n in range(depth)}
    return {"$ref": "#/$defs/s0", "$defs": {**steps, f"s{depth}": {"type": "string"}}}


@pytest.mark.parametrize(
    ("text", "schema", "reason"),
    [
        ('{"a": 1}', None, None),
        ("[1]", None, "$: the answer is not a JSON object"),
        ("{", None, "$: the answer is not JSON"),
        ("[" * 100_000, None, "$: the answer is nested too deeply"),
        ('{"a": [1, "x"]}', {"properties": {"a": {"items": {"type": "integer"}}}}, "$.a[1]: 'x' is not of type 'integer'"),
        ('{"a": 1}', {"required": ["b"]}, "$: 'b' is a required property"),
        ('{"a": 1}', {"additionalProperties": False}, "$: Additional properties"),
        ('{"a": 1}', {"additionalProperties": False, "patternProperties": {"^(a+)+$": {}}}, None),
        ("1", {"type": "integer"}, None),
        ('"2026-1-1"', {"pattern": r"^\d{4}-\d{2}-\d{2}$"}, "$: '2026-1-1' does not match"),
        ('"2026-11-23"', {"pattern": r"^\d{4}-\d{2}-\d{2}$"}, None),
        (f'"{"a" * 40}!"', {"pattern": "^(a+)+$"}, None),
        (f'"{"a" * 2000}!"', {"pattern": "^a*$"}, None),
        ('"a"', {"pattern": "[a"}, None),
        ("3", {"pattern": "x"}, None),
        ("1", branching(3), "$: 1 is not"),
        ("1", branching(40), None),
        ("1", {"$ref": "#"}, None),
        ("1", {"$ref": "#/$defs/gone"}, None),
        ("1" + "0" * 400, {"multipleOf": 0.5}, None),
        ('{"a": "x"}', {"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"type": "null"}}}, "$.a:"),
    ],
)  # fmt: skip
def test_answers_are_checked_within_bounds(text, schema, reason):
    found = validate(text, ResponseFormat("json_schema", schema) if schema else OBJECT)
    assert found is None if reason is None else found.startswith(reason)


# --- fences --------------------------------------------------------------------------------------------------


def stripped(*pieces):
    stripper = FenceStripper()
    return [*(stripper.feed(piece) for piece in pieces), stripper.close()]


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ('{"a": [1, {"b": "}"}]}', '{"a": [1, {"b": "}"}]}'),
        ('  \n{"a": "\\"}"}\n', '{"a": "\\"}"}'),
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ('```\r\n\r\n  [1, "]"]\r\n```\n', '[1, "]"]'),
        ('Here it is:\n\n  ```json\n{"a": "```"}\n```\nI hope [it] helps.', '{"a": "```"}'),
        ('It is {"a": 1}, of course.', '{"a": 1}'),
        ("See [note] and [1, 2].", "[1, 2]"),
        ("[Note] None.", "[Note] None."),
        ("{x}", "{x}"),
        ("42", "42"),
        ('"say {\\"a\\": 1}"', '"say {\\"a\\": 1}"'),
        ("```json\ntrue\n```", "true"),
        ("I can't do that.", "I can't do that."),
        ("```python\nprint({1})\n```", "```python\nprint({1})\n```"),
        ("``\n```json\n\n\n{}```", "{}"),
        ("", ""),
        ("{" * 50, "{" * 50),
        ('{"a": {"b": 1', '{"a": {"b": 1'),
        ("```json\n[false]", "[false]"),
    ],
)
def test_the_json_of_an_answer_is_found_however_it_was_cut(answer, value):
    assert "".join(stripped(answer)) == value
    assert "".join(stripped(*answer)) == value, "one character at a time"
    assert "".join(stripped(*(answer[n : n + 3] for n in range(0, len(answer), 3)))) == value


def test_json_is_passed_on_as_it_arrives():
    assert stripped('{"a"', ": [", "1]", "}", "\nDone.") == ['{"a"', ": [", "1]", "}", "", ""]
    assert stripped("```json\n", '{"a', '"}', "\n```") == ["", '{"a', '"}', "", ""]
    stripper = FenceStripper()
    assert (stripper.feed("no"), stripper.close(), stripper.close(), stripper.feed("more")) == ("", "no", "", "")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('a"\\{}[]`\n é'), max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=3), json_values, max_size=3) | st.lists(json_values, max_size=3)
wrappers = st.sampled_from(
    ["{}", "```json\n{}\n```", "```\n{}```", "\n\n{}\nDone.", "Sure:\n```json\n{}\n```\nDone [1]."]
)


@FAST
@given(objects, st.sampled_from([None, 1]), wrappers, st.lists(st.integers(1, 7), max_size=60))
def test_no_json_is_lost_in_any_wrapping_and_any_chunking(value, indent, wrapper, sizes):
    text = json.dumps(value, indent=indent)
    answer = wrapper.replace("{}", text)
    pieces = []
    for size in sizes:
        pieces.append(answer[:size])
        answer = answer[size:]
    assert "".join(stripped(*pieces, answer)) == text


@FAST
@given(st.text(st.sampled_from('`{}[]"\\\nj1 ntf'), max_size=60), st.lists(st.integers(1, 5), max_size=30))
def test_the_cut_of_the_chunks_never_matters(answer, sizes):
    whole = "".join(stripped(answer))
    pieces, rest = [], answer
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    assert "".join(stripped(*pieces, rest)) == whole
    assert whole in answer or whole == answer.strip()


def test_retries_are_once_or_a_small_number():
    assert [read_retries(value) for value in (None, 0, 5)] == [1, 0, 5]
    for value in (-1, 6, "1", True, 1.0):
        with pytest.raises(InvalidRequest):
            read_retries(value)
