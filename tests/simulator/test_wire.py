"""The shapes of answers, and that every switch visibly changes the bytes."""

import dataclasses
import json
import re

import pytest

from litellm_minimax.simulator import Answer, Quirks, ToolCall
from tests.simulator.conftest import CHAT, TOOL, deltas, frames, reasoning_of, stream, text_of, user

SAID = Answer("Four, é 思.", reasoning="Two and two.")
CALLED = Answer(reasoning="I look.", tool_calls=[ToolCall("f", {"a": "b" * 30}), ToolCall("g")])


def test_a_plain_answer_has_the_captured_shape(sim, client):
    sim.enqueue(SAID)
    response = client.post(CHAT, json=user(model="minimax-m2"))
    told = response.json()
    assert re.fullmatch("[0-9a-f]{32}", told["id"])
    assert told["id"] == response.headers["trace-id"] == sim.last.trace_id
    assert told["choices"] == [
        {
            "finish_reason": "stop",
            "index": 0,
            "message": {
                "content": "<think>\nTwo and two.\n</think>\n\nFour, é 思.",
                "role": "assistant",
                "name": "MiniMax AI",
                "audio_content": "",
            },
        }
    ]
    assert told["model"] == "MiniMax-M2"
    assert told["object"] == "chat.completion"
    assert told["usage"] == {
        "total_tokens": 42, "total_characters": 0, "prompt_tokens": 36, "completion_tokens": 6,
        "completion_tokens_details": {"reasoning_tokens": 3},
    }  # fmt: skip
    assert told["base_resp"] == {"status_code": 0, "status_msg": ""}
    assert told["output_sensitive_int"] == 0
    assert told["input_sensitive"] is False


def test_headers_are_those_of_the_service(client):
    good, bad = client.post(CHAT, json=user()), client.post(CHAT, json=user(model="nope"))
    assert good.headers["content-type"] == "application/json; charset=utf-8"
    assert re.fullmatch("[0-9a-f]{32}", good.headers["minimax-request-id"])
    assert re.fullmatch(r"\d+_\d+[0-9a-f]+", good.headers["x-mm-request-id"])
    assert "x-session-id" in good.headers
    assert "x-session-id" not in bad.headers
    assert "x-mm-request-id" not in bad.headers
    for response in (good, bad):
        assert not [name for name in response.headers if "ratelimit" in name or name == "retry-after"]


def test_split_reasoning_comes_in_both_fields(sim, client):
    sim.enqueue(SAID)
    message = client.post(CHAT, json=user(reasoning_split=True)).json()["choices"][0]["message"]
    assert message["content"] == "Four, é 思."
    assert message["reasoning_content"] == "Two and two."
    detail = {"type": "reasoning.text", "id": "reasoning-text-1", "format": "MiniMax-response-v1", "index": 0}
    assert message["reasoning_details"] == [{**detail, "text": "Two and two."}]


@pytest.mark.parametrize(
    ("model", "body", "thinks", "split"),
    [
        ("MiniMax-M2", {}, True, False),
        ("MiniMax-M2", {"thinking": {"type": "disabled"}}, True, False),
        ("MiniMax-M3", {}, True, False),
        ("MiniMax-M3", {"thinking": {"type": "disabled"}}, False, False),
        ("MiniMax-M3", {"reasoning": "disabled"}, False, False),
        ("MiniMax-M3.1-Flash", {}, True, True),
        ("MiniMax-M3.1-Flash", {"reasoning_split": False}, True, False),
        ("M2-her", {}, False, False),
        ("abab6.5s", {}, False, False),
    ],
)
def test_thinking_and_where_it_goes_is_by_model(client, model, body, thinks, split):
    message = client.post(CHAT, json=user(model=model, **body)).json()["choices"][0]["message"]
    assert ("reasoning_content" in message) == (thinks and split)
    assert message["content"].startswith("<think>\n") == (thinks and not split)
    assert "[simulated]" in message["content"]


def test_effort_changes_how_much_is_thought(client):
    lengths = [
        client.post(CHAT, json=user(model="MiniMax-M3.1-Flash", reasoning_effort=effort)).json()["usage"][
            "completion_tokens_details"
        ]["reasoning_tokens"]
        for effort in ("low", "medium", "high", "xhigh", "max")
    ]
    assert lengths == sorted(set(lengths))


