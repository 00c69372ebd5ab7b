"""Anthropic-shaped answers, read beside the passing bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litellm_minimax.wire.anthropic.answer import MessageStream, error_of_message, events_of_message
from litellm_minimax.wire.anthropic.tool_use import with_one_tool_use
from litellm_minimax.wire.events import Reasoning, ToolCallStart
from litellm_minimax.wire.faults import ProtocolFault, UpstreamFault

ERROR = {"type": "error", "error": {"type": "rate_limit_error", "message": "rate limit exceeded(RPM) (1002)"}}
BASE_RESP = {"id": "t", "choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit exceeded(RPM)"}}


def frame(kind: str, **members: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **members}, ensure_ascii=False)}\n\n".encode()


def delta(index: int, kind: str, **members: object) -> bytes:
    return frame("content_block_delta", index=index, delta={"type": kind, **members})


STREAM = [
    frame("message_start", message={"type": "message", "content": []}),
    frame("ping"),
    frame("content_block_start", index=0, content_block={"type": "thinking", "thinking": "", "signature": ""}),
    delta(0, "thinking_delta", thinking="I th"),
    delta(0, "thinking_delta", thinking="ink: « é »"),
    delta(0, "signature_delta", signature="ab"),
    frame("content_block_stop", index=0),
    frame("content_block_start", index=1, content_block={"type": "text", "text": ""}),
    delta(1, "text_delta", text='So: message_start, tool_use, "error".'),
    frame("content_block_stop", index=1),
    frame("content_block_start", index=2, content_block={"type": "tool_use", "id": "call_1", "name": "read", "input": {}}),
    delta(2, "input_json_delta", partial_json='{"a":1}'),
    frame("content_block_stop", index=2),
    frame("message_delta", delta={"stop_reason": "tool_use"}, usage={"output_tokens": 3}),
    frame("message_stop"),
]  # fmt: skip
READ = [Reasoning("I th"), Reasoning("ink: « é »"), ToolCallStart(0, "call_1", "read")]


def passed(data: bytes, sizes: list[int] | None = None) -> tuple[bytes, MessageStream]:
    stream, out = MessageStream(), b""
    for size in sizes or []:
        out += stream.feed(data[:size])
        data = data[size:]
    out += stream.feed(data)
    return out + stream.close(), stream


@given(sizes=st.lists(st.integers(0, 90), max_size=30))
def test_bytes_pass_unchanged_and_are_read_however_they_are_cut(sizes):
    out, stream = passed(b"".join(STREAM), sizes)
    assert out == b"".join(STREAM)
    assert stream.events == READ
    assert stream.began
    assert stream.ended


def test_other_line_ends_and_comments_pass_too():
    data = b": keep-alive\r\n\r\n" + b"".join(STREAM).replace(b"\n", b"\r\n") + b"data: rest"
    out, stream = passed(data)
    assert out == data
    assert (stream.events, stream.ended) == (READ, True)


def test_an_event_that_cannot_be_read_passes():
    odd = b'data: {"thinking": cut\n\n' + b'data: ["tool_use"]\n\n'
    assert passed(b"".join([STREAM[0], odd, STREAM[-1]]))[0] == STREAM[0] + odd + STREAM[-1]


def test_the_end_is_not_mistaken():
    stream = MessageStream()
    stream.feed(b"".join(STREAM[:-1]))
    assert not stream.ended
    stream.feed(STREAM[-1])
    assert stream.ended


def test_a_whole_message_after_the_stream_is_dropped():
    whole = frame("message", content=[{"type": "text", "text": "Again."}])
    assert passed(b"".join([*STREAM[:-1], whole, STREAM[-1]]))[0] == b"".join(STREAM)


@pytest.mark.parametrize("kind", ["text", "thinking"])
@pytest.mark.parametrize("later", ["Hello", "Hello there", "there", None])
def test_a_start_that_holds_text_is_told_exactly_once(kind, later):
    said = [STREAM[0], frame("content_block_start", index=0, content_block={"type": kind, kind: "Hello"})]
    said += [delta(0, f"{kind}_delta", **{kind: later})] if later else []
    out, stream = passed(b"".join([*said, frame("content_block_stop", index=0)]))
    told = [json.loads(line[5:]) for line in out.splitlines() if line.startswith(b"data:")]
    texts = [t.get("content_block", {}).get(kind, "") + t.get("delta", {}).get(kind, "") for t in told]
    whole = "Hello" + (later or "") if not (later or "").startswith("Hello") else later
    assert "".join(texts) == whole
    if kind == "thinking":
        assert "".join(event.text for event in stream.events) == whole


@pytest.mark.parametrize("data", [
    b"event: error\ndata: " + json.dumps(ERROR).encode() + b"\n\n",
    b"data: " + json.dumps(BASE_RESP).encode() + b"\n\n",
    json.dumps(BASE_RESP).encode(),
    json.dumps(ERROR).encode(),
])  # fmt: skip
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_an_error_in_place_of_the_first_event_is_raised(data, size):
    with pytest.raises(UpstreamFault) as caught:
        passed(data, [size] * (len(data) // size))
    assert caught.value.code == 1002


def test_an_error_after_the_first_event_passes():
    error = b"event: error\ndata: " + json.dumps(ERROR).encode() + b"\n\n"
    assert passed(STREAM[0] + error)[0] == STREAM[0] + error


@pytest.mark.parametrize("data", [b"", b"\n\n", b"<html>", b'{"object": "no error"}', b'{"cut'])
def test_what_is_no_event_stream_is_a_fault(data):
    with pytest.raises(ProtocolFault):
        passed(data)


def test_a_long_plain_body_is_read_at_its_end():
    body = json.dumps({"error": {"message": "no"}, "padding": "x" * 20_000}).encode()
    stream = MessageStream()
    assert stream.feed(body) == b""
    with pytest.raises(UpstreamFault, match="no"):
        stream.close()


def test_an_event_without_end_is_a_fault():
    stream = MessageStream()
    stream.feed(STREAM[0] + b"data: not json\n\ndata: 3\n\n")
    with pytest.raises(ProtocolFault, match="too long"):
        stream.feed(b"x" * 17 * 1024 * 1024)


def test_a_whole_answer_is_read():
    body = {"content": [{"type": "thinking", "thinking": "T"}, "odd", {"type": "text", "text": "x"},
                        {"type": "tool_use", "id": "a", "name": "n"}, {"type": "tool_use", "id": "b", "name": "n"}]}  # fmt: skip
    assert events_of_message(body) == [Reasoning("T"), ToolCallStart(0, "a", "n"), ToolCallStart(1, "b", "n")]
    assert events_of_message({}) == []
    assert error_of_message(200, json.dumps(body).encode(), None) is None


@pytest.mark.parametrize(("status", "body", "kind"), [
    (200, json.dumps(BASE_RESP).encode(), UpstreamFault),
    (200, json.dumps(ERROR).encode(), UpstreamFault),
    (429, json.dumps(ERROR).encode(), UpstreamFault),
    (502, b"<html>", UpstreamFault),
    (200, b"<html>", ProtocolFault),
    (200, b"[]", UpstreamFault),
])  # fmt: skip
def test_a_whole_error_is_told_from_an_answer(status, body, kind):
    assert isinstance(error_of_message(status, body, "trace"), kind)


def tool_use(index: int, name: str, *fragments: str) -> list[bytes]:
    block = {"type": "tool_use", "id": f"call_{index}", "name": name, "input": {}}
    deltas = [delta(index, "input_json_delta", partial_json=fragment) for fragment in fragments]
    return [
        frame("content_block_start", index=index, content_block=block),
        *deltas,
        frame("content_block_stop", index=index),
    ]


def blocks_of(data: bytes) -> tuple[dict[int, list[str]], str]:
    """The blocks that a client puts together: name and arguments, or text; and the stop reason."""
    blocks: dict[int, list[str]] = {}
    reason = ""
    for told in (json.loads(line[6:]) for line in data.decode().splitlines() if line.startswith("data: ")):
        match told["type"]:
            case "content_block_start":
                assert told["index"] == len(blocks)
                blocks[told["index"]] = [told["content_block"].get("name", ""), ""]
            case "content_block_delta":
                blocks[told["index"]][1] += told["delta"].get("partial_json") or told["delta"].get("text") or ""
            case "content_block_stop":
                assert told["index"] in blocks
            case "message_delta":
                reason = told["delta"]["stop_reason"]
    return blocks, reason


TWO = [
    STREAM[0], *tool_use(0, "read", "{'a': ", "No", "ne}"), *tool_use(1, "ls", '{"b": 1}'),
    frame("content_block_start", index=2, content_block={"type": "text", "text": "So."}), delta(2, "text_delta", text="So."),
    frame("content_block_stop", index=2), *STREAM[-2:],
]  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_tool_use_has_json_and_only_the_first_is_passed_where_one_is_wanted(size):
    data = b"".join(TWO)
    for one_call, wanted in (
        (False, {0: ["read", '{"a": null}'], 1: ["ls", '{"b": 1}'], 2: ["", "So."]}),
        (True, {0: ["read", '{"a": null}'], 1: ["", "So."]}),
    ):
        stream = MessageStream(one_call=one_call)
        out = b"".join(stream.feed(data[at : at + size]) for at in range(0, len(data), size)) + stream.close()
        assert blocks_of(out) == (wanted, "tool_use")
        assert [event.name for event in stream.events] == (["read"] if one_call else ["read", "ls"])


def test_a_tool_use_that_was_cut_is_made_whole_and_said_to_be_cut():
    data = b"".join([STREAM[0], *tool_use(0, "run", '{"command": "rm -rf /tmp/x'), *STREAM[-2:]])
    stream = MessageStream()
    assert blocks_of(stream.feed(data)) == ({0: ["run", '{"command": "rm -rf /tmp/x"}']}, "max_tokens")
    plain = b"".join([STREAM[0], *tool_use(0, "now", ""), *tool_use(1, "now"), *STREAM[-2:]])
    assert MessageStream().feed(plain) == plain


def test_a_whole_answer_keeps_its_first_tool_use():
    use = [{"type": "tool_use", "id": name, "name": name, "input": {}} for name in "abc"]
    text = {"type": "text", "text": "So."}
    assert with_one_tool_use([text, *use, text]) == [text, use[0], text]
    assert with_one_tool_use([text, "x"]) == [text, "x"]
