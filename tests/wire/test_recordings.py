"""What MiniMax and gateways in front of it really sent, as others published it: every recording read, in any cut.

Whence each file comes stands in ``tests/recordings/README.md``.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import yaml

from litellm_minimax.simulator.listings import model
from litellm_minimax.wire.anthropic.answer import MessageStream, events_of_message
from litellm_minimax.wire.events import Reasoning, ToolCallArguments, ToolCallStart, Usage
from litellm_minimax.wire.faults import ProtocolFault
from litellm_minimax.wire.incoming.answer import AnswerReader
from litellm_minimax.wire.incoming.errors_told import parse_error_body
from litellm_minimax.wire.quota.remains import read_remains
from tests.wire.answers import PLAIN, cuts, fields_of, message_of, read
from tests.wire.test_anthropic_answer import blocks_of

RECORDINGS = Path(__file__).parent.parent / "recordings"
_7HS, _SPLIT = "call_function_7lpdd3sp4dmh", "gomodel/m27_reasoning_split_stream.txt"

# name: the ends of the thinking and of the text, calls, finish, counts of usage
ANSWERS = {
    "cc-skills/chat-completion-minimal-2026-04-28.json": ("no problem.", "56", [], "stop", (55, 61, 60, None)),
    "cc-skills/chat-completion-no-system-2026-04-28.json": ("Just answer.", "**Paris**.", [], "stop", (48, 46, 38, None)),
    _SPLIT: ("in caveman style.", "Even. ∎", [], "stop", (769, 116, 37, 443)),
    "gomodel/prod_m27_stream.txt": ("and concise.", "it is even.\n\n∎", [], "stop", (767, 172, 25, 443)),
    "gomodel/prod_m27_nested.json": ("inner", "inner", [], "stop", (798, 7, None, None)),
    "gomodel/prod_m2_buffered.json": ("Then we", "", [], "length", (765, 300, None, None)),
    "llm-supervisor-proxy/m27_three_tools_stream.txt": ("calls at once.", "", [
        (f"{_7HS}_1", "get_weather", '{"location": "Tokyo"}'),
        (f"{_7HS}_2", "search_code", '{"query": "authentication", "language": "python"}'),
        (f"{_7HS}_3", "calculate", '{"expression": "123 * 456"}'),
    ], "tool_calls", None),
    "others/halro_m3_stream_2026-08-31.txt": ("", "OK", [], "stop", (165, 2, None, None)),
    "others/llmapi_m25_split.json": ("我是MiniMax-M2.5。", "您的吗？", [], "stop", (44, 43, 20, None)),
    "others/loom_m27_length_in_reasoning_2026-10-01.json": ("The user just", "", [], "length", (42, 5, None, None)),
    "others/m3_body_2026-07-01_abridged.json": ("I am MiniMax.", "I am MiniMax.", [], "stop", (198, 49, 47, 128)),
    "others/m27hs_tool_stream_via_gateway.jsonl": ("listing command.", "", [
        ("call_function_a6dzjuv09o80_1", "Bash", '{"command": "ls -l", "description": null, "timeout": null}'),
    ], "tool_calls", (14059, 75, 25, None)),
    "pydantic-ai/test_openrouter_stream_error.yaml": ("greeting. The user", "", [], "length", (43, 10, 11, 0)),
}  # fmt: skip
ERRORS = {
    "others/error_401_2049.json": (401, "invalid api key", 2049),
    "others/error_429_2056_plan_wall.json": (429, "for more usage.", 2056),
    "others/error_429_2056_resets_at.json": (429, "resets at 2026-05-20T20:00:00Z", 2056),
    "others/error_529_2064_overload.json": (529, "for your patience.", 2064),
    "mmx-cli/error-rate-limit.json": (200, "exhausted for image-01", 1028),
    "cc-skills/errors-E400-malformed-json-2026-04-28.json": (400, '\\t^\\n"', 2013),
    "cc-skills/errors-E400-missing-messages-2026-04-28.json": (400, "cause=missing required parameter", 2013),
    "cc-skills/errors-E401-chat-bad-key-2026-04-28.json": (401, "of the request header", 1004),
    "cc-skills/errors-E401-native-bad-key-2026-04-28.json": (200, "of the request header", 1004),
    "cc-skills/errors-E413-huge-payload-2026-04-28.json": (400, "context window exceeds limit", 2013),
    "cc-skills/errors-E404-bad-model-2026-04-28.json": (400, "unknown model 'this-model-does-not-exist-2026'", 2013),
}
OTHERS = {
    "others/cursor_test_all_models_2026-06-18.jsonl", "others/rust_client_m27_tool_lines_2026-05-23.txt",
    "llm-supervisor-proxy/m25_concatenated_frames.txt", "anthropic/hex_ids_thinking_text_tool.txt",
    "anthropic/hex_ids_thinking_then_text.txt", "anthropic/m3_message_start_2026-06-26.txt",
    "mmx-cli/text-chat-response.json", "mmx-cli/quota-response.json", "cc-skills/models-list-2026-04-28.json",
    "cc-skills/models-list-locked.json",
}  # fmt: skip


def bytes_of(name: str) -> bytes:
    """The body as it was on the wire."""
    data = (RECORDINGS / name).read_bytes()
    if name.endswith(".yaml"):
        return str(yaml.safe_load(data)["interactions"][0]["response"]["body"]["string"]).encode()
    if name.endswith(".jsonl"):
        return b"".join(b"data: " + line + b"\n\n" for line in data.splitlines())
    return data


def in_pieces(data: bytes) -> list[list[bytes]]:
    """In one, byte by byte, and cut at random places."""
    chance = random.Random(3)
    return [
        [data],
        [data[at : at + 1] for at in range(len(data))],
        cuts(data, [chance.randrange(len(data)) for _ in "12345"]),
    ]


def test_every_recording_is_read():
    files = {str(path.relative_to(RECORDINGS)) for path in RECORDINGS.glob("*/*")}
    assert files == set(ANSWERS) | set(ERRORS) | OTHERS


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer(name):
    thought, text, calls, finish, counts = ANSWERS[name]
    for pieces in in_pieces(bytes_of(name)):
        message = message_of(read(pieces))
        assert (message.reasoning[-len(thought) :], message.text[-len(text) :]) == (thought, text)
        assert bool(message.reasoning) == bool(thought)
        assert bool(message.text) == bool(text)
        assert not any(tag in message.reasoning + message.text for tag in ("<think>", "</think>"))
        assert list(message.calls) == calls
        assert message.finish == finish
        usage = message.usage
        assert (
            usage and (usage.prompt_tokens, usage.completion_tokens, usage.reasoning_tokens, usage.cache_read_tokens)
        ) == counts


def test_an_error_behind_the_finish_keeps_the_usage_that_comes_with_it():
    events = read([bytes_of("pydantic-ai/test_openrouter_stream_error.yaml")])
    assert fields_of(events)["error_after_finish"] == {"code": None, "message": "Token limit reached"}


def test_a_body_of_each_model_that_was_cut_in_its_thought():
    bodies = (RECORDINGS / "others/cursor_test_all_models_2026-06-18.jsonl").read_bytes().splitlines()
    assert len(bodies) == 7
    for body in bodies:
        message = message_of(read([body]))
        assert message.finish == "length"
        assert message.reasoning
        assert message.text == ""
        assert isinstance(message.usage, Usage)


def test_two_frames_in_one_line_are_two_frames():
    for pieces in in_pieces(bytes_of("llm-supervisor-proxy/m25_concatenated_frames.txt")):
        reader = AnswerReader(PLAIN)
        events = [event for piece in pieces for event in reader.feed(piece)]
        with pytest.raises(ProtocolFault):  # the recording ends there
            reader.close()
        assert [event for event in events if isinstance(event, ToolCallStart)] == [
            ToolCallStart(0, "call_function_gc0z3psriw4p_2", "grep"), ToolCallStart(1, "call_2", "grep"),
        ]  # fmt: skip
        assert ToolCallArguments(1, '{"caseSensitive":false,"include":"*.go"}') in events


def test_single_lines_of_a_parallel_stream():
    first, second = (bytes_of("others/rust_client_m27_tool_lines_2026-05-23.txt").strip()).split(b"\n\n")
    (call,) = message_of(read([second + b"\n\n"])).calls
    assert call == ("call_function_jpaq2z2bgfh7_2", "read_file", '{"paths": ["src/providers/minimax.rs"]}')
    (call,) = message_of(read([first + b"\n\ndata: [DONE]\n\n"])).calls
    assert call[2] == '|event::"}'  # the end of a call whose beginning was not published


@pytest.mark.parametrize("name", ERRORS)
def test_an_error(name):
    status, text, code = ERRORS[name]
    told = json.loads(bytes_of(name))
    if meta := told.get("_meta"):
        assert meta["http_status"] == status
        told = meta["response_body_json"]
    fault = parse_error_body(status, json.dumps(told).encode())
    assert fault.code == code
    assert fault.text.endswith(text)


@pytest.mark.parametrize(
    "name", ["anthropic/hex_ids_thinking_text_tool.txt", "anthropic/hex_ids_thinking_then_text.txt"]
)
def test_a_stream_of_the_messages_door_says_the_same(name):
    data = bytes_of(name)
    for pieces in in_pieces(data):
        stream = MessageStream()
        out = b"".join(stream.feed(piece) for piece in pieces) + stream.close()
        assert blocks_of(out) == blocks_of(data)
        kinds = [type(event) for event in stream.events]
        assert Reasoning in kinds
        assert (ToolCallStart in kinds) == ("tool" in name)


def test_the_start_and_a_whole_body_of_the_messages_door():
    stream = MessageStream()
    start = bytes_of("anthropic/m3_message_start_2026-06-26.txt")
    assert stream.feed(start) + stream.close() == start
    assert stream.began
    assert events_of_message(json.loads(bytes_of("mmx-cli/text-chat-response.json"))) == []


def test_a_plan_that_counts_requests():
    buckets = read_remains(200, bytes_of("mmx-cli/quota-response.json"), 1776366000.0)
    assert [bucket.name for bucket in buckets] == ["MiniMax-M*", "speech-hd", "image-01"]


@pytest.mark.parametrize("name", ["cc-skills/models-list-2026-04-28.json", "cc-skills/models-list-locked.json"])
def test_the_simulator_lists_models_as_minimax_does(name):
    told = json.loads(bytes_of(name))
    for entry in told["data"]:
        assert model(entry["id"]).keys() == entry.keys()
        assert model(entry["id"])["object"] == entry["object"]
