"""Every fault does to the bytes what it says."""

import gzip
import json
import socket

import httpx
import pytest

from litellm_minimax.simulator import Answer, Fault, Quirks, Simulator
from litellm_minimax.simulator.faults import CODES
from tests.simulator.conftest import CHAT, KEY, frames, text_of, user

SAID = Answer("One two three four five.", chunk_chars=5)


def raw(sim, body, enough=None):
    """All bytes that a bare socket gets, and how the connection ended: ``open``, ``closed`` or ``reset``.

    ``open`` means that nothing comes for a moment, once there is ``enough``.
    """
    data = json.dumps(body).encode()
    head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nContent-Length: {len(data)}\r\n\r\n".encode()
    with socket.create_connection((sim.host, sim.port)) as connection:
        connection.sendall(head + data)
        connection.settimeout(0.2)
        got = b""
        for _ in range(10_000):
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                if enough and sim.requests and enough(got):
                    return got, "open"
                continue
            except ConnectionResetError:
                return got, "reset"
            if not piece:
                return got, "closed"
            got += piece
    raise AssertionError(f"it goes on and on: {got[:100]!r}")


def play(sim, fault, *, stream=True, enough=None):
    sim.enqueue(Fault(fault, answer=SAID) if isinstance(fault, str) else fault)
    got, ended = raw(sim, user(stream=stream), enough)
    head, _, body = got.partition(b"\r\n\r\n")
    return head, body, ended


@pytest.mark.parametrize("stream", [True, False])
def test_refuse_closes_without_a_byte(sim, stream):
    assert play(sim, "refuse", stream=stream) == (b"", b"", "closed")
    assert sim.last.answered.fault == "refuse"
    assert not sim.last.answered.finished


def test_a_closed_port_really_refuses_and_opens_again(sim, client):
    with sim.refuse_connections(), pytest.raises(httpx.ConnectError):
        client.post(CHAT, json=user())
    assert client.post(CHAT, json=user()).status_code == 200


@pytest.mark.parametrize("kind", ["reset", "stall"])
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("phase", "head_sent", "body_sent"),
    [
        ("before_headers", False, False),
        ("after_headers", True, False),
        ("mid_stream", True, True),
        ("before_end", True, True),
    ],
)
def test_reset_and_stall_strike_in_their_phase(sim, kind, stream, phase, head_sent, body_sent):
    fault = Fault(kind, phase=phase, at=2, seconds=30, answer=SAID)
    whole_frames = 2 if stream and phase == "mid_stream" else int(body_sent)
    sign = b"data: " if stream else b"{"
    begun = b"\r\n\r\n" if head_sent else b""

    def enough(got):
        return begun in got and got.partition(b"\r\n\r\n")[2].count(sign) >= whole_frames

    head, body, ended = play(sim, fault, stream=stream, enough=enough if kind == "stall" else None)
    assert ended == {"reset": "reset", "stall": "open"}[kind]
    if kind == "stall":  # a reset throws away what the client has not read yet
        assert bool(head) == head_sent
        assert bool(body) == body_sent
    if stream:
        assert b'"finish_reason"' not in body
        if kind == "stall" and phase == "mid_stream":
            assert body.count(b"data: ") == 2
    sim.wait_idle()
    assert sim.last.answered.client_left == (kind == "stall")


def test_a_stall_ends_after_its_time(sim):
    _head, body, ended = play(sim, Fault("stall", at=1, seconds=0.05, answer=SAID))
    assert (body.count(b"data: "), ended) == (1, "closed")


def test_drip_sends_a_byte_at_a_time_and_everything(sim, client):
    sim.enqueue(Fault("drip", delay=0.0, answer=SAID))
    with client.stream("POST", CHAT, json=user(stream=True)) as response:
        parsed = frames(httpx.Response(200, content=b"".join(response.iter_bytes())))
    assert text_of(parsed) == SAID.text
    assert sim.last.answered.finished


def test_truncated_json(sim, client):
    sim.enqueue(Fault("truncate_json"), Fault("truncate_json", phase="before_end"))
    with pytest.raises(json.JSONDecodeError):
        client.post(CHAT, json=user()).json()
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(CHAT, json=user())


def test_truncated_streams(sim, client):
    sim.enqueue(
        Fault("truncate_sse", at=2, answer=SAID),
        Fault("truncate_sse", at=2, phase="before_end", answer=SAID),
        Fault("truncate_json", at=2, answer=SAID),
    )
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(CHAT, json=user(stream=True))
    cut = client.post(CHAT, json=user(stream=True)).text
    assert cut.count("data: ") == 3
    assert not cut.endswith("\n\n")
    broken = client.post(CHAT, json=user(stream=True))
    with pytest.raises(json.JSONDecodeError):
        frames(broken)
    assert broken.text.count("data: ") == 5


@pytest.mark.parametrize("stream", [True, False])
def test_whole_replies_are_replaced(sim, client, stream):
    sim.enqueue(
        Fault("wrong_content_type"),
        Fault("html_error"),
        Fault("redirect", location="http://127.0.0.1:9/x"),
        Fault("empty_body"),
    )
    wrong, html, redirect, empty = (client.post(CHAT, json=user(stream=stream)) for _ in range(4))
    assert wrong.headers["content-type"] == "text/html; charset=utf-8"
    assert "[simulated]" in wrong.text
    assert (html.status_code, html.text[:15]) == (502, "<!DOCTYPE html>")
    assert (redirect.status_code, redirect.headers["location"]) == (307, "http://127.0.0.1:9/x")
    assert (empty.status_code, empty.content) == (200, b"")