def test_a_stream_repeats_the_envelope_and_finishes_with_the_last_text(sim, client):
    sim.enqueue(dataclasses.replace(SAID, chunk_chars=5))
    parsed = stream(client, user())
    assert text_of(parsed) == "<think>\nTwo and two.\n</think>\n\nFour, é 思."
    assert parsed[0] == {
        "id": sim.last.trace_id,
        "choices": [
            {
                "index": 0,
                "delta": {"content": "<thin", "role": "assistant", "name": "MiniMax AI", "audio_content": ""},
            }
        ],
        "created": parsed[0]["created"],
        "model": "MiniMax-M2",
        "object": "chat.completion.chunk",
        "usage": None,
        "input_sensitive": False,
        "output_sensitive": False,
        "input_sensitive_type": 0,
        "output_sensitive_type": 0,
        "output_sensitive_int": 0,
    }
    assert all(frame["id"] == sim.last.trace_id and frame["usage"] is None for frame in parsed)
    assert ["finish_reason" in frame["choices"][0] for frame in parsed] == [False] * (len(parsed) - 1) + [True]
    assert parsed[-1]["choices"][0]["delta"]["content"]
    assert sim.last.answered.chunks_sent == len(parsed)


def test_usage_comes_when_it_is_asked_for(sim, client):
    last = stream(client, user(stream_options={"include_usage": True}))[-1]
    assert last["choices"] == []
    assert last["object"] == "chat.completion.chunk"
    assert last["base_resp"] == {"status_code": 0, "status_msg": ""}
    plain = client.post(CHAT, json=user()).json()
    assert last["usage"] == plain["usage"]
    assert last["usage"]["total_tokens"] == last["usage"]["prompt_tokens"] + last["usage"]["completion_tokens"]


