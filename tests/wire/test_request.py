"""The whole body and what the reader is told, for the requests people send."""

from __future__ import annotations

import copy

import pytest

from litellm_minimax import catalog
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.options import ReadOptions, ResponseFormat
from litellm_minimax.wire.outgoing.request import BuiltRequest, ChatRequest, build_request


def built(messages, model="MiniMax-M2", *, stream=False, server="minimax", **parameters) -> BuiltRequest:
    return build_request(ChatRequest(model, catalog.find(model), messages, parameters, stream, server))


HELLO = [{"role": "user", "content": "Hello!"}]


def test_the_smallest_request():
    assert built(HELLO) == BuiltRequest(
        {"model": "MiniMax-M2", "messages": HELLO, "stream": False, "reasoning_split": True}, ReadOptions(), ()
    )


def test_a_stream_always_asks_for_its_usage():
    body = built(HELLO, stream=True, stream_options={"include_usage": False, "x": 1}).body
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


def test_a_self_hosted_server_is_asked_in_openais_words_and_read_with_care():
    request = built(
        HELLO, "my-m2", server="self_hosted", stream=True, max_tokens=9, top_k=40, stop="END",
        response_format={"type": "json_object"}, tools=[{"name": "f", "input_schema": {}}],
    )  # fmt: skip
    schema = {"type": "object", "properties": {}}
    assert request.body == {
        "model": "my-m2",
        "messages": HELLO,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
        "top_k": 40,
        "stop": ["END"],
        "response_format": {"type": "json_object"},
    }
    assert request.read == ReadOptions(
        stop=("END",),
        response_format=ResponseFormat("json_object"),
        tool_schemas={"f": schema},
        implicit_think="yes",
    )


@pytest.mark.parametrize(
    ("model", "server", "implicit"),
    [
        ("MiniMax-M2", "minimax", "no"),
        ("MiniMax-M2", "self_hosted", "yes"),
        ("MiniMax-M2", "unknown", "open_weights"),
        ("MiniMax-M3", "self_hosted", "no"),
        ("MiniMax-M3", "unknown", "no"),
        ("my-m2", "self_hosted", "yes"),
        ("my-m2", "unknown", "no"),
    ],
)
def test_hidden_thoughts_are_looked_for_where_the_open_weights_may_answer(model, server, implicit):
    assert built(HELLO, model, server=server).read.implicit_think == implicit


def test_where_the_caller_wants_thoughts_in_the_text_they_may_lack_their_opening_tag():
    assert built(HELLO, reasoning_split=False).read.implicit_think == "maybe"
    assert built(HELLO, "MiniMax-M3", reasoning_split=False).read.implicit_think == "no"


def test_an_unknown_server_gets_reasoning_in_both_forms():
    history = [*HELLO, {"role": "assistant", "content": "Hi.", "reasoning_content": "A greeting."}, *HELLO]
    forms = {"reasoning_details", "reasoning_content"}
    sent = {server: forms & built(history, server=server).body["messages"][1].keys()
            for server in ("minimax", "self_hosted", "unknown")}  # fmt: skip
    assert sent == {"minimax": {"reasoning_details"}, "self_hosted": {"reasoning_content"}, "unknown": forms}


def test_stop_and_format_are_promised_here_and_not_sent_to_minimax():
    system = {"role": "system", "content": "Be brief."}
    request = built([system, *HELLO], stop=["a", "b", "a"], response_format={"type": "json_object"})
    assert not {"stop", "response_format"} & request.body.keys()
    assert request.read == ReadOptions(stop=("a", "b"), response_format=ResponseFormat("json_object"))
    assert request.body["messages"][0]["content"] == (
        "Be brief.\n\nAnswer with one JSON object and nothing else: no Markdown fence, no text before or after it."
    )


