"""Whatever is sent, the simulator answers as the service would, and never fails itself."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litellm_minimax.simulator import Answer, Quirks, RecordedRequest, ToolCall
from litellm_minimax.simulator.records import parse_json
from litellm_minimax.simulator.service import Service
from tests.simulator.conftest import CHAT, TOOL, deltas, stream, user

CALL = {"id": "c_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'}}
CHAT_BODY = {
    "model": "MiniMax-M2",
    "tools": [TOOL],
    "tool_choice": "auto",
    "thinking": {"type": "adaptive"},
    "stream_options": {"include_usage": True},
    "response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}},
    "max_tokens": 100,
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "weather in Oslo?"}]},
        {"role": "assistant", "content": None, "tool_calls": [CALL], "reasoning_details": [{"text": "hm"}]},
        {"role": "tool", "tool_call_id": "c_1", "content": "rain"},
    ],
}
MESSAGES_BODY = {
    "model": "MiniMax-M3",
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
    "tools": [{"name": "get_weather", "input_schema": TOOL["function"]["parameters"]}],
    "tool_choice": {"type": "auto"},
    "output_config": {"effort": "low"},
    "max_tokens": 100,
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "weather?"}, {"type": "image", "source": {}}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": ""},
                {"type": "tool_use", "id": "c_1", "name": "get_weather", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "c_1", "content": "rain"}, {"type": "text", "text": "go on"}],
        },
    ],
}  # fmt: skip

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.floats(allow_nan=False), st.text(max_size=4), st.just([]),
    st.just({}), st.just([None, 1, "x", {}, []]), st.dictionaries(st.sampled_from(["type", "function", "text"]), st.none()),
)  # fmt: skip


def places(value, path=()):
    """Every place inside a JSON value."""
    yield path
    for key, member in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(member, (*path, key))


def replaced(body, path, odd):
    changed = copy.deepcopy(body)
    target = changed
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = odd
    return changed


def answer(path, body, quirks):
    """The status and all bytes of the answer to a body, through the service without a network."""
    raw = json.dumps(body).encode()
    service = Service(quirks)
    record = RecordedRequest("POST", path, "", {"authorization": "Bearer k"}, raw, parse_json(raw), "0" * 32)
    reply = service.reply_to(record)
    return reply.status, reply.body if reply.steps is None else b"".join(reply.steps)


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(
    ("path", "body", "dialect"),
    [
        (CHAT, CHAT_BODY, "minimax"),
        (CHAT, CHAT_BODY, "openai"),
        (CHAT, CHAT_BODY, "self_hosted"),
        ("/anthropic/v1/messages", MESSAGES_BODY, "minimax"),
    ],
)
def test_a_body_with_one_odd_place_gets_an_answer_or_a_400(path, body, dialect, streamed):
    spots = [spot for spot in places(body) if spot]
    assert answer(path, {**body, "stream": streamed}, Quirks(dialect=dialect))[0] == 200

    @given(spot=st.sampled_from(spots), odd=ODD)
    def check(spot, odd):
        sent = replaced({**body, "stream": streamed}, spot, odd)
        status, got = answer(path, sent, Quirks(dialect=dialect))
        assert status in {200, 400}
        assert b"2013" in got if status == 400 else b"error" not in got

    check()


@given(body=st.recursive(ODD, lambda inner: st.dictionaries(st.sampled_from(["model", "messages", "role"]), inner)))
def test_any_json_gets_a_400(body):
    for path in (CHAT, "/anthropic/v1/messages", "/v1/text/chatcompletion_v2"):
        status, got = answer(path, body, Quirks())
        assert status == (200 if path.endswith("v2") else 400)
        assert b"2013" in got


@given(tokens=st.integers(1, 60))
def test_a_cut_answer_has_just_so_many_tokens(tokens):
    whole = Answer(
        "text " * 8, reasoning="thought " * 8, tool_calls=[ToolCall("f", {"a": "b" * 40}), ToolCall("g", "{}")]
    )
    cut = whole.cut(tokens, 4)
    kept = len(cut.reasoning) + len(cut.text) + sum(len(c.name) + len(c.arguments_text) for c in cut.tool_calls)
    assert kept <= tokens * 4
    assert (cut.finish_reason == "length") == (cut != whole)
    assert whole.reasoning.startswith(cut.reasoning)


def test_arguments_that_are_cut_are_no_longer_json(sim, client):
    sim.enqueue(Answer(tool_calls=[ToolCall("f", {"a": "b" * 100})]))
    parsed = stream(client, user(max_tokens=10))
    cut = "".join(c["function"]["arguments"] for d in deltas(parsed) for c in d.get("tool_calls", []))
    assert cut == '{"a": "' + "b" * 32
    assert parsed[-1]["choices"][0]["finish_reason"] == "length"
