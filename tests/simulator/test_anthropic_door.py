"""The Anthropic-compatible endpoint, by its official client and on the wire."""

import anthropic
import pytest

from litellm_minimax.simulator import Answer, Quirks, ToolCall
from tests.simulator.conftest import TOOL

PATH = "/anthropic/v1/messages"
MESSAGE = [{"role": "user", "content": "Hello!"}]
WEATHER = {"name": "get_weather", "input_schema": TOOL["function"]["parameters"]}


def body(**more):
    return {"model": "MiniMax-M2", "max_tokens": 1000, "messages": MESSAGE, **more}


@pytest.fixture
def sdk(sim):
    with anthropic.Anthropic(base_url=f"{sim.base_url}/anthropic", api_key="sk-test", max_retries=0) as client:
        yield client


def test_plain_and_streamed_answers_are_the_same_message(sim, sdk):
    answer = Answer(
        "Sunny.", reasoning="I look it up.", tool_calls=[ToolCall("get_weather", {"city": "Oslo"}, id="c_1")]
    )
    sim.enqueue(answer, answer)
    plain = sdk.messages.create(**body(tools=[WEATHER]))
    with sdk.messages.stream(**body(tools=[WEATHER])) as events:
        streamed = events.get_final_message()
    kept = {"content", "stop_reason", "model", "role"}
    assert plain.model_dump(include=kept) == streamed.model_dump(include=kept)
    thinking, text, use = plain.content
    assert thinking.thinking == "I look it up."
    assert len(thinking.signature) == 64
    assert text.text == "Sunny."
    assert (use.id, use.name, use.input) == ("c_1", "get_weather", {"city": "Oslo"})
    assert plain.stop_reason == "tool_use"
    assert streamed.usage.output_tokens == plain.usage.output_tokens == sim.last.answered.tokens


def test_the_event_order_is_that_of_messages(sim, client):
    sim.enqueue(Answer("B", reasoning="A"))
    response = client.post(f"{PATH}?beta=true", json=body(stream=True))
    names = [line[7:] for line in response.text.splitlines() if line.startswith("event: ")]
    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    thinking = [block[0], block[1], block[1], block[2]]
    assert names == ["message_start", "ping", *thinking, *block, "message_delta", "message_stop"]
    assert sim.last.query == "beta=true"


@pytest.mark.parametrize(
    ("model", "more", "thinks"),
    [
        ("MiniMax-M2", {}, True),
        ("MiniMax-M2", {"thinking": {"type": "disabled"}}, True),
        ("MiniMax-M3", {}, False),
        ("MiniMax-M3", {"thinking": {"type": "adaptive"}}, True),
        ("MiniMax-M3.1-Flash", {"output_config": {"effort": "low"}}, True),
    ],
)
def test_default_thinking_is_that_of_this_endpoint(client, model, more, thinks):
    told = client.post(PATH, json=body(model=model, **more)).json()
    assert (told["content"][0]["type"] == "thinking") == thinks
    assert "[simulated]" in told["content"][-1]["text"]


def test_effort_is_read_from_output_config(client):
    low, high = (
        client.post(PATH, json=body(model="MiniMax-M3.1-Flash", output_config={"effort": effort})).json()["usage"]
        for effort in ("low", "max")
    )
    assert low["output_tokens"] < high["output_tokens"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (
            {"messages": [*MESSAGE, {"role": "system", "content": "Be brief."}]},
            "chat content has invalid message role: system",
        ),
        (
            {"model": "MiniMax-M3", "thinking": {"type": "enabled", "budget_tokens": 1024}},
            'invalid thinking.type: "enabled" (allowed: adaptive, disabled)',
        ),
        ({"model": "MiniMax-M3.1-Flash", "thinking": {"type": "disabled"}}, "requires adaptive thinking"),
        ({"tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}]}, "invalid tool type: web_fetch_20250910"),
        ({"tools": [{**WEATHER, "type": ""}]}, "invalid tool type: "),
        ({"tools": [{"name": "f"}]}, "function parameters is empty"),
        (
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "x", "content": "y"}]}]},
            "tool result's tool id(x) not found",
        ),
        ({"max_tokens": 204_801}, "model[MiniMax-M2] does not support max tokens > 204800"),
    ],
)
def test_refuses_in_anthropics_envelope(client, more, reason):
    response = client.post(PATH, json=body(**more))
    told = response.json()
    assert response.status_code == 400
    assert told["type"] == "error"
    assert told["request_id"] == response.headers["trace-id"]
    assert set(told["error"]) == {"type", "message"}
    assert told["error"]["type"] == "invalid_request_error"
    assert told["error"]["message"].startswith("invalid params, ")
    assert told["error"]["message"].endswith(f"{reason} (2013)")


def test_what_claude_code_sends_is_accepted(sim, client):
    cached = {"cache_control": {"type": "ephemeral"}}
    sent = {
        "model": "MiniMax-M2",
        "max_tokens": 32_000,
        "system": [{"type": "text", "text": "You are an agent. " * 200, **cached}],
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "high"},
        "context_management": {"edits": []},
        "metadata": {"user_id": "{}"},
        "tools": [WEATHER],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Go."}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "T", "signature": "s"},
                    {"type": "tool_use", "id": "x", "name": "get_weather", "input": {}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "x", "content": ""},
                    {"type": "text", "text": "<system-reminder>Be brief.</system-reminder>", **cached},
                ],
            },
        ],
    }
    first, second = (client.post(f"{PATH}?beta=true", json=sent) for _ in range(2))
    assert first.status_code == 200
    usage = second.json()["usage"]
    assert usage["cache_read_input_tokens"] == first.json()["usage"]["cache_creation_input_tokens"] > 512
    assert usage["input_tokens"] < usage["cache_read_input_tokens"]
    assert client.request("HEAD", "/").status_code == 404


def test_keys(sim, client):
    refused = client.post(PATH, json=body(), headers={"authorization": "Bearer wrong"})
    assert refused.status_code == 401
    assert refused.json()["error"]["type"] == "authentication_error"
    both = {"authorization": "Bearer wrong", "x-api-key": "good"}
    assert client.post(PATH, json=body(), headers=both).status_code == 401
    assert client.post(PATH, json=body(), headers={"authorization": "", "x-api-key": "good"}).status_code == 200


def test_lists_models(client):
    told = client.get("/anthropic/v1/models").json()
    assert set(told) == {"data", "first_id", "has_more", "last_id"}
    assert told["data"][0]["type"] == "model"
    m2 = next(entry for entry in told["data"] if entry["id"] == "MiniMax-M2")
    assert m2["created_at"] == "2025-10-27T00:00:00Z"


def test_switches(sim, client):
    sim.quirks = Quirks(anthropic_full_message=True, anthropic_start_repeats=True, anthropic_m3_thinking="adaptive")
    sim.enqueue(Answer("Hello."))
    text = client.post(PATH, json=body(stream=True)).text
    assert '"content_block":{"type":"text","text":"Hello."}' in text
    assert '"delta":{"type":"text_delta","text":"Hello."}' in text
    assert "event: message\n" in text
    assert client.post(PATH, json=body(model="MiniMax-M3")).json()["content"][0]["type"] == "thinking"
    sim.quirks = Quirks(dialect="openai")
    assert client.post(PATH, json=body()).text == "404 page not found"
