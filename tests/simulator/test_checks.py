"""Each known 2013 text is caused by its cause, and a request without the cause is accepted."""

import copy

import pytest

from litellm_minimax.simulator import Quirks, Simulator
from litellm_minimax.simulator.checks import refusal
from tests.simulator.conftest import CHAT, KEY, TOOL, user

CALL = {"id": "call_function_x_1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
OTHER = {**CALL, "id": "call_function_x_2"}
ASKED = {"role": "user", "content": "weather?"}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
CALLED_TWICE = {"role": "assistant", "content": None, "tool_calls": [CALL, OTHER]}


def result(identity="call_function_x_1", content="sunny"):
    return {"role": "tool", "tool_call_id": identity, "content": content}


def history(*messages, **more):
    return {"model": "MiniMax-M2", "messages": list(messages), "tools": [TOOL], **more}


def m3(**more):
    return {**user(), "model": "MiniMax-M3", **more}


def flash(**more):
    return {**user(), "model": "MiniMax-M3.1-Flash", **more}


def with_tool(**function):
    tool = copy.deepcopy(TOOL)
    tool["function"].update(function)
    return user(tools=[tool])


def without(body, name):
    return {key: value for key, value in body.items() if key != name}


REFUSED = {
    "messages missing": (without(user(), "messages"), "binding: expr_path=messages, cause=missing required parameter"),
    "model missing": (without(user(), "model"), "binding: expr_path=model, cause=missing required parameter"),
    "unknown model": (user(model="MiniMax-M3-Highspeed"), "unknown model 'minimax-m3-highspeed'"),
    "messages of no list": (user(messages="hi"), "Mismatch type []*open_platform_oai.Message with value string"),
    "thinking bool": (m3(thinking=False), "Mismatch type open_platform_oai.ThinkingConfig with value bool"),
    "thinking enabled": (
        m3(thinking={"type": "enabled", "budget_tokens": 1024}),
        'invalid thinking.type: "enabled" (allowed: adaptive, disabled)',
    ),
    "M3.1 disabled": (flash(thinking={"type": "disabled"}), "model[MiniMax-M3.1-Flash] requires adaptive thinking"),
    "M3.1 effort none": (
        flash(reasoning_effort="none"),
        'invalid reasoning_effort: "none" (allowed: low, medium, high, xhigh, max)',
    ),
    "temperature": (user(temperature=5.0), "temperature must be in range [0,2], got 5.0"),
    "temperature text": (user(temperature="hot"), "Mismatch type float64 with value string"),
    "top_p": (user(top_p=1.5), "top_p must be in range [0,1], got 1.5"),
    "max tokens negative": (user(max_completion_tokens=-1), "max_completion_tokens must be greater than 0, got -1"),
    "max tokens above the cap": (
        m3(max_completion_tokens=524_289),
        "model[MiniMax-M3] does not support max tokens > 524288",
    ),
    "no messages": (user(messages=[]), "messages is empty"),
    "system second": (
        history(ASKED, {"role": "system", "content": "Be brief."}),
        "chat content has invalid message role: system",
    ),
    "two systems": (
        history({"role": "system", "content": "a"}, {"role": "system", "content": "b"}, ASKED),
        "chat content has invalid message role: system",
    ),
    "developer": (
        history({"role": "developer", "content": "a"}, ASKED),
        "chat content has invalid message role: developer",
    ),
    "system alone": (history({"role": "system", "content": "a"}), "invalid chat setting"),
    "empty text beside calls": (history(ASKED, {**CALLED, "content": ""}, result()), "chat content is empty"),
    "blank user": (user(" \n"), "chat content is empty"),
    "empty parts": (history({"role": "user", "content": []}), "chat content is empty"),
    "blank result": (history(ASKED, CALLED, result(content="")), "chat content is empty"),
    "result object": (
        history(ASKED, CALLED, result(content={"a": 1})),
        "Mismatch type open_platform_oai.MessageContent with value object",
    ),
    "no schema": (user(tools=[{"type": "function", "function": {"name": "f"}}]), "function parameters is empty"),
    "empty schema": (with_tool(parameters={}), "function parameters is empty"),
    "no name": (with_tool(name=""), "function name or parameters is empty"),
    "tool without type": (user(tools=[without(TOOL, "type")]), "invalid tool type: "),
    "server tool": (user(tools=[{"type": "web_fetch_20250910", "name": "f"}]), "invalid tool type: web_fetch_20250910"),
    "web search": (user(tools=[{"type": "web_search"}]), "web_search is not support"),
    "arguments": (
        history(ASKED, {**CALLED, "tool_calls": [{**CALL, "function": {"name": "f", "arguments": '{"a":'}}]}, result()),
        "invalid function arguments json string, tool_call_id: call_function_x_1",
    ),
    "arguments as object": (
        history(ASKED, {**CALLED, "tool_calls": [{**CALL, "function": {"name": "f", "arguments": {}}}]}, result()),
        "invalid function arguments json string, tool_call_id: call_function_x_1",
    ),
    "empty call id": (history(ASKED, {**CALLED, "tool_calls": [{**CALL, "id": ""}]}), "tool call id is invalid"),
    "empty result id": (history(ASKED, CALLED, result("")), "tool call id is invalid"),
    "rewritten id": (
        history(ASKED, CALLED, result("callfunctionx1")),
        "tool result's tool id(callfunctionx1) not found",
    ),
    "lost assistant turn": (history(ASKED, result()), "tool result's tool id(call_function_x_1) not found"),
    "result of an earlier turn": (
        history(ASKED, CALLED, result(), ASKED, {**CALLED, "tool_calls": [OTHER]}, result()),
        "tool result's tool id(call_function_x_1) not found",
    ),
    "one of two answered": (history(ASKED, CALLED_TWICE, result()), "tool call and result not match"),
    "answered twice": (history(ASKED, CALLED, result(), result()), "tool call and result not match"),
    "never answered": (history(ASKED, CALLED, ASKED), "tool call and result not match"),
    "interrupted": (history(ASKED, CALLED, ASKED, result()), "tool call result does not follow tool call"),
    "too long": (user("word " * 200_000), "context window exceeds limit"),
}


@pytest.fixture(scope="module")
def strict():
    with Simulator() as running:
        yield running


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_with_the_known_text(strict, case):
    import httpx

    body, reason = REFUSED[case]
    response = httpx.post(strict.base_url + CHAT, json=body, headers=KEY)
    assert response.status_code == 400
    assert response.json() == {
        "type": "error",
        "error": {"type": "bad_request_error", "message": f"invalid params, {reason} (2013)", "http_code": "400"},
        "request_id": response.headers["trace-id"],
    }
    assert strict.last.answered.code == 2013


@pytest.mark.parametrize(
    "body",
    [
        user(),
        user(model="MINIMAX-m2"),
        user(temperature=0),
        user(temperature=2, top_p=0),
        user(thinking={"type": "enabled"}),
        user(thinking={"type": "disabled"}),
        user(reasoning_effort="none"),
        user(max_tokens=100_000, n=4, stop=["x"], response_format={"type": "json_object"}, name="x", logit_bias={}),
        m3(thinking={"type": "disabled"}, max_completion_tokens=524_288),
        flash(reasoning_effort="minimal"),
        history({"role": "system", "content": "a"}, ASKED, ASKED, CALLED, result()),
        history(ASKED, CALLED_TWICE, result("call_function_x_2"), result()),
        history(ASKED, CALLED, result(), {"role": "assistant", "content": "It rains."}, ASKED),
        history(ASKED, {**CALLED, "content": "<think>\nhm\n</think>\n\n"}, result(content=[{"type": "text", "text": "x"}])),
        without(history(ASKED, CALLED, result()), "tools"),
    ],
)  # fmt: skip
def test_accepts_what_the_service_accepts(body):
    assert refusal(body, Quirks()) is None


def test_quotes_a_malformed_body_back(client):
    response = client.post(CHAT, content=b'{"model": "MiniMax-M2", "messages": [')
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith('invalid params, "Syntax error at index 37: eof')
    assert client.post(CHAT, content=b"[1]").json()["error"]["message"].endswith("with value array (2013)")


@pytest.mark.parametrize(
    ("quirks", "body", "accepted"),
    [
        ({"several_system": "accept"}, REFUSED["two systems"][0], True),
        ({"web_search": "accept"}, REFUSED["web search"][0], True),
        ({"temperature": "(0,1]"}, user(temperature=0), False),
        ({"temperature": "(0,1]"}, user(temperature=1.5), False),
        ({"n": "reject"}, user(n=2), False),
        ({"id_case": "sensitive"}, user(model="minimax-m2"), False),
    ],
)
def test_switches_move_the_rules(quirks, body, accepted):
    default, switched = refusal(body, Quirks()), refusal(body, Quirks(**quirks))
    assert (switched is None) == accepted
    assert (default is None) == (not accepted)


@pytest.mark.parametrize("dialect", ["openai", "self_hosted"])
def test_other_dialects_check_nothing(sim, client, dialect):
    sim.quirks = Quirks(dialect=dialect)
    body = history(ASKED, {"role": "system", "content": "x"}, CALLED, model="qwen3-coder-plus", temperature=9)
    response = client.post(CHAT, json=body)
    assert response.status_code == 200
    assert response.json()["model"] == "qwen3-coder-plus"
    assert "base_resp" not in response.json()


def test_a_streaming_request_is_refused_before_or_inside_the_stream(sim, client):
    body = {**REFUSED["rewritten id"][0], "stream": True}
    assert client.post(CHAT, json=body).status_code == 400
    sim.quirks = Quirks(validation="frame")
    response = client.post(CHAT, json=body)
    assert response.status_code == 200
    assert '"status_code":2013' in response.text
    assert "not found" in response.text
