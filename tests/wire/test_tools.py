"""Tools and their choice, as declared to MiniMax and to self-hosted servers."""

from __future__ import annotations

import pytest

from litellm_minimax import catalog
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.outgoing.request import ChatRequest, build_request

EMPTY = {"type": "object", "properties": {}}
SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
EPHEMERAL = {"cache_control": {"type": "ephemeral"}}
READ = {"type": "function", "function": {"name": "read", "description": "Reads.", "parameters": SCHEMA}}


def built(model="MiniMax-M3", *, server="minimax", **parameters):
    messages = [{"role": "user", "content": "hi"}]
    return build_request(ChatRequest(model, catalog.find(model), messages, parameters, False, server))


def declared(*tools, **rest):
    return built(tools=list(tools), **rest).body.get("tools")


@pytest.mark.parametrize(
    "spelling",
    [
        READ,
        {"type": "function", "name": "read", "description": "Reads.", "parameters": SCHEMA, "strict": True},
        {"name": "read", "description": "Reads.", "input_schema": SCHEMA},
        {"type": "custom", "name": "read", "description": "Reads.", "input_schema": SCHEMA},
        {"function": {**READ["function"], "strict": False}},
    ],
)
def test_every_spelling_of_a_function_is_declared_alike(spelling):
    request = built(tools=[{**spelling, **EPHEMERAL}])
    assert request.body["tools"] == [{**READ, **EPHEMERAL}]
    assert request.read.tool_schemas == {"read": SCHEMA}
    assert declared({**spelling, **EPHEMERAL}, server="self_hosted") == [READ]


@pytest.mark.parametrize(
    ("given", "completed"),
    [
        (None, EMPTY),
        ({}, EMPTY),
        ({"type": "object"}, EMPTY),
        ({"properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}),
        ({"anyOf": [EMPTY]}, {"anyOf": [EMPTY]}),
        ({"type": "string"}, {"type": "string"}),
    ],
)
def test_every_tool_has_a_parameter_schema(given, completed):
    function = {"name": "f"} | ({"parameters": given} if given is not None else {})
    assert declared({"type": "function", "function": function})[0]["function"] == {"name": "f", "parameters": completed}


def test_tools_that_only_other_vendors_can_run_are_left_out_and_named():
    request = built(
        tools=[
            {"type": "web_search"},
            READ,
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
            {"type": "namespace", "name": "mcp", "tools": [READ]},
            {"type": "custom", "custom": {"name": "apply_patch"}},
            {"type": "function", "function": {"name": " "}},
            "read",
            {**READ, "description": "again"},
        ]
    )
    assert request.body["tools"] == [READ]
    assert request.notes == (
        "tools[0], tools[2], tools[3] and 3 more: a tool that is not a named function was left out: MiniMax can't run it.",
        "tools[7]: a second tool of the same name was left out.",
    )


def test_nothing_about_tools_is_sent_when_none_is_left():
    request = built(tools=[{"type": "web_search"}], tool_choice="auto", parallel_tool_calls=True)
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & request.body.keys()
    assert "tool_choice" not in built(tool_choice="required", tools=[]).body


@pytest.mark.parametrize(
    ("choice", "on_the_wire", "asked"),
    [
        (None, None, None),
        ("auto", "auto", None),
        ("none", "none", None),
        ({"type": "auto"}, "auto", None),
        ("required", "required", "Call at least one of the tools in your next turn; do not answer with text alone."),
        (
            {"type": "any"},
            "required",
            "Call at least one of the tools in your next turn; do not answer with text alone.",
        ),
        (
            {"type": "function", "function": {"name": "read"}},
            {"type": "function", "function": {"name": "read"}},
            "Call the tool read in your next turn; do not answer with text alone.",
        ),
        (
            {"type": "tool", "name": "read"},
            {"type": "function", "function": {"name": "read"}},
            "Call the tool read in your next turn; do not answer with text alone.",
        ),
    ],
)
def test_the_choice_is_sent_and_a_forced_one_asked_for_in_words(choice, on_the_wire, asked):
    body = built(tools=[READ], tool_choice=choice).body
    assert body.get("tool_choice") == on_the_wire
    assert body["messages"][0] == ({"role": "system", "content": asked} if asked else {"role": "user", "content": "hi"})
    own_server = built(tools=[READ], tool_choice=choice, server="self_hosted").body
    assert own_server.get("tool_choice") == on_the_wire
    assert own_server["messages"] == [{"role": "user", "content": "hi"}]


def test_for_none_the_tools_are_left_out_where_the_choice_is_ignored():
    request = built("MiniMax-M2.7", tools=[READ], tool_choice="none")
    assert not {"tools", "tool_choice"} & request.body.keys()
    assert request.read.tool_schemas == {}
    assert any("ignores tool_choice" in note for note in request.notes)
    assert built("MiniMax-M2.7", tools=[READ], tool_choice="none", server="self_hosted").body["tools"] == [READ]


def test_one_call_at_a_time_is_asked_for_in_words():
    body = built(tools=[READ], parallel_tool_calls=False).body
    assert body["messages"][0]["content"] == "Call at most one tool in each turn."
    assert "parallel_tool_calls" not in body
    assert built(tools=[READ], parallel_tool_calls=False, server="self_hosted").body["parallel_tool_calls"] is False
    assert built(tools=[READ], parallel_tool_calls=True).notes == ()


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"tools": "read"}, "tools"),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": "none"}}]},
            "tools[0].function.parameters",
        ),
        ({"tools": [READ], "tool_choice": "always"}, "tool_choice"),
        ({"tools": [READ], "tool_choice": {"type": "allowed_tools"}}, "tool_choice"),
        ({"tools": [READ], "tool_choice": {"type": "function", "function": {"name": "write"}}}, "tool_choice"),
        ({"tools": [READ], "tool_choice": 1}, "tool_choice"),
        ({"tools": [READ], "parallel_tool_calls": "no"}, "parallel_tool_calls"),
        ({"tools": [READ], "model": "M2-her"}, "tools"),
    ],
)
def test_what_has_no_meaning_is_refused(parameters, where):
    with pytest.raises(InvalidRequest) as refusal:
        built(**parameters)
    assert refusal.value.where == where