def test_instructions_stand_behind_the_cached_part_of_the_system_message():
    system = {"role": "system", "content": "Rules", "cache_control": {"type": "ephemeral"}}
    schema = {"type": "object", "properties": {"b": {"type": "integer"}, "a": {"type": "string"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}}
    parts = built([system, *HELLO], response_format=wanted).body["messages"][0]["content"]
    assert parts[0] == {"type": "text", "text": "Rules", "cache_control": {"type": "ephemeral"}}
    assert parts[1]["text"].endswith(
        'schema:\n{"type":"object","properties":{"b":{"type":"integer"},"a":{"type":"string"}}}'
    )


def test_extra_body_is_merged_last_as_it_is():
    body = built(HELLO, temperature=1, extra_body={"temperature": 5, "min_p": 0.1, "stream": False}).body
    assert (body["temperature"], body["min_p"]) == (5, 0.1)


@pytest.mark.parametrize(
    "extra",
    [{"model": "MiniMax-M3"}, {"messages": []}, {"stream": False}, {"stream_options": {"include_usage": False}}],
)
def test_extra_body_can_not_go_around_the_rights_and_the_spend_of_a_call(extra):
    with pytest.raises(InvalidRequest, match=rf"extra_body\.{next(iter(extra))}: it contradicts the call"):
        built(HELLO, stream=True, extra_body=extra)


def test_the_keys_stand_in_one_order_whatever_order_they_came_in():
    parameters = {"top_p": 1, "temperature": 0, "thinking": {"type": "adaptive"}, "seed": 1, "max_tokens": 9,
                  "tools": [{"name": "f", "input_schema": {}}], "tool_choice": "auto"}  # fmt: skip
    forwards = built(HELLO, "MiniMax-M3", stream=True, **parameters).body
    backwards = built(HELLO, "MiniMax-M3", stream=True, **dict(reversed(parameters.items()))).body
    assert list(forwards) == list(backwards) == [
        "model", "messages", "tools", "tool_choice", "stream", "stream_options", "max_completion_tokens", "temperature",
        "top_p", "seed", "thinking", "reasoning_split",
    ]  # fmt: skip


def test_what_claude_code_sends_ends_well():
    """A system message behind the first user message, marks, thinking, a server-side tool: all of it at once."""
    ephemeral = {"cache_control": {"type": "ephemeral"}}
    messages = [
        {"role": "system", "content": [{"type": "text", "text": "You are an agent."}, {"type": "text", "text": "Rules.", **ephemeral}]},
        {"role": "user", "content": [{"type": "text", "text": "<reminder/>"}, {"type": "text", "text": "List files.", **ephemeral}]},
        {"role": "system", "content": "Mind the reminder."},
        {
            "role": "assistant", "content": "I'll look.", "reasoning_content": "They want ls.",
            "thinking_blocks": [{"type": "thinking", "thinking": "They want ls.", "signature": "ab"}],
            "tool_calls": [{"id": "toolu_1", "type": "function", "index": 0, "function": {"name": "Bash", "arguments": '{"command": "ls"}'}}],
        },
        {"role": "tool", "tool_call_id": "toolu_1", "content": [{"type": "text", "text": "a.py", **ephemeral}]},
    ]  # fmt: skip
    parameters = {
        "tools": [{"type": "function", "function": {"name": "Bash", "parameters": {"type": "object", "properties": {}}}},
                  {"type": "web_search_20250305", "name": "web_search"}],
        "thinking": {"type": "enabled", "budget_tokens": 31999}, "max_tokens": 32000, "user": "u",
        "metadata": {"user_id": "{}"}, "context_management": {"edits": []},
    }  # fmt: skip
    before = copy.deepcopy((messages, parameters))
    body = built(messages, "MiniMax-M3", **parameters).body
    assert (messages, parameters) == before
    assert body == {
        "model": "MiniMax-M3",
        "messages": [
            {
                "role": "system",
                "content": [
                    {"type": "text", "text": "You are an agent.\n\nRules.", **ephemeral},
                    {"type": "text", "text": "\n\nMind the reminder."},
                ],
            },
            messages[1],
            {
                "role": "assistant",
                "content": "I'll look.",
                "tool_calls": [
                    {
                        "id": "toolu_1",
                        "type": "function",
                        "function": {"name": "Bash", "arguments": '{"command": "ls"}'},
                    }
                ],
                "reasoning_details": [
                    {
                        "type": "reasoning.text",
                        "id": "reasoning-text-1",
                        "format": "MiniMax-response-v1",
                        "index": 0,
                        "text": "They want ls.",
                    }
                ],
            },
            messages[4],
        ],
        "tools": [parameters["tools"][0]],
        "stream": False,
        "max_completion_tokens": 32000,
        "thinking": {"type": "adaptive"},
        "reasoning_split": True,
    }
