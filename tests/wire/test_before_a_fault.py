"""What an answer said in front of a fault comes first, then the fault, however the bytes are cut."""

from __future__ import annotations

import json
import random

import pytest

from litellm_minimax.wire.events import Event, Started
from litellm_minimax.wire.faults import UpstreamFault, WireFault
from litellm_minimax.wire.incoming.answer import AnswerReader
from litellm_minimax.wire.incoming.coalesce import coalesce
from litellm_minimax.wire.options import ReadOptions
from tests.wire.answers import FIXTURES, chunk, sse

SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}, "city": {"type": "string"}}}
OPTIONS = ReadOptions(tool_schemas={"write_file": SCHEMA, "get_weather": SCHEMA}, implicit_think="open_weights")
ERRORS = {
    "a rate limit": sse({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}),
    "an output that is sensitive": sse({"error": {"message": "output new_sensitive (1027)"}}),
    "a frame that is no JSON": b"data: {not json\n\n",
    "nothing more": b"",
}
STREAMS = sorted(path.name for path in FIXTURES.glob("*.sse") if "error" not in path.name and "broken" not in path.name)


def told(pieces: list[bytes]) -> tuple[list[Event], str]:
    """The events in front of a fault, and the fault."""
    reader, events = AnswerReader(OPTIONS), []
    try:
        for piece in pieces:
            events += reader.feed(piece)
            if reader.fault is not None:
                break
        events += reader.close()
        assert reader.fault is not None
        fault: WireFault = reader.fault
    except WireFault as raised:
        assert all(isinstance(event, Started) for event in events) or not reader.broken_off()
        fault = raised
    return coalesce([event for event in events if not isinstance(event, Started)]), repr(fault)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("name", STREAMS)
def test_the_events_come_first_then_the_fault_in_any_cut(name, error):
    frames = (FIXTURES / name).read_bytes().replace(b"\r\n", b"\n").split(b"\n\n")
    rng = random.Random(name + error)
    finish = next((at for at, frame in enumerate(frames) if _finishes(frame)), len(frames))
    for at in sorted({2, finish // 2, finish} - {0, 1}):
        body = b"".join(frame + b"\n\n" for frame in frames[: min(at, finish)]) + ERRORS[error]
        if len(body) < 8:
            continue
        wanted = told([body])
        assert told([body[position : position + 1] for position in range(len(body))]) == wanted
        cuts = sorted(rng.sample(range(1, len(body)), 5))
        assert told([body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]) == wanted


def _finishes(frame: bytes) -> bool:
    return b'"finish_reason":"' in frame.replace(b" ", b"") or b"[DONE]" in frame


def test_text_that_was_held_back_is_not_lost():
    reader = AnswerReader(ReadOptions())
    frames = sse(chunk({"content": "Look: <thi"})).replace(b"data: [DONE]\n\n", b"") + ERRORS["a rate limit"]
    (_, text) = coalesce(reader.feed(frames))
    assert text.text == "Look: <thi"
    assert isinstance(reader.fault, UpstreamFault)


def test_a_fault_in_the_last_bytes_and_one_behind_a_stop_sequence():
    reader = AnswerReader(ReadOptions())
    text = sse(chunk({"content": "Hi <thi"})).replace(b"data: [DONE]\n\n", b"")
    reader.feed(text + b"data: {no")
    assert [event.text for event in reader.close()] == ["<thi"]
    assert isinstance(reader.fault, WireFault)
    assert reader.close() == []
    stopped = AnswerReader(ReadOptions(stop=("STOP",)))
    stopped.feed(sse(chunk({"content": "Hi STOP it"})).replace(b"data: [DONE]\n\n", b""))
    assert stopped.broken_off() == []


def test_an_error_in_front_of_any_text_is_raised_at_once():
    reader = AnswerReader(ReadOptions())
    with pytest.raises(UpstreamFault):
        reader.feed(
            sse(chunk({"role": "assistant", "content": ""})).replace(b"data: [DONE]\n\n", b"") + ERRORS["a rate limit"]
        )
    assert json.dumps(reader.fault) == "null"