def test_tool_calls_open_and_then_send_arguments_in_fragments(sim, client):
    sim.enqueue(CALLED)
    parsed = stream(client, user(tools=[TOOL], reasoning_split=True))
    pieces = [piece for delta in deltas(parsed) for piece in delta.get("tool_calls", [])]
    trace = sim.last.trace_id[:12]
    assert [piece["id"] for piece in pieces if "id" in piece] == [
        f"call_function_{trace}_1",
        f"call_function_{trace}_2",
    ]
    assert pieces[0] == {
        "id": f"call_function_{trace}_1",
        "type": "function",
        "function": {"name": "f", "arguments": ""},
        "index": 0,
    }
    assert set(pieces[1]) == {"function", "index"}
    fragments = [piece["function"]["arguments"] for piece in pieces if piece["index"] == 0]
    assert len([fragment for fragment in fragments if fragment]) >= 2
    assert json.loads("".join(fragments)) == {"a": "b" * 30}
    assert parsed[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_the_native_endpoint_has_its_own_errors_and_ends_with_a_summary(sim, client):
    path = "/v1/text/chatcompletion_v2"
    sim.enqueue(SAID)
    parsed = frames(client.post(path, json=user(stream=True)))
    assert parsed[-1]["object"] == "chat.completion"
    assert parsed[-1]["choices"][0]["message"]["content"] == text_of(parsed)
    refused = client.post(path, json=user(model="nope"))
    assert refused.status_code == 200
    assert refused.json() == {"base_resp": {"status_code": 2013, "status_msg": "invalid params, unknown model 'nope'"}}
    login = client.post(path, json=user(), headers={"authorization": "Bearer wrong"}).json()["base_resp"]
    assert login["status_code"] == 1004
    assert login["status_msg"].startswith("login fail: Please carry the API secret key")


def test_an_answer_that_is_cut_while_thinking_closes_the_tag_itself(client):
    told = client.post(CHAT, json=user(max_tokens=8)).json()
    content = told["choices"][0]["message"]["content"]
    assert told["choices"][0]["finish_reason"] == "length"
    assert content.startswith("<think>\n")
    assert content.endswith("\n</think>\n")
    assert told["usage"]["completion_tokens"] == told["usage"]["completion_tokens_details"]["reasoning_tokens"] == 8
    both = client.post(CHAT, json=user(max_tokens=8, max_completion_tokens=9)).json()
    assert both["usage"]["completion_tokens"] == 9


def test_ignored_parameters_change_nothing(client):
    plain = client.post(CHAT, json=user()).json()["choices"]
    ignored = user(stop=["Hello"], n=3, seed=1, tool_choice="required", logprobs=True, whatever=1)
    assert client.post(CHAT, json=ignored).json()["choices"] == plain
    assert len(plain) == 1


def test_pictures_cost_only_models_that_see_them(client):
    seen = [{"type": "text", "text": "Hello!"}, {"type": "image_url", "image_url": {"url": "http://127.0.0.1/a.png"}}]
    costs = {}
    for model in ("MiniMax-M2", "MiniMax-M3"):
        body = {"model": model, "messages": [{"role": "user", "content": seen}]}
        costs[model] = client.post(CHAT, json=body).json()["usage"]["prompt_tokens"]
    assert costs["MiniMax-M3"] - costs["MiniMax-M2"] == 1_500


def test_prompts_with_a_known_prefix_report_cached_tokens(client):
    long = "A long system prompt. " * 200
    body = {
        "model": "MiniMax-M2",
        "messages": [{"role": "system", "content": long}, {"role": "user", "content": "one"}],
    }
    assert "prompt_tokens_details" not in client.post(CHAT, json=body).json()["usage"]
    body["messages"][1] = {"role": "user", "content": "two"}
    usage = client.post(CHAT, json=body).json()["usage"]
    assert 512 <= usage["prompt_tokens_details"]["cached_tokens"] < usage["prompt_tokens"]


def test_a_cache_marker_switches_the_field_set(client):
    part = {"type": "text", "text": "A long system prompt. " * 200, "cache_control": {"type": "ephemeral"}}
    body = {
        "model": "MiniMax-M2",
        "messages": [{"role": "system", "content": [part]}, {"role": "user", "content": "a"}],
    }
    first = client.post(CHAT, json=body).json()["usage"]["prompt_tokens_details"]
    second = client.post(CHAT, json=body).json()["usage"]["prompt_tokens_details"]
    assert first["cache_creation_input_tokens"] > 512
    assert first["cache_read_input_tokens"] == 0
    assert second == {
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": first["cache_creation_input_tokens"],
    }


# -- switches ---------------------------------------------------------------------------------------------------------

SPLIT = {"reasoning_split": True}


def contents(parsed):
    return [delta.get("content") for delta in deltas(parsed)]


SWITCHES = {
    "done_marker": (True, SAID, {}, lambda f: f[-1] == "[DONE]"),
    "summary_frame": (True, SAID, {}, lambda f: f[-1]["choices"][0]["message"]["content"] == text_of(f)),
    "usage_without_option": (True, SAID, {}, lambda f: f[-1]["choices"] == [] and f[-1]["usage"]["total_tokens"]),
    "usage_in_last_chunk": (True, SAID, {}, lambda f: f[-1]["usage"] and f[-1]["choices"][0]["finish_reason"]),
    "zero_usage_placeholders": (
        True, SAID, {}, lambda f: f[0]["usage"] == {"total_tokens": 0, "total_characters": 0}
        and deltas(f)[0]["role"] == "" and deltas(f)[0]["reasoning_content"] == "",
    ),
    "role_empty": (True, SAID, {}, lambda f: [d["role"] for d in deltas(f)][1] == ""),
    "delta_null": (True, SAID, {}, lambda f: f[-1]["choices"][0]["delta"] is None),
    "choices_null_frame": (True, SAID, {}, lambda f: f[0]["choices"] is None),
    "duplicate_finish": (
        True, CALLED, {}, lambda f: contents(f)[-2:] == ["\n<think>\n", ""]
        and sum("finish_reason" in c for x in f for c in x["choices"]) == 2,
    ),
    "finish_separate": (True, SAID, {}, lambda f: f[-1]["choices"][0]["delta"] == {}),
    "cumulative_reasoning": (
        True, SAID, SPLIT,
        lambda f: [d["reasoning_content"] for d in deltas(f)[:3]] == ["Two a", "Two and tw", "Two and two."],
    ),
    "reasoning_mirrored_in_think": (True, SAID, {}, lambda f: reasoning_of(f) == "Two and two." and "<think>" in text_of(f)),
    "reasoning_fields": ("details", SAID, SPLIT, lambda f: not reasoning_of(f) and deltas(f)[0]["reasoning_details"]),
    "reasoning_split_default": (True, SAID, {}, lambda f: reasoning_of(f) == "Two and two."),
    "tags": ("mm_closer", SAID, {}, lambda f: text_of(f).startswith("<think>\nTwo and two.\n</mm:think>")),
    "tool_args": ("single", CALLED, {}, lambda f: json.loads(calls(f)[0]["function"]["arguments"]) == {"a": "b" * 30}),
    "tool_index_base": (1, CALLED, {}, lambda f: calls(f)[0]["index"] == 1),
    "tool_index_missing": (True, CALLED, {}, lambda f: not any("index" in call for call in calls(f))),
    "tool_calls_empty_list": (True, SAID, {}, lambda f: all(d["tool_calls"] == [] for d in deltas(f))),
    "reasoning_tokens": (
        "over", SAID, {"stream_options": {"include_usage": True}},
        lambda f: f[-1]["usage"]["completion_tokens_details"]["reasoning_tokens"] == f[-1]["usage"]["completion_tokens"] + 2,
    ),
    "cache_fields": (
        "explicit", SAID, {"stream_options": {"include_usage": True}},
        lambda f: set(f[-1]["usage"]["prompt_tokens_details"]) == {"cache_creation_input_tokens", "cache_read_input_tokens"},
    ),
}  # fmt: skip


def calls(parsed):
    return [call for delta in deltas(parsed) for call in delta.get("tool_calls", [])]


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_changes_the_frames(sim, client, name):
    value, answer, body, holds = SWITCHES[name]
    answer = dataclasses.replace(answer, chunk_chars=5)
    sim.enqueue(answer, answer)
    default = stream(client, user(**body))
    sim.quirks = Quirks(**{name: value})
    switched = stream(client, user(**body))
    assert holds(switched)
    with pytest.raises((AssertionError, KeyError, IndexError, TypeError, json.JSONDecodeError)):
        assert holds(default)


BYTES = {
    "comments": (True, lambda raw: raw.startswith(b": keep-alive\n\ndata: ")),
    "crlf": (True, lambda raw: raw.endswith(b"}\r\n\r\n")),
    "no_space": (True, lambda raw: raw.startswith(b"data:{")),
    "no_trailing_blank_line": (True, lambda raw: raw.endswith(b"}")),
}


@pytest.mark.parametrize("name", BYTES)
def test_a_switch_changes_the_bytes(sim, client, name):
    value, holds = BYTES[name]
    sim.enqueue(SAID, SAID)
    default = client.post(CHAT, json=user(stream=True)).content
    sim.quirks = Quirks(**{name: value})
    switched = client.post(CHAT, json=user(stream=True))
    assert holds(switched.content)
    assert not holds(default)
    assert text_of(frames(switched)).endswith("Four, é 思.")


@pytest.mark.parametrize("quirks", [{"split_utf8": True}, {"write_bytes": 3}])
def test_writes_can_cut_characters(sim, client, quirks):
    sim.enqueue(SAID)
    sim.quirks = Quirks(**quirks)
    with client.stream("POST", CHAT, json=user(stream=True)) as response:
        pieces = list(response.iter_raw())
    assert b"".join(pieces).decode().count("思") == 1
    assert sim.last.answered.chunks_sent == 1


@pytest.mark.parametrize(
    ("tags", "content"),
    [
        ("think", "<think>\nA\n</think>\n\nB"),
        ("mm:think", "<mm:think>\nA\n</mm:think>\n\nB"),
        ("mm_closer", "<think>\nA\n</mm:think>\n\nB"),
        ("lone_closer", "A\n</think>\n\nB"),
        ("missing_closer", "<think>\nA\n\nB"),
    ],
)
def test_tags(sim, client, tags, content):
    sim.quirks = Quirks(tags=tags)
    sim.enqueue(Answer("B", reasoning="A"))
    assert client.post(CHAT, json=user()).json()["choices"][0]["message"]["content"] == content


def test_abab_sends_the_call_with_the_finish_and_without_an_index(sim, client):
    sim.quirks = Quirks(tool_args="with_finish")
    sim.enqueue(dataclasses.replace(CALLED, reasoning="", tool_calls=[ToolCall("f", {"a": 1}, id="x")]))
    parsed = stream(client, user())
    assert len(parsed) == 1
    assert parsed[0]["choices"][0]["finish_reason"] == "tool_calls"
    function = {"name": "f", "arguments": '{"a": 1}'}
    assert deltas(parsed)[0]["tool_calls"] == [{"id": "x", "type": "function", "function": function}]


def test_usage_details_may_be_absent(sim, client):
    sim.quirks = Quirks(reasoning_tokens="absent", passive_cache=False)
    assert "completion_tokens_details" not in client.post(CHAT, json=user()).json()["usage"]


def test_models_may_be_missing(sim, client):
    listed = client.get("/v1/models").json()
    assert {"id": "MiniMax-M3", "object": "model", "created": 1780272000, "owned_by": "minimax"} in listed["data"]
    assert client.get("/v1/models/minimax-m3").json()["id"] == "MiniMax-M3"
    assert client.get("/v1/models/nope").status_code == 400
    sim.quirks = Quirks(v1_models=False)
    missing = client.get("/v1/models")
    assert (missing.status_code, missing.text) == (404, "404 page not found")


@pytest.mark.parametrize("choice", ["none", "required", {"type": "function", "function": {"name": "get_weather"}}])
@pytest.mark.parametrize(
    ("quirks", "model", "heeds"),
    [
        ({}, "MiniMax-M2", ()),
        ({}, "MiniMax-M3", ("none",)),
        ({"tool_choice": "ignored"}, "MiniMax-M3", ()),
        ({"tool_choice": "obeyed"}, "MiniMax-M2", ("none", "required", "named")),
    ],
)
def test_tool_choice_is_heeded_as_set(sim, client, quirks, model, heeds, choice):
    sim.quirks = Quirks(**quirks)
    kind = choice if isinstance(choice, str) else "named"
    asks = "How is the weather in Oslo?" if kind == "none" else "Hello!"
    body = user(asks, model=model, tools=[TOOL], tool_choice=choice)
    called = client.post(CHAT, json=body).json()["choices"][0]["finish_reason"] == "tool_calls"
    assert called == ((kind == "none") != (kind in heeds))


# -- other dialects ---------------------------------------------------------------------------------------------------


def test_the_openai_dialect_is_plain(sim, client):
    sim.quirks = Quirks(dialect="openai")
    sim.enqueue(CALLED, CALLED)
    body = user(model="qwen3-coder-plus", stream_options={"include_usage": True})
    message = client.post(CHAT, json=body).json()["choices"][0]["message"]
    assert message["content"] is None
    assert message["reasoning_content"] == "I look."
    assert "name" not in message
    parsed = stream(client, body)
    assert parsed[-1] == "[DONE]"
    assert parsed[0]["id"].startswith("chatcmpl-")
    assert parsed[0]["choices"][0]["finish_reason"] is None
    assert reasoning_of(parsed) == "I look."
    assert parsed[-3]["choices"][0] == {"finish_reason": "tool_calls", "index": 0, "delta": {}}
    refused = client.post(CHAT, json=body, headers={"authorization": "Bearer wrong"})
    assert refused.status_code == 401
    assert set(refused.json()) == {"error"}


def test_self_hosted_m2_gives_raw_markup_that_starts_inside_the_thought(sim, client):
    sim.quirks = Quirks(dialect="self_hosted")
    answer = Answer("Now.", reasoning="Hm.", tool_calls=[ToolCall("f", {"path": "a b\n", "n": 3, "tags": ["x"]})])
    sim.enqueue(answer)
    choice = client.post(CHAT, json=user(tools=[TOOL])).json()["choices"][0]
    assert choice["message"] == {
        "content": 'Hm.\n</think>\n\nNow.\n<minimax:tool_call>\n<invoke name="f">\n<parameter name="path">a b\n</parameter>\n'
        '<parameter name="n">3</parameter>\n<parameter name="tags">["x"]</parameter>\n</invoke>\n</minimax:tool_call>',
        "role": "assistant",
    }
    assert choice["finish_reason"] == "stop"
    sim.quirks = Quirks(dialect="self_hosted", implicit_open=False)
    sim.enqueue(answer)
    assert client.post(CHAT, json=user()).json()["choices"][0]["message"]["content"].startswith("<think>\nHm.")


def test_self_hosted_m3_uses_its_own_markup(sim, client):
    sim.quirks = Quirks(dialect="self_hosted")
    sim.enqueue(Answer(reasoning="Hm.", tool_calls=[ToolCall("f", {"a": [1, {"b": "c"}]})]))
    parsed = stream(client, user(model="MiniMax-M3"))
    ns = "]<]minimax[>["
    assert text_of(parsed) == (
        f'<mm:think>Hm.</mm:think>\n{ns}<tool_call>\n{ns}<invoke name="f">{ns}<a>{ns}<item>1{ns}</item>{ns}<item>'
        f"{ns}<b>c{ns}</b>{ns}</item>{ns}</a>{ns}</invoke>\n{ns}</tool_call>"
    )
