"""The reducer's own rules: choices, finishes, fields, thinking in every field, and what one read becomes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litellm_minimax.wire.events import Finish, Reasoning, Started, Text, ToolCallArguments, Usage
from litellm_minimax.wire.faults import ProtocolFault
from litellm_minimax.wire.incoming.coalesce import coalesce
from litellm_minimax.wire.options import ReadOptions, ResponseFormat
from tests.wire.answers import ID, chunk, fields_of, message_of, read, sse, streamed


def test_the_envelope_is_told_once_and_first():
    assert read([sse({"choices": []}, chunk({"content": "Hi"}), chunk({}, "stop"))])[0] == Started(
        ID, "MiniMax-M2.7", 1777421217
    )
    bare = {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}], "model": 3, "created": "now"}
    assert read([sse(bare)])[0] == Started(None, None, None)


def test_one_choice_is_read_whatever_its_index():
    def frame(*choices: object) -> dict[str, object]:
        return {"id": ID, "choices": list(choices)}

    one, two = ({"index": 1, "delta": {"content": text}} for text in ("Hi", " there"))
    other = {"index": 2, "delta": {"content": "no"}, "finish_reason": "length"}
    end = {"index": 1, "finish_reason": "stop"}
    assert (
        message_of(read([sse(frame("x"), frame(one, other), frame(other), frame(other, two), frame(end))])).text
        == "Hi there"
    )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [("stop", "stop"), ("end_turn", "stop"), ("max_output", "length"), ("sensitive", "content_filter"), ("new_word", "stop")],
)  # fmt: skip
def test_finish_reasons_are_mapped_and_kept(raw, reason):
    events = read([sse(chunk({"content": "Hi"}), chunk({}, raw))])
    assert events[-1] == Finish(reason, raw)
    assert fields_of(events)["finish_reason"] == raw


def test_a_stream_that_ends_in_good_order_without_a_finish_is_an_answer():
    assert read([sse(chunk({"content": "Hi"}))])[-1] == Finish("stop", None)
    assert read([sse({"choices": [{"delta": {"content": "Hi"}}]})])[1:] == [Text("Hi"), Finish("stop", None)]


@pytest.mark.parametrize(
    "frames", [[], [{"id": ID, "choices": []}], [{"usage": {"prompt_tokens": 1}}], [{"id": ID, "choices": None}]]
)
def test_a_stream_without_an_answer_is_a_fault(frames):
    with pytest.raises(ProtocolFault, match="broke off"):
        read([sse(*frames)])


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "reasoning_details"])
def test_thinking_in_any_field(field):
    def told(text: str) -> dict[str, object]:
        return {field: [{"text": text}, {"no": "text"}, "x"] if field == "reasoning_details" else text}

    assert streamed(told("h"), told("m"), "Hi").reasoning == "hm"
    assert streamed({**told("hm"), "reasoning_details": [{"text": "hm"}]}, "Hi").reasoning == "hm"
    assert streamed({"reasoning_content": 3, "reasoning_details": None}, "Hi").reasoning == ""


def test_thinking_that_was_between_tags_before_is_not_told_again_by_its_field():
    message = streamed(
        "<think>hm", {"reasoning_content": "hm"}, {"content": ", so</think>\n\nHi", "reasoning_content": ", so"}
    )
    assert (message.reasoning, message.text) == ("hm, so", "Hi")


def test_content_in_parts_and_content_of_other_kinds():
    assert streamed({"content": [{"type": "text", "text": "Hi"}, {"type": "image"}]}, {"content": 3}).text == "Hi"


def test_where_thinking_has_its_own_field_an_implicit_thought_is_none():
    thought = {"reasoning_content": "hm"}
    for implicit in ("yes", "no"):
        options = ReadOptions(implicit_think=implicit)
        assert streamed(thought, "Hi", " there", options=options).text == "Hi there"
    options = ReadOptions(implicit_think="maybe")  # asked for in the text, and mirrored
    message = streamed({"content": "hm\n", **thought}, "</think>\n\nHi", options=options)
    assert (message.reasoning, message.text) == ("hm", "Hi")


def test_json_behind_a_fence_is_cut_by_a_stop_sequence_too():
    options = ReadOptions(stop=('"b"',), response_format=ResponseFormat("json_object"))
    assert streamed('```json\n{"a": 1, "b": 2}\n```', options=options).text == '{"a": 1, '
    held = streamed('So: {"a": 1, "b": 2}', options=options)
    assert (held.text, held.finish) == ('{"a": 1, ', "stop")
    assert streamed("Sorry.", options=ReadOptions(response_format=ResponseFormat("json_object"))).text == "Sorry."


def test_flags_are_kept_when_they_are_raised():
    frames = [
        chunk({"content": "Hi"}, output_sensitive=False),
        chunk({"content": "!"}, output_sensitive=True, output_sensitive_type=6),
        chunk({}, "stop"),
    ]
    told = fields_of(read([sse(*frames)]))
    assert (told["output_sensitive"], told["output_sensitive_type"]) == (True, 6)


EVENTS = st.one_of(
    st.builds(Text, st.sampled_from("ab")),
    st.builds(Reasoning, st.sampled_from("ab")),
    st.builds(ToolCallArguments, st.integers(0, 1), st.sampled_from("ab")),
    st.just(Usage(1, 1, 2)),
    st.just(Started(None, None, None)),
)


@given(st.lists(EVENTS, max_size=12))
def test_neighbours_of_a_kind_become_one_and_nothing_else_changes(events):
    merged = coalesce(events)
    letters = [event for one in merged for event in _letters(one)]
    assert letters == events
    for one, other in itertools.pairwise(merged):
        mergeable = type(one) is type(other) and isinstance(one, Text | Reasoning | ToolCallArguments)
        assert not mergeable or (isinstance(one, ToolCallArguments) and one.index != other.index)


def _letters(event):
    match event:
        case Text(text=words) | Reasoning(text=words):
            return [type(event)(letter) for letter in words]
        case ToolCallArguments(index=index, fragment=words):
            return [ToolCallArguments(index, letter) for letter in words]
    return [event]
