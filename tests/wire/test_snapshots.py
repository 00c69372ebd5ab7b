"""Text told as increments, as growing snapshots, in two fields, and again at the end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from litellm_minimax.wire.incoming.snapshots import ReasoningLedger, SnapshotReader
from tests.wire.answers import chunk, message_of, read, sse, streamed

THOUGHT = "The user asks about France, and I know its capital."


def told(*texts: str, shortest: int = 4) -> list[str]:
    reader = SnapshotReader(shortest)
    return [reader.new(text) for text in texts]


@given(st.lists(st.integers(4, len(THOUGHT)), min_size=1, max_size=8, unique=True).map(sorted))
def test_snapshots_are_reduced_to_what_is_new(ends):
    assert "".join(told(*(THOUGHT[:end] for end in ends))) == THOUGHT[: ends[-1]]


def test_increments_are_never_taken_for_snapshots():
    for increments in (
        ["1", "10", "101"],
        ["ha ha ", "ha ha ha ha "],
        ["-" * 20, "-" * 21, "-" * 60],
        ["no, ", "so"],
        list(THOUGHT),
    ):
        assert told(*increments) == increments


def test_a_snapshot_that_is_late_adds_nothing_and_increments_may_follow():
    assert told("Well, ", "Well, yes", "Well, ", "Well, yes", " indeed", " it is") == [
        "Well, ",
        "yes",
        "",
        "",
        " indeed",
        " it is",
    ]


def test_the_whole_text_at_the_end_adds_what_is_missing_only():
    reader = SnapshotReader(4)
    reader.new("Well")
    assert (reader.rest("We"), reader.rest("Else"), reader.rest("Well, yes"), reader.rest("Well, yes")) == (
        "",
        "",
        ", yes",
        "",
    )


def test_reasoning_between_tags_and_in_a_field_is_shown_once():
    ledger = ReasoningLedger()
    assert [
        ledger.from_field("\nab"),
        ledger.from_tags("a"),
        ledger.from_field("cd"),
        ledger.from_tags("bcde"),
        ledger.from_field("e"),
    ] == ["ab", "", "cd", "e", ""]
    ahead = ReasoningLedger()
    assert [ahead.from_tags("ab"), ahead.from_field("abc")] == ["ab", "c"]
    other = ReasoningLedger()
    assert [other.from_tags("ab"), other.from_field("xy")] == ["ab", "xy"]
    assert [ReasoningLedger().from_field(" \n")] == [""]


def test_content_may_be_told_as_snapshots_as_well():
    assert streamed("Paris is the capital", "Paris is the capital of France.").text == "Paris is the capital of France."


def test_a_summary_frame_with_more_than_was_streamed_adds_the_rest():
    message = {
        "content": "Hi there.",
        "reasoning_content": "hmm",
        "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}],
    }
    data = sse(
        chunk({"content": "Hi", "reasoning_content": "hm"}),
        {"object": "chat.completion", "choices": [{"message": message, "finish_reason": "tool_calls"}]},
    )
    answer = message_of(read([data]))
    assert (answer.text, answer.reasoning, answer.calls) == ("Hi there.", "hmm", (("c", "f", "{}"),))