@pytest.mark.parametrize("stream", [True, False])
def test_bodies_that_grow(sim, client, stream):
    sim.enqueue(Fault("gigantic_line", size=3_000_000, answer=SAID), Fault("gzip_bomb", size=3_000_000))
    line = client.post(CHAT, json=user(stream=stream))
    assert max(len(part) for part in line.content.split(b"\n")) > 3_000_000
    assert text_of(frames(line)).startswith("One t") if stream else line.json()["choices"]
    with client.stream("POST", CHAT, json=user(stream=stream)) as bomb:
        packed = b"".join(bomb.iter_raw())
    assert len(packed) < 30_000
    assert len(gzip.decompress(packed)) > 3_000_000


@pytest.mark.parametrize("stream", [True, False])
def test_an_endless_answer_stops_when_the_client_leaves(sim, client, stream):
    sim.enqueue(Fault("endless", answer=SAID))
    with client.stream("POST", CHAT, json=user(stream=stream)) as response:
        got = 0
        for piece in response.iter_raw():
            got += len(piece)
            if got > 2_000_000:
                break
    sim.wait_idle()
    assert sim.last.answered.client_left
    assert not sim.last.answered.finished


@pytest.mark.parametrize("stream", [True, False])
def test_invalid_utf8(sim, client, stream):
    sim.enqueue(Fault("invalid_utf8", answer=SAID))
    content = client.post(CHAT, json=user(stream=stream)).content
    assert b'"content":"\xff\xfeOne' in content
    with pytest.raises(UnicodeDecodeError):
        content.decode()


def test_frames_twice_and_in_the_wrong_order(sim, client):
    sim.enqueue(
        Fault("duplicate_frames", at=2, answer=SAID),
        Fault("duplicate_frames", at=-1, answer=SAID),
        Fault("out_of_order", at=1, answer=SAID),
        Fault("no_finish", answer=SAID),
    )
    twice, ends, swapped, open_end = (frames(client.post(CHAT, json=user(stream=True))) for _ in range(4))
    assert text_of(twice) == "One two thwo three four five."
    assert sum("finish_reason" in frame["choices"][0] for frame in ends) == 2
    assert text_of(swapped) == "wo thOne t" + SAID.text[10:]
    assert text_of(open_end) == SAID.text[:20]
    assert not any("finish_reason" in frame["choices"][0] for frame in open_end)


# -- errors of the service --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_error_codes_in_the_chat_envelope(sim, client, code):
    sim.enqueue(Fault("error", code=code))
    response = client.post(CHAT, json=user())
    told = response.json()["error"]
    assert response.status_code == CODES[code].status == int(told["http_code"])
    assert isinstance(told["http_code"], str)
    assert told["message"] == f"{CODES[code].text} ({code})"
    assert response.json()["request_id"] == response.headers["trace-id"]
    assert sim.report()["errors_by_code"] == {str(code): 1}


def test_error_envelopes(sim, client):
    sim.enqueue(
        Fault("error", code=1002, envelope="base_resp"),
        Fault("error", code=1000, status=529, text="overloaded"),
    )
    hidden = client.post(CHAT, json=user())
    assert hidden.status_code == 200
    assert hidden.json()["choices"] is None
    assert hidden.json()["base_resp"] == {"status_code": 1002, "status_msg": "rate limit exceeded(RPM)"}
    loaded = client.post(CHAT, json=user())
    assert loaded.status_code == 529
    assert loaded.json()["error"]["type"] == "overloaded_error"
    assert loaded.json()["error"]["message"] == "overloaded (1000)"


@pytest.mark.parametrize(
    ("envelope", "member"), [("base_resp", "base_resp"), ("frame", "base_resp"), ("error_frame", "error")]
)
def test_errors_inside_a_stream(sim, client, envelope, member):
    sim.enqueue(Fault("error", code=1027, envelope=envelope, after_chunks=2, answer=SAID))
    response = client.post(CHAT, json=user(stream=True))
    parsed = frames(response)
    assert response.status_code == 200
    assert text_of(parsed) == "One two th"
    assert len(parsed) == 3
    assert "1027" in json.dumps(parsed[-1][member])


def test_an_error_event_in_the_anthropic_stream(sim, client):
    sim.enqueue(Fault("error", code=1002, envelope="frame", after_chunks=2))
    response = client.post("/anthropic/v1/messages", json={**user(stream=True), "max_tokens": 9})
    assert response.status_code == 200
    last = response.text.strip().split("\n\n")[-1]
    assert last.startswith("event: error\n")
    assert '"type":"rate_limit_error"' in last


def test_the_status_of_1008_is_a_switch(sim, client):
    sim.quirks = Quirks(status_1008=429)
    sim.enqueue(Fault("error", code=1008))
    assert client.post(CHAT, json=user()).status_code == 429


def test_a_fault_is_played_as_often_as_it_says_and_then_all_is_well(sim, client):
    sim.enqueue(Fault("error", code=1002, repeat=2))
    assert [client.post(CHAT, json=user()).status_code for _ in range(3)] == [429, 429, 200]


def test_hosts_and_tls():
    with pytest.raises(ValueError, match="loopback only"):
        Simulator(host="0.0.0.0")
    Simulator(host="0.0.0.0", allow_remote=True)
    with Simulator() as plain, pytest.raises(httpx.ConnectError):
        httpx.get(plain.base_url.replace("http:", "https:"), headers=KEY)
