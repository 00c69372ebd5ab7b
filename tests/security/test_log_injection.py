"""Nobody writes lines of their own into a log, or headers of their own into an answer."""

import logging

import litellm
import pytest

from litellm_minimax.simulator import Answer, Simulator
from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.upstream.errors import to_litellm
from litellm_minimax.wire.faults import UpstreamFault
from tests.security.conftest import HELLO

FORGED = "fine\r\nERROR    root:forged line\x1b[2J\x00\u2028 end"


def test_an_upstreams_text_is_one_line():
    error = to_litellm(UpstreamFault(FORGED, code=1000, http_status=500), CallContext("MiniMax-M2"))
    assert "forged line" in str(error)
    assert not set("\r\n\x1b\x00\u2028") & set(str(error))


def test_an_upstreams_text_is_bounded():
    assert len(str(to_litellm(UpstreamFault("x" * 10**6), CallContext("MiniMax-M2")))) < 3_000


@pytest.mark.parametrize("trace_id", ["a\r\nSet-Cookie: b=c", "a b", "é", "x" * 200, "\x00"])
def test_a_trace_id_that_is_none_is_no_header(trace_id):
    error = to_litellm(UpstreamFault("no", code=1002, http_status=429, trace_id=trace_id), CallContext("MiniMax-M2"))
    assert "trace-id" not in error.response.headers
    assert "Trace id" not in str(error)


def test_our_own_log_has_one_line_an_event(caplog):
    caplog.set_level(logging.DEBUG, logger="litellm_minimax")
    with Simulator() as sim:
        sim.on(lambda _: True, Answer(FORGED, FORGED))
        for model in (f"minimax/{FORGED}", "minimax/MiniMax-M2"):
            call = {"messages": HELLO, "api_key": "sk-x", "api_base": sim.base_url, "top_k": 3}
            for format_ in ({"type": "json_object"}, None):
                try:
                    list(litellm.completion(model=model, **call, response_format=format_, stream=True))
                except litellm.BadRequestError:
                    continue
    ours = [record for record in caplog.records if record.name.startswith("litellm_minimax")]
    assert ours
    assert not [record for record in ours if set("\r\n\x1b\x00") & set(record.getMessage())]
