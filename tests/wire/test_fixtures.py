"""Every recorded or documented shape of an answer is the message that it means, wherever the network cuts it."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litellm_minimax.wire.events import Text, Usage
from litellm_minimax.wire.faults import ProtocolFault, UpstreamFault, WireFault
from litellm_minimax.wire.incoming.answer import AnswerReader
from litellm_minimax.wire.options import ReadOptions
from tests.wire.answers import FIXTURES, ID, PLAIN, Message, cuts, fields_of, message_of, read, sse, streamed

FEW = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

THOUGHT = "The user asks about France.\nI know it: its capital is Paris, é思."
TEXT = "Paris is the capital.\n\nIt lies on the Seine — 2.1 million people. 思考"
COUNTS = Usage(prompt_tokens=55, completion_tokens=61, total_tokens=116, reasoning_tokens=60)
SERVED = Usage(prompt_tokens=55, completion_tokens=61, total_tokens=116)
CUT = Usage(prompt_tokens=55, completion_tokens=8, total_tokens=63)

ANSWER = Message(TEXT, THOUGHT, (), "stop", COUNTS)
PARIS = ("call_function_3k9x2m7q1abz_1", "get_weather", '{"city": "Paris", "unit": "é"}')
ROME = ("call_function_3k9x2m7q1abz_2", "get_weather", '{"city": "Rome"}')
CALLED = Message("I look.", THOUGHT, (PARIS,), "tool_calls", COUNTS)
LENGTH = Message("", "The user asks about Fran", (), "length", CUT)

WRITTEN = 'def f():\n    return "</parameter>"\n\n<think>\n</think>\n'
WRITES = Message(
    "I write.\n\n",
    THOUGHT,
    (
        (
            "call_function_26ddeb7d53c1_1",
            "write_file",
            json.dumps({"path": "a/b.py", "content": WRITTEN, "mode": 420, "tags": ["x", "y"]}),
        ),
        ("call_function_26ddeb7d53c1_2", "write_file", '{"path": "3"}'),
    ),
    "tool_calls",
    SERVED,
)
WRITE_FILE = {
    "type": "object",
    "properties": {
        "path": {"type": "string"},
        "content": {"type": "string"},
        "mode": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}
SELF_HOSTED = ReadOptions(tool_schemas={"write_file": WRITE_FILE}, implicit_think="yes")
UNKNOWN = ReadOptions(tool_schemas={"write_file": WRITE_FILE}, implicit_think="open_weights")

MESSAGES: dict[str, Message] = {
    # one answer, with every oddity of its own
    "m27_think_tags.sse": ANSWER,
    "m27_no_usage.sse": Message(TEXT, THOUGHT, (), "stop"),
    "m3_split.sse": ANSWER,
    "m25_split_details_only.sse": ANSWER,
    "m3_cumulative_reasoning.sse": ANSWER,
    "m27_mirrored_reasoning.sse": ANSWER,
    "m25_zero_placeholders.sse": ANSWER,
    "delta_null.sse": ANSWER,
    "m27_summary_frame.sse": ANSWER,
    "m3_summary_frame_split.sse": ANSWER,
    "v2_summary_frame.sse": ANSWER,
    "mm_think_tags.sse": ANSWER,
    "mm_closer.sse": ANSWER,
    "closer_twice.sse": Message(TEXT + "\n", THOUGHT, (), "stop", COUNTS),
    "gateway_crlf.sse": ANSWER,
    "no_trailing_blank_line.sse": ANSWER,
    "vllm_append_think.sse": Message(TEXT, THOUGHT, (), "stop", SERVED),
    "llama_cpp.sse": Message(TEXT, THOUGHT, (), "stop", SERVED),
    "m27_think_tags.json": ANSWER,
    "m25_split.json": ANSWER,
    "m27_lone_closer.json": ANSWER,
    # one tool call
    "m27_tool_clean.sse": CALLED,
    "m27_tool_fragments.sse": CALLED,
    "m27_tools_summary_frame.sse": CALLED,
    "gateway_index_from_one.sse": CALLED,
    "m27_tool.json": CALLED,
    "vllm_parsed.sse": Message("I look.", THOUGHT, (PARIS,), "tool_calls", SERVED),
    "sglang_parsed.sse": Message("I look.", THOUGHT, (PARIS,), "tool_calls", SERVED),
    "m27_tools_parallel.sse": Message("I look.", THOUGHT, (PARIS, ROME), "tool_calls", COUNTS),
    "abab_single_delta.sse": Message("", "", (PARIS,), "tool_calls", COUNTS),
    # markup of the open weights
    "vllm_m2_raw.sse": WRITES,
    "vllm_m2_raw.json": WRITES,
    "sglang_m3_raw.sse": WRITES,
    # cut by the token limit, and the rest
    "m27_length_in_thought.sse": LENGTH,
    "length_without_closer.sse": LENGTH,
    "m27_length_in_thought.json": LENGTH,
    "m3_cached.json": Message(TEXT, "", (), "stop", Usage(55, 61, 116, 60, cache_read_tokens=48)),
    "m27_cache_control.json": Message(
        TEXT, "", (), "stop", Usage(55, 61, 116, 60, cache_read_tokens=30, cache_write_tokens=12)
    ),
    "m27_output_sensitive.json": Message("No.", "", (), "content_filter", COUNTS),
}  # fmt: skip

FAULTS: dict[str, dict[str, object]] = {
    "error_base_resp.sse": {"code": 1002, "text": "rate limit exceeded(RPM)", "http_status": 200, "trace_id": ID},
    "error_object.sse": {
        "code": 2013,
        "text": "invalid params, tool result's tool id(call_x_1) not found",
        "http_status": 400,
        "kind": "bad_request_error",
        "trace_id": ID,
    },
    "error_mid_stream.sse": {"code": 1027, "text": "output new_sensitive", "http_status": 200, "trace_id": ID},
    "error_http.json": {"code": 1004, "http_status": 401, "kind": "authorized_error", "trace_id": ID},
    "error_base_resp.json": {"code": 1008, "text": "insufficient balance", "http_status": 200, "trace_id": ID},
}


OFF_SCRIPT = sorted(path.name for path in FIXTURES.glob("off_*.sse"))
"""Answers off the template: each has a call, or its text alone, in one of the spellings of ``docs/wire-quirks.md``."""
WEATHER = ReadOptions(
    tool_schemas={"get_weather": {"properties": {"city": {"type": "string"}, "unit": {"type": "string"}}}}
)


def options_of(name: str) -> ReadOptions:
    if name.startswith("off_"):
        return WEATHER
    return SELF_HOSTED if "_raw" in name else UNKNOWN if name.startswith(("vllm", "llama", "sglang")) else PLAIN


def bytes_of(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def test_every_fixture_is_read_and_says_where_it_is_from():
    files = {path.name for path in FIXTURES.iterdir() if path.suffix in {".sse", ".json"}}
    assert files == MESSAGES.keys() | FAULTS.keys() | {"broken_off.sse", *OFF_SCRIPT}
    told = (FIXTURES / "README.md").read_text()
    for name in files:
        if name.endswith(".sse"):
            assert bytes_of(name).startswith((b": Recorded shape, ", b": Written from documentation")), name
        else:
            assert f"`{name}`" in told


@pytest.mark.parametrize("name", MESSAGES)
def test_what_a_fixture_says(name):
    assert message_of(read([bytes_of(name)], options_of(name))) == MESSAGES[name]


@pytest.mark.parametrize("name", OFF_SCRIPT)
def test_an_answer_off_the_template_says_the_same(name):
    message = message_of(read([bytes_of(name)], WEATHER))
    assert message.reasoning == THOUGHT
    assert message.usage == COUNTS
    if name.startswith("off_closer") or name == "off_turn_end.sse":
        assert (message.text, message.calls, message.finish) == ("Paris is the capital.", (), "stop")
        return
    assert message.text.strip() == "I look."
    ((_, tool, arguments),) = message.calls
    city = "Paris\nFrance" if "raw_breaks" in name else "Paris"
    assert (tool, json.loads(arguments)) == ("get_weather", {"city": city, "unit": "é"})
    assert message.finish == "tool_calls"


@pytest.mark.parametrize("name", [*MESSAGES, *FAULTS, *OFF_SCRIPT])
@FEW
@given(places=st.lists(st.integers(0, 1 << 20), max_size=40))
def test_it_does_not_matter_where_the_network_cuts(name, places):
    data, options = bytes_of(name), options_of(name)
    in_one_piece = outcome([data], options)
    assert outcome(cuts(data, places), options) == in_one_piece
    assert outcome(cuts(data, places), options, leave_when_done=True) == in_one_piece


@pytest.mark.parametrize("name", [*MESSAGES, *FAULTS, *OFF_SCRIPT])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_nor_how_small_the_pieces_are(name, size):
    data, options = bytes_of(name), options_of(name)
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert outcome(pieces, options) == outcome([data], options)


def outcome(pieces: list[bytes], options: ReadOptions, *, leave_when_done: bool = False) -> object:
    try:
        return read(pieces, options, leave_when_done=leave_when_done)
    except WireFault as fault:
        return type(fault), vars(fault)


@pytest.mark.parametrize("name", FAULTS)
def test_what_an_error_says(name):
    with pytest.raises(UpstreamFault) as raised:
        read([bytes_of(name)])
    told = vars(raised.value)
    assert {key: told[key] for key in FAULTS[name]} == FAULTS[name]


def test_an_answer_that_breaks_off_is_a_fault():
    with pytest.raises(ProtocolFault, match="broke off") as raised:
        read([bytes_of("broken_off.sse")])
    assert raised.value.truncated


def test_a_server_that_may_be_ours_or_not_is_recognised_by_its_frames():
    raw = bytes_of("vllm_m2_raw.sse")
    assert message_of(read([raw], UNKNOWN)) == WRITES
    assert message_of(read([bytes_of("m27_think_tags.sse")], UNKNOWN)) == ANSWER


def test_what_else_minimax_says_is_kept():
    told = fields_of(read([bytes_of("m27_output_sensitive.json")]))
    assert told == {
        "input_sensitive": False,
        "output_sensitive": True,
        "input_sensitive_type": 0,
        "output_sensitive_type": 6,
        "output_sensitive_int": 6,
        "base_resp": {"status_code": 0, "status_msg": ""},
        "model": "MiniMax-M2.7",
        "finish_reason": "content_filter",
    }
    streamed = fields_of(read([bytes_of("m27_think_tags.sse")]))
    assert streamed["base_resp"] == {"status_code": 0, "status_msg": ""}
    assert streamed["finish_reason"] == "stop"


@pytest.mark.parametrize("step", [3, 4, 10])
def test_snapshots_may_be_short_in_both_texts(step):
    thought, text = THOUGHT.replace("\n", " "), "Paris is the capital."
    parts = [
        {"reasoning_details": [{"text": thought[:end]}]} for end in [*range(step, len(thought), step), len(thought)]
    ]
    parts += [{"content": text[:end]} for end in [*range(step, len(text), step), len(text)]]
    assert streamed(*parts) == Message(text, thought, (), "stop")


@pytest.mark.parametrize(
    ("looks", "held"),
    [
        ({"id": "chatcmpl-1"}, False),
        ({"id": "chatcmpl-1", "finish_reason": None}, True),
        ({"id": ID, "finish_reason": None}, False),
        ({"id": ID, "finish_reason": None, "matched_stop": None}, True),
        ({"id": "x", "model": "MiniMaxAI/MiniMax-M2"}, True),
        ({"id": "chatcmpl-1", "finish_reason": None, "base_resp": {"status_code": 0}}, False),
        ({}, False),
    ],
)
def test_text_waits_for_the_closer_of_a_thought_only_where_a_server_shows_that_it_has_no_parser(looks, held):
    told = dict(looks)
    choice = {"delta": {"content": "Hello"}} | {
        name: told.pop(name) for name in ("finish_reason", "matched_stop") if name in told
    }
    first = sse({**told, "choices": [choice]}, done=False)
    events = AnswerReader(UNKNOWN).feed(first)
    assert [event.text for event in events if isinstance(event, Text)] == ([] if held else ["Hello"])
