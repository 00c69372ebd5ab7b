"""Tool calls in the ways in which servers spell them in a stream."""

from __future__ import annotations

import pytest

from litellm_minimax.wire.events import ToolCallArguments, ToolCallStart
from litellm_minimax.wire.faults import ProtocolFault
from litellm_minimax.wire.incoming.tool_calls import MOST_CALLS, ToolCallReader
from litellm_minimax.wire.options import ReadOptions
from tests.wire.answers import Message, chunk, fields_of, message_of, read, sse, streamed

A, B = '{"city": "Paris"}', '{"city": "Rome"}'


def delta(arguments: object = "", name: object = "f", **fields: object) -> dict[str, object]:
    function = {key: value for key, value in {"name": name, "arguments": arguments}.items() if value is not None}
    return {"tool_calls": [{"type": "function", "function": function, **fields}]}


def calls(*deltas: object) -> list[tuple[str, str]]:
    return [(name, arguments) for _, name, arguments in streamed(*deltas).calls]


SPELLINGS = {
    "whole": ([delta(A, index=0, id="1"), delta(B, index=1, id="2")], [("f", A), ("f", B)]),
    "no index": ([delta(A, id="1"), delta(B, id="2")], [("f", A), ("f", B)]),
    "no index, fragments": ([delta(id="1"), delta(A[:5], None), delta(A[5:], None)], [("f", A)]),
    "no index, no id": ([delta(A), delta(B)], [("f", A), ("f", B)]),
    "one index for all": ([delta(A, index=0, id="1"), delta(B, index=0, id="2")], [("f", A), ("f", B)]),
    "one index for all, no id": ([delta(A, index=0), delta(B, index=0)], [("f", A), ("f", B)]),
    "one index for all, in fragments": (
        [delta(index=0, id="1"), delta(A, None, index=0), delta(index=0, id="2"), delta(B, None, index=0)],
        [("f", A), ("f", B)],
    ),
    "the name again with every fragment": ([delta(A[:5], index=0), delta(A[5:], index=0)], [("f", A)]),
    "an object again as a fragment": ([delta('{"o": ', index=0), delta('{"o": 1}}', index=0)], [("f", '{"o": {"o": 1}}')]),
    "a part that ends like a whole": ([delta('{"s": "}', index=0), delta('{"', index=0), delta('"}', index=0)], [("f", '{"s": "}{""}')]),
    "the id with every fragment": ([delta(A[:5], index=0, id="1"), delta(A[5:], None, index=0, id="1")], [("f", A)]),
    "the id late": ([delta(index=0), delta(A, None, index=0, id="1")], [("f", A)]),
    "arguments before the name": ([delta(A[:5], None, index=0), delta(A[5:], index=0)], [("f", A)]),
    "an empty object": ([delta("{}", index=0, id="1"), delta(B, index=1, id="2")], [("f", "{}"), ("f", B)]),
    "no name at all": ([delta(A, None, index=0)], [("", A)]),
    "arguments as an object": ([delta({"city": "Paris"}, index=0)], [("f", A)]),
    "no arguments": ([delta(None, index=0)], [("f", "{}")]),
    "told again, with name and id": ([delta(A, index=0, id="1"), delta(A, index=0, id="1")], [("f", A)]),
    "an empty object before the real one": ([delta("{}", index=0, id="1"), delta(A, None, index=0)], [("f", A)]),
    "empty objects without index or id": ([delta("{}"), delta("{}")], [("f", "{}"), ("f", "{}")]),
    "one index for all, the first without arguments": (
        [delta("{}", index=0), delta(B, "g", index=0)], [("f", "{}"), ("g", B)],
    ),
    "nothing, told again": ([delta("{}", index=0, id="1"), delta("{}", None, index=0)], [("f", "{}")]),
    "a fragment that looks like all before": ([delta("aa", index=0), delta("aa", None, index=0)], [("f", "aaaa")]),
    "half an object twice": ([delta('{"', index=0), delta('{"', None, index=0)], [("f", '{"{": null}')]),
    "no function": ([{"tool_calls": [{"index": 0, "function": None}, "x"]}, delta(A, index=0)], [("f", A)]),
    "no list": ([{"tool_calls": {"index": 0}}], []),
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_the_same_call(spelling):
    deltas, wanted = SPELLINGS[spelling]
    assert calls(*deltas) == wanted


def test_ids_stay_as_they_are_and_are_made_only_where_none_came():
    message = streamed(delta(A, index=0, id=" weird id "), delta(B, index=1))
    assert [call[0] for call in message.calls] == [" weird id ", "call_function_48d17da13236_2"]


def test_a_stray_thought_behind_calls_is_dropped_but_text_is_not():
    stray = [{"content": "\n"}, {"content": "\n<think>\n"}, {"content": "</think>"}, {"content": ""}]
    assert streamed("Hi.", delta(A, id="1"), *stray).text == "Hi."
    message = streamed("Hi.", delta(A, id="1"), *stray, {"content": "Done."}, {"content": "\n"}, {"content": "Yes."})
    assert (message.text, message.reasoning) == ("Hi.\n\nDone.\nYes.", "")


def test_the_finish_says_what_there_is():
    assert streamed(delta(A, id="1"), finish="stop").finish == "tool_calls"
    assert streamed("Hi.", finish="tool_calls").finish == "stop"
    assert streamed(delta(A, id="1"), finish="length").finish == "length"


def test_markup_takes_the_next_free_index():
    reader = ToolCallReader()
    reader.take(delta(A, id="1")["tool_calls"][0])
    assert reader.from_markup(ToolCallStart(0, "m", "g")) == [ToolCallStart(1, "m", "g")]
    assert reader.from_markup(ToolCallArguments(0, "{}")) == [ToolCallArguments(1, "{}")]
    assert reader.from_markup(ToolCallArguments(5, "{}")) == []
    assert isinstance(streamed("Hi."), Message)


def test_an_answer_of_calls_without_end_is_refused():
    most = [delta(A, index=at, id=str(at)) for at in range(MOST_CALLS)]
    assert len(calls(*most)) == MOST_CALLS
    with pytest.raises(ProtocolFault, match="more than 1024 tool calls"):
        calls(*most, delta(A, index=MOST_CALLS, id="one more"))


@pytest.mark.parametrize("spelled", ["structured", "markup", "both"])
def test_one_call_is_told_where_one_was_asked_for(spelled):
    """``parallel_tool_calls: false``, which MiniMax does not know: the first call, and a note of the others."""
    options = ReadOptions(one_call=True, tool_schemas={"f": {}, "g": {}})
    markup = '<minimax:tool_call><invoke name="f"></invoke><invoke name="g"></invoke></minimax:tool_call>'
    frames = {
        "structured": [delta(A, "f", index=0, id="1"), delta(B[:4], "g", index=1, id="2"), delta(B[4:], None, index=1)],
        "markup": [{"content": markup}],
        "both": [delta(A, "f", index=0, id="1"), {"content": markup.replace('name="f"', 'name="g"')}],
    }[spelled]
    events = read([sse(*map(chunk, frames), chunk({}, "tool_calls"))], options)
    message = message_of(events)
    assert [name for _, name, _ in message.calls] == ["f"]
    assert message.finish == "tool_calls"
    assert fields_of(events)["dropped_calls"] == ["g"] * (2 if spelled == "both" else 1)
