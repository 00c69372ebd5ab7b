"""MiniMax's errors in their two envelopes, other servers' in theirs, and bodies that say nothing."""

from __future__ import annotations

import json

import pytest

from litellm_minimax.wire.events import Finish
from litellm_minimax.wire.faults import UpstreamFault
from litellm_minimax.wire.incoming.errors_told import fault_in, parse_error_body
from tests.wire.answers import ID, chunk, fields_of, message_of, read, sse

ENVELOPE = {"type": "error", "request_id": ID}


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        ({"base_resp": {"status_code": 1002, "status_msg": "rate limit exceeded(RPM)"}, "id": "t"}, ("rate limit exceeded(RPM)", 1002, 200, None, "t")),
        ({"base_resp": {"status_code": "1004", "status_msg": "login fail (1004)"}}, ("login fail", 1004, 200, None, None)),
        ({"base_resp": {"status_code": 1000}}, ("no text", 1000, 200, None, None)),
        ({**ENVELOPE, "error": {"type": "rate_limit_error", "message": "slow down (1002)", "http_code": "429"}}, ("slow down", 1002, 429, "rate_limit_error", ID)),
        ({**ENVELOPE, "error": {"message": "overloaded", "http_code": "529"}}, ("overloaded", None, 529, None, ID)),
        ({"error": {"message": "bad", "code": 400}}, ("bad", None, 400, None, None)),
        ({"error": {"message": "bad", "code": 2013}}, ("bad", 2013, 200, None, None)),
        ({"error": {"message": "bad", "code": "invalid_prompt"}}, ("bad", None, 200, None, None)),
        ({"error": {"message": None, "code": True}}, ("no text", None, 200, None, None)),
        ({"error": "internal (1000)"}, ("internal", 1000, 200, None, None)),
        ({"object": "error", "message": "vLLM says no", "code": 404}, ("vLLM says no", None, 404, None, None)),
        ({"type": "error", "message": "bare"}, ("bare", None, 200, "error", None)),
    ],
)  # fmt: skip
def test_what_a_frame_tells(frame, told):
    fault = fault_in(frame)
    assert (fault.text, fault.code, fault.http_status, fault.kind, fault.trace_id) == told


@pytest.mark.parametrize(
    "frame",
    [{}, {"base_resp": {"status_code": 0}}, {"base_resp": None}, {"error": None}, {"error": {}}, {"error": ""}, {"object": "chat.completion"}],
)  # fmt: skip
def test_what_is_no_error(frame):
    assert fault_in(frame) is None


@pytest.mark.parametrize(
    ("body", "text", "code"),
    [
        (b'{"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}', "insufficient balance", 1008),
        (b'{"message": "no route (2013)"}', "no route", 2013),
        # A published recording of an overload: the status stands behind the code.
        (b'{"error": {"message": "under high load. (2064) (529)"}}', "under high load.", 2064),
        (b'{"message": "busy (529)"}', "busy", 529),
        (b'{"detail": "Not Found"}', "Not Found", None),
        (b'{"a": 1}', '{"a": 1}', None),
        (b"[1]", "[1]", None),
        (b"<html><style>b{}</style><body>502 <b>Bad</b>\n Gateway</body></html>", "502 Bad Gateway", None),
        (b"<p>502 <script>Bad <b>Gateway</b>", "502 Bad Gateway", None),
        (b"<p>502 <b", "502 <b", None),
        (b"upstream\x00 connect\nerror \xff", "upstream connect error \ufffd", None),
        (b"", "no explanation was sent with it", None),
        (b"x" * 300, "x" * 200 + "…", None),
    ],
)
def test_an_error_body_of_any_kind(body, text, code):
    fault = parse_error_body(502, body, "trace")
    assert (fault.text, fault.code, fault.http_status, fault.trace_id) == (text, code, 502, "trace")


def test_an_error_in_the_middle_is_one_although_text_came_before():
    with pytest.raises(UpstreamFault, match="slow down"):
        read([sse(chunk({"content": "Hi"}), {"error": {"message": "slow down (1002)"}})])


def test_an_error_behind_the_finish_takes_nothing_from_the_answer():
    late = {"base_resp": {"status_code": 1000, "status_msg": "unknown error"}}
    events = read([sse(chunk({"content": "Hi"}), chunk({}, "stop"), late)])
    assert message_of(events).text == "Hi"
    assert fields_of(events)["error_after_finish"] == {"code": 1000, "message": "unknown error"}
    filtered = read([sse(chunk({"content": "Hi"}, "stop"), {"base_resp": {"status_code": 1027}})])
    assert filtered[-1] == Finish("content_filter", "content_filter")
    # and behind the usage nothing is read
    whole = chunk({"content": "Hi"}, "stop", usage={"prompt_tokens": 1, "completion_tokens": 1})
    assert "error_after_finish" not in fields_of(read([sse(whole, late)]))


def test_faults_print_what_they_say():
    assert str(parse_error_body(400, json.dumps({"message": "no (2013)"}).encode())) == "no (code 2013, HTTP 400)"
