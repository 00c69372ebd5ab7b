"""Token counts, exactly as told, and placeholders told apart from them."""

from __future__ import annotations

import pytest

from litellm_minimax.wire.events import Usage
from litellm_minimax.wire.incoming.usage import read_usage, summed
from tests.wire.answers import chunk, message_of, read, sse


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        (None, None),
        ([], None),
        ({"total_tokens": 0, "total_characters": 0}, None),
        ({"prompt_tokens": True, "completion_tokens": -1}, None),
        ({"prompt_tokens": 55, "completion_tokens": 61}, Usage(55, 61, 116)),
        ({"prompt_tokens": 55, "total_tokens": 57}, Usage(55, 0, 57)),
        ({"completion_tokens": 28, "total_tokens": 28, "completion_tokens_details": {"reasoning_tokens": 30}}, Usage(0, 28, 28, 30)),
        ({"prompt_tokens": 5, "completion_tokens": 1, "prompt_tokens_details": None}, Usage(5, 1, 6)),
        ({"prompt_tokens": 5, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 3}}, Usage(5, 1, 6, None, 3)),
        (
            {"prompt_tokens": 5, "completion_tokens": 1, "prompt_tokens_details": {"cache_read_input_tokens": 0, "cache_creation_input_tokens": 4, "cached_tokens": 9}},
            Usage(5, 1, 6, None, 0, 4),
        ),
    ],
)  # fmt: skip
def test_what_counts_as_counts(told, counts):
    assert read_usage(told) == counts


def test_running_counts_do_not_end_the_answer_before_the_last_ones():
    data = sse(
        chunk({"content": "Hi"}, usage={"prompt_tokens": 5, "completion_tokens": 1}),
        chunk({}, "stop"),
        {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}},
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 9}},
    )
    assert message_of(read([data])).usage == Usage(5, 2, 7)
    pieces = [data[at : at + 1] for at in range(len(data))]
    assert message_of(read(pieces, leave_when_done=True)).usage == Usage(5, 2, 7)


def test_two_calls_together():
    one, other = Usage(1, 2, 3, cache_read_tokens=1), Usage(10, 20, 30, reasoning_tokens=5, cache_read_tokens=2)
    assert summed(one, other) == Usage(11, 22, 33, reasoning_tokens=5, cache_read_tokens=3)
    assert summed(None, one) == summed(one, None) == one
    assert summed(None, None) is None
