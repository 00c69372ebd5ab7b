"""Stop sequences, cut as if the text had come letter by letter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from litellm_minimax.wire.incoming.stop import StopScanner
from litellm_minimax.wire.options import ReadOptions
from tests.wire.answers import chunk, message_of, read, sse, streamed

LETTERS = st.text("abc", max_size=30)


def cut(sequences: tuple[str, ...], *pieces: str) -> tuple[str, bool]:
    scanner = StopScanner(sequences)
    text = "".join([scanner.feed(piece) for piece in pieces]) + scanner.close()
    return text, scanner.hit


def naive(sequences: tuple[str, ...], text: str) -> tuple[str, bool]:
    for end in range(len(text) + 1):
        if found := [sequence for sequence in sequences if text[:end].endswith(sequence)]:
            return text[: end - max(map(len, found))], True
    return text, False


@given(st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=4).map(tuple), LETTERS, st.integers(1, 9))
def test_the_first_to_be_complete_cuts_wherever_the_pieces_end(sequences, text, size):
    wanted = naive(sequences, text)
    assert cut(sequences, text) == wanted
    assert cut(sequences, *(text[at : at + size] for at in range(0, len(text), size))) == wanted


def test_nothing_is_held_that_can_not_be_part_of_a_sequence():
    scanner = StopScanner(("\n\nHuman:", ""))
    assert scanner.feed("one\n\nHum") == "one"
    assert scanner.feed("us\n") == "\n\nHumus"
    assert (scanner.feed(""), scanner.close(), scanner.hit) == ("", "\n", False)


def test_an_empty_sequence_stops_nothing():
    assert cut(("",), "one") == ("one", False)


def test_the_whole_answer_ends_there():
    options = ReadOptions(stop=("END",))
    call = {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}]}
    message = streamed(
        "<think>END</think>one E", {"content": "ND two", **call}, "three", options=options, finish="length"
    )
    assert (message.text, message.reasoning, message.calls, message.finish) == ("one ", "END", (), "stop")
    # the rest of a frame in which it was met, thinking too, is not shown
    assert streamed("one END\n<think>\nhm</think>", options=options).reasoning == ""


def test_a_sequence_that_is_complete_only_with_the_held_rest():
    options = ReadOptions(stop=("<th",))
    data = sse(chunk({"content": "one <th"}), chunk({}, "length"))
    assert message_of(read([data], options)).text == "one "
    assert message_of(read([data], options)).finish == "stop"
