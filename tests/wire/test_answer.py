"""The bytes of an answer, whatever they turn out to be."""

from __future__ import annotations

import pytest

from litellm_minimax.wire.events import Text, Usage
from litellm_minimax.wire.faults import ProtocolFault
from litellm_minimax.wire.incoming import answer
from litellm_minimax.wire.incoming.answer import AnswerReader
from litellm_minimax.wire.options import ReadOptions
from tests.wire.answers import PLAIN, chunk, message_of, read, sse, whole

HI = whole({"content": "Hi"})
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("front", [b"", BOM, b"\n\n ", BOM + b" " * 3000])
@pytest.mark.parametrize("body", [HI, sse(chunk({"content": "Hi"}, "stop"))])
def test_what_it_is_is_seen_from_the_bytes(front, body):
    data = front + body
    assert message_of(read([data])).text == "Hi"
    assert message_of(read(data[at : at + 1] for at in range(len(data)))).text == "Hi"


@pytest.mark.parametrize(
    ("body", "problem", "truncated"),
    [
        (b"", "empty", True),
        (b" \n", "empty", True),
        (b"\xef\xbb", "empty", True),
        (b"<html>nginx</html>", "web page", False),
        (b"[1]", "not an object", False),
        (HI[:-5], "not JSON", True),
        (b"upstream connect error", "broke off", True),
        (b"data: plain text\n\ndata: [DONE]\n\n", "not JSON: 'plain text'", False),
        (sse(chunk({"content": "Hi"}), done=False), "broke off", True),
        (sse(chunk({"content": "Hi"}), done=False) + b'data: {"choi', "not JSON", True),
        (b"{}", "broke off", True),
    ],
)
def test_what_can_not_be_read_is_a_fault_that_says_why(body, problem, truncated):
    with pytest.raises(ProtocolFault, match=problem) as raised:
        read([body])
    assert raised.value.truncated is truncated


def test_a_body_without_a_finish_reason_is_whole_all_the_same():
    assert message_of(read([whole({"content": "Hi"}, None)])).finish == "stop"


def test_frames_that_are_no_objects_mean_nothing():
    assert message_of(read([sse(b"null", b"3", b"[]", b"", b" ", chunk({"content": "Hi"}, "stop"))])).text == "Hi"


def test_a_usage_that_broke_off_behind_the_finish_takes_nothing_from_the_answer():
    data = sse(chunk({"content": "Hi"}, "stop"), {"choices": [], "usage": {"prompt_tokens": 1}}, done=False)
    for missing in range(1, 40):
        assert message_of(read([data[:-missing]])).text == "Hi"
    assert message_of(read([data])).usage == Usage(1, 0, 1)


def test_finished_and_done():
    reader = AnswerReader(PLAIN)
    assert (reader.finished, reader.done, reader.complete) == (False, False, False)
    reader.feed(sse(chunk({"content": "Hi"}, "stop"), done=False))
    assert (reader.finished, reader.done, reader.complete) == (True, False, True)
    reader.feed(sse({"choices": [], "usage": {"prompt_tokens": 1}}, done=False))
    assert (reader.finished, reader.done) == (True, True)
    assert reader.feed(sse(chunk({"content": "more"}))) == []
    marked = AnswerReader(PLAIN)
    marked.feed(sse(chunk({"content": "Hi"})))
    assert (marked.finished, marked.done) == (False, True)
    cut = AnswerReader(ReadOptions(stop=("!",)))
    assert cut.feed(sse(chunk({"content": "Hi!"}), chunk({"content": "more"})))[-1] == Text("Hi")
    assert cut.done
    assert not cut.complete, "its server would go on"


def test_a_body_beyond_the_limit_is_a_fault(monkeypatch):
    monkeypatch.setattr(answer, "MAX_BODY_BYTES", 1000)
    with pytest.raises(ProtocolFault, match="larger than 1000"):
        read([b"{" + b" " * 50] * 30)


@pytest.mark.parametrize("size", [1_000_000, 10_000_000])
def test_one_frame_of_megabytes_in_small_reads(size):
    data = sse(chunk({"content": "x" * size}, "stop"))
    assert len(message_of(read(data[at : at + 1024] for at in range(0, len(data), 1024))).text) == size
