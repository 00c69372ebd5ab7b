"""The framing of streams: RFC-shaped oddities, no last blank line, and events of many megabytes."""

from __future__ import annotations

import sys

import pytest

from litellm_minimax.wire.faults import ProtocolFault
from litellm_minimax.wire.incoming.sse import SSEDecoder


def decode(*pieces: bytes) -> list[bytes]:
    decoder = SSEDecoder()
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.close()


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: 1\n\ndata:2\n\n", [b"1", b"2"]),
        (b"data: 1\r\n\r\ndata: 2\r\rdata: 3\n\n", [b"1", b"2", b"3"]),
        (b": comment\n\n:\n\nevent: x\nid: 1\ndata: 1\nretry: 3\n\n", [b"1"]),
        (b"data: {\ndata: }\n\n", [b"{\n}"]),
        (b"data\n\ndata:  two blanks\n\n", [b"", b" two blanks"]),
        (b"\n\n\n\ndata: 1\n\n\n", [b"1"]),
        (b"dat: 1\n\nxdata: 2\n\n", []),
        (b"data: 1\n\ndata: the end is missing", [b"1", b"the end is missing"]),
        (b"data: 1\n\ndata: 2\r", [b"1", b"2"]),
        (b"", []),
    ],
)
def test_what_a_stream_holds(stream, events):
    assert decode(stream) == events
    assert decode(*(stream[at : at + 1] for at in range(len(stream)))) == events


def test_whole_events_come_in_front_of_one_beyond_the_limit():
    for ended in (b"", b"\n\n"):
        decoder = SSEDecoder(100)
        assert decoder.feed(b"data: 1\n\ndata: " + b"x" * 100) == [b"1"]
        with pytest.raises(ProtocolFault, match="larger than 100 bytes"):
            decoder.feed(ended) if ended else decoder.close()


def test_a_comment_in_front_of_one_beyond_the_limit_is_nothing():
    with pytest.raises(ProtocolFault, match="larger than 100 bytes"):
        SSEDecoder(100).feed(b": c\n\ndata: " + b"x" * 100)


def test_an_event_beyond_the_limit_is_a_fault_and_not_a_full_memory():
    decoder = SSEDecoder(max_event_bytes=1000)
    decoder.feed(b"data: " + b"x" * 900)
    with pytest.raises(ProtocolFault, match="larger than 1000 bytes"):
        decoder.feed(b"x" * 200)


@pytest.mark.parametrize("size", [1_000_000, 10_000_000])
def test_the_work_for_one_large_event_grows_with_its_size_only(size):
    """Each read is looked at once: its calls are counted, and what has been read before is not touched again."""
    read = b"x" * 1024
    decoder = SSEDecoder()
    decoder.feed(b"data: ")
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        for _ in range(size // 1024):
            decoder.feed(read)
    finally:
        sys.setprofile(None)
    assert calls <= 12 * (size // 1024)
    assert len(decoder._pending) == size // 1024 + 1  # pieces, not a buffer that is copied with every read
    assert [len(event) for event in decoder.feed(b"\n\n")] == [size // 1024 * 1024]
