"""A client of the proxy decides what is asked, and not who is asked, with whose key, or how the answer is checked."""

import pytest

from litellm_minimax.simulator import Answer
from tests.security.conftest import HELLO, UPSTREAM_KEY

pytestmark = pytest.mark.proxy

DOORS = {
    "/v1/chat/completions": {"messages": HELLO},
    "/v1/messages": {"messages": HELLO, "max_tokens": 500},
    "/v1/responses": {"input": "Hello!"},
}


def base_fields(evil):
    """Everywhere that another address could be named."""
    yield from ({name: evil} for name in ("api_base", "base_url"))
    yield from ({outer: {name: evil}} for outer in ("extra_body", "metadata", "litellm_metadata", "litellm_params")
                for name in ("api_base", "base_url"))  # fmt: skip
    yield {"fallbacks": [{"model": "minimax/MiniMax-M2", "api_base": evil}]}
    yield {"extra_headers": {"host": evil.removeprefix("http://"), "x-forwarded-host": evil}}
    yield {"extra_query": {"api_base": evil}}
    yield {"client": evil, "model_list": [{"model_name": "m2", "litellm_params": {"api_base": evil}}]}
    yield {"hybrid": {"reasoning_model": "m2", "execution_model": "m21", "backends": {"evil": evil}}}


@pytest.mark.parametrize("model", ["m2", "hybrid:[m2,m21]"])
@pytest.mark.parametrize("path", DOORS)
def test_no_field_leads_a_call_elsewhere(world, path, model):
    for fields in base_fields(world.evil.base_url):
        world.upstream.reset()
        response = world.post({"model": model, **DOORS[path], **fields}, path)
        assert not world.evil.requests, fields
        assert response.status_code >= 400 or world.upstream.requests, fields
        for request in world.upstream.requests:
            assert request.headers["authorization"] == f"Bearer {UPSTREAM_KEY}"
            assert request.headers["host"] == f"127.0.0.1:{world.upstream.port}"


@pytest.mark.parametrize("model", [
    "minimax/../../evil", "minimax/http://127.0.0.1:9", "hybrid:[m2?api_base=http://127.0.0.1:9,m21]",
    "hybrid:[m2?api_key=sk-x,m21]", "hybrid:[m2?extra_headers=a,m21]", "hybrid:[openai/gpt-4o,m21]", "hybrid/[m2,m21",
])  # fmt: skip
def test_no_model_string_does_either(world, model):
    response = world.post({"model": model, "messages": HELLO, "api_version": "x"})
    assert not world.evil.requests
    assert all(request.path == "/v1/chat/completions" and not request.query for request in world.upstream.requests)
    assert not model.startswith("hybrid") or response.status_code in {400, 403, 404}, response.text


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "name", ["ssl_verify", "hybrid", "self_hosted", "response_format_retries", "minimax_image_params"]
)
@pytest.mark.parametrize("value", [False, "/etc/passwd", {"allow_unconfigured_members": True}])
def test_a_deployments_options_are_the_operators(world, path, name, value):
    """LiteLLM lets a request's fields win over the configuration's: TLS checks could be switched off."""
    response = world.post({"model": "m2", **DOORS[path], name: value}, path)
    assert response.status_code == 400
    assert name in response.text
    assert not world.upstream.requests


def test_headers_neither_exchange_the_key_nor_reframe_the_request(world):
    sent = {
        "Authorization": "Bearer sk-mine", "X-Api-Key": "sk-mine", "Host": "evil", "Content-Length": "3",
        "Transfer-Encoding": "chunked", "Connection": "upgrade", "Upgrade": "h2c", "Expect": "100-continue",
        "Accept-Encoding": "br", "TE": "trailers", "Proxy-Authorization": "x", "Content-Type": "text/plain", "X-Team": "a",
    }  # fmt: skip
    assert world.post({"model": "m2", "messages": HELLO, "extra_headers": sent}).status_code == 200
    [request] = world.upstream.requests
    assert request.headers["x-team"] == "a", "other headers are the client's to add"
    assert request.headers["authorization"] == f"Bearer {UPSTREAM_KEY}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"
    assert int(request.headers["content-length"]) == len(request.raw)
    assert not request.headers.keys() & {
        "transfer-encoding", "upgrade", "expect", "te", "proxy-authorization", "x-api-key",
    }  # fmt: skip


@pytest.mark.parametrize("headers", [
    {"x-a": "1\r\nx-b: 2"}, {"x-a\r\nx-b": "2"}, {"x-a": "1\n"}, {"x a": "1"}, {"": "1"}, {"x-a": "€"}, {"x-a": "\x00"},
    {"x-a": {"b": 1}}, {"x-a": None}, "x-a: 1", ["x-a"], 7,
])  # fmt: skip
def test_headers_that_are_none_are_the_clients_mistake(world, headers):
    response = world.post({"model": "m2", "messages": HELLO, "extra_headers": headers})
    assert response.status_code == 400, response.text
    assert not world.upstream.requests


def test_a_key_of_ones_own_goes_to_the_operators_host_only(world):
    """LiteLLM takes ``api_key`` from a request; what it must not do is send anybody's key elsewhere."""
    world.post({"model": "m2", "messages": HELLO, "api_key": "sk-mine"})
    [request] = world.upstream.requests
    assert request.headers["authorization"] == "Bearer sk-mine"
    assert not world.evil.requests


def test_extra_body_does_not_replace_what_was_checked(world):
    for name, value in {"model": "MiniMax-M3", "messages": [], "stream": True, "stream_options": {}}.items():
        response = world.post({"model": "m2", "messages": HELLO, "extra_body": {name: value}})
        assert response.status_code == 400, (name, response.text)
        assert not world.upstream.requests


def test_metadata_overrides_three_things_of_a_hybrid_and_nothing_else(world):
    body = {"model": "hybrid:[m2,m21]", "messages": HELLO}
    for name in (
        "reasoning_model",
        "execution_model",
        "backends",
        "allow_unconfigured_members",
        "max_reasoning_tokens",
    ):
        response = world.post({**body, "metadata": {"hybrid": {name: "m21"}}})
        assert response.status_code == 400, (name, response.text)
        assert not world.upstream.requests
    world.upstream.on(lambda _: True, Answer("The answer."))
    assert world.post({**body, "metadata": {"hybrid": {"trigger": "skip"}}}).status_code == 200
    assert len(world.upstream.requests) == 1
