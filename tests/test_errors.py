"""MiniMax's codes and statuses become the LiteLLM exceptions by which the Router retries, cools down and falls back."""

import litellm
import pytest

from litellm_minimax.upstream.addresses import parse
from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.upstream.errors import missing_key, seconds_to_reset, to_litellm
from litellm_minimax.upstream.transport_faults import TransportFault
from litellm_minimax.wire.faults import InvalidRequest, ProtocolFault, UpstreamFault

CONTEXT = CallContext("MiniMax-M2", "minimax", parse("https://api.minimax.io"))
BY_CODE = {
    1000: (litellm.InternalServerError, 500),
    1001: (litellm.Timeout, 408),
    1002: (litellm.RateLimitError, 429),
    1004: (litellm.AuthenticationError, 401),
    1008: (Exception, 402),
    1013: (litellm.InternalServerError, 500),
    1024: (litellm.InternalServerError, 500),
    1026: (litellm.ContentPolicyViolationError, 400),
    1027: (litellm.ContentPolicyViolationError, 400),
    1028: (litellm.RateLimitError, 429),
    1030: (litellm.RateLimitError, 429),
    1033: (litellm.InternalServerError, 500),
    1039: (litellm.RateLimitError, 429),
    1041: (litellm.RateLimitError, 429),
    1042: (litellm.BadRequestError, 400),
    2013: (litellm.BadRequestError, 400),
    2045: (litellm.RateLimitError, 429),
    2049: (litellm.AuthenticationError, 401),
    2056: (litellm.RateLimitError, 429),
    2061: (litellm.PermissionDeniedError, 403),
    2064: (litellm.ServiceUnavailableError, 503),
}


@pytest.mark.parametrize("http_status", [200, 400, 500])
@pytest.mark.parametrize("code", BY_CODE)
def test_a_code_means_the_same_whatever_status_it_came_with(code, http_status):
    fault = UpstreamFault("what MiniMax said", code=code, http_status=http_status, trace_id="06ab")
    error = to_litellm(fault, CONTEXT)
    kind, status = BY_CODE[code]
    assert isinstance(error, kind)
    assert error.status_code == status
    for part in (str(code), "what MiniMax said", "06ab"):
        assert part in str(error)
    assert error.llm_provider == "minimax"


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (401, None, litellm.AuthenticationError),
        (403, None, litellm.PermissionDeniedError),
        (404, None, litellm.NotFoundError),
        (413, None, litellm.BadRequestError),
        (418, None, litellm.BadRequestError),
        (429, None, litellm.RateLimitError),
        (301, None, litellm.BadGatewayError),
        (500, None, litellm.InternalServerError),
        (502, None, litellm.BadGatewayError),
        (503, None, litellm.ServiceUnavailableError),
        (504, None, litellm.Timeout),
        (529, "overloaded_error", litellm.ServiceUnavailableError),
        (200, "overloaded_error", litellm.ServiceUnavailableError),
        (200, "rate_limit_error", litellm.RateLimitError),
        (200, None, litellm.InternalServerError),
    ],
)
def test_without_a_known_code_the_status_decides(status, kind, expected):
    assert isinstance(to_litellm(UpstreamFault("text", http_status=status, kind=kind), CONTEXT), expected)


def test_2013_is_told_apart_by_its_text():
    def error(text):
        return to_litellm(UpstreamFault(text, code=2013, http_status=400), CONTEXT)

    assert isinstance(error("invalid params, context window exceeds limit"), litellm.ContextWindowExceededError)
    assert "litellm-minimax models" in str(error("invalid params, unknown model 'x'"))


def test_a_refused_key_names_the_other_region():
    text = str(to_litellm(UpstreamFault("login fail", code=1004, http_status=401), CONTEXT))
    assert "api.minimaxi.com" in text
    assert "MINIMAX_REGION" in text
    own_server = CallContext("MiniMax-M2", "minimax", parse("http://localhost:8000/v1"))
    assert "region" not in str(to_litellm(UpstreamFault("no", code=1004), own_server))


def test_a_quota_error_carries_the_wait_that_its_text_names():
    fault = UpstreamFault("usage limit exceeded, resets at 1970-01-01T00:10:00+00:00", code=2056, http_status=429)
    error = to_litellm(fault, CONTEXT, now=300.0)
    assert error.response.headers["retry-after"] == "300"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("resets at 1970-01-01 00:01:40", 100),
        ("reset at 100", 100),
        ("resets at 1700000000000 (2056)", 1_700_000_000),
        ("resets at 1970-01-01T00:00:00Z", None),
        ("resets at soon", None),
        ("resets at 99-99-99", None),
        ("limit", None),
    ],
)
def test_reset_times(text, seconds):
    assert seconds_to_reset(text, now=0.0) == seconds


def test_faults_of_the_network_and_of_the_answer():
    timeout = to_litellm(TransportFault("timeout", "The server fell silent.", "silence"), CONTEXT)
    assert isinstance(timeout, litellm.Timeout)
    assert "silence" in str(timeout)
    assert isinstance(to_litellm(TransportFault("unreachable", "refused"), CONTEXT), litellm.APIConnectionError)
    assert isinstance(to_litellm(TransportFault("interrupted", "broke"), CONTEXT), litellm.APIConnectionError)
    assert isinstance(to_litellm(ProtocolFault("cut", truncated=True), CONTEXT), litellm.APIConnectionError)
    assert isinstance(to_litellm(ProtocolFault("not JSON"), CONTEXT), litellm.BadGatewayError)


def test_a_request_that_cant_be_sent_is_the_callers_400():
    error = to_litellm(InvalidRequest("messages[1]", "has no role.", "Add one."), CONTEXT)
    assert isinstance(error, litellm.BadRequestError)
    assert "messages[1]: has no role. Add one." in str(error)


def test_a_missing_key_says_how_to_set_it():
    error = missing_key(CONTEXT)
    assert isinstance(error, litellm.AuthenticationError)
    for part in ("MINIMAX_API_KEY", "api_key=", "litellm-minimax doctor"):
        assert part in str(error)


def test_any_other_exception_stays_itself():
    error = KeyError("x")
    assert to_litellm(error, CONTEXT) is error
