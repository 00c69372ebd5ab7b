"""Every form of base URL that circulates means the same server."""

import pytest

from litellm_minimax.upstream import addresses
from litellm_minimax.wire.faults import InvalidRequest

TAILS = ["", "/", "/v1", "/v1/", "/v1/chat/completions", "/anthropic", "/anthropic/", "/anthropic/v1",
         "/anthropic/v1/messages", "/v1/messages", "/v1/text/chatcompletion_v2"]  # fmt: skip


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("root", ["https://api.minimax.io", "http://127.0.0.1:8080", "http://gpu:8000/llm"])
def test_every_form_comes_to_the_same_urls(root, tail):
    address = addresses.parse(root + tail)
    assert address.chat == root + "/v1/chat/completions"
    assert address.anthropic_messages == root + "/anthropic/v1/messages"


def test_a_bare_host_is_taken_as_https():
    assert addresses.parse("api.minimaxi.com").root == "https://api.minimaxi.com"


@pytest.mark.parametrize(
    ("base", "minimax", "other"),
    [
        ("https://api.minimax.io", True, "api.minimaxi.com"),
        ("https://api-uw.minimax.io/v1", True, "api.minimaxi.com"),
        ("https://api.minimaxi.com", True, "api.minimax.io"),
        ("https://api.minimax.cn/v1", True, "api.minimax.io"),
        ("http://localhost:8000/v1", False, None),
        ("https://minimax.io.example.com", False, None),
        ("https://notminimax.io", False, None),
    ],
)
def test_knows_minimax_and_the_other_region(base, minimax, other):
    address = addresses.parse(base)
    assert (address.is_minimax, address.other_region) == (minimax, other)


@pytest.mark.parametrize(
    "base",
    ["ftp://api.minimax.io", "https://", "http://user:secret@host/v1", "https://h/v1?key=secret", "http://h:99999999"],
)
def test_what_is_no_base_is_a_clear_error_without_the_text(base):
    with pytest.raises(InvalidRequest) as caught:
        addresses.parse(base)
    assert caught.value.where == "api_base"
    assert "secret" not in str(caught.value)


def test_the_order_of_sources():
    environment = {"MINIMAX_API_BASE": "https://from-env/v1", "MINIMAX_REGION": "cn"}
    assert addresses.resolve("https://given", environment).root == "https://given"
    assert addresses.resolve(None, environment).root == "https://from-env"
    assert addresses.resolve(None, {"MINIMAX_REGION": " CN "}).root == "https://api.minimaxi.com"
    assert addresses.resolve(None, {}).root == "https://api.minimax.io"
    with pytest.raises(InvalidRequest, match="MINIMAX_REGION"):
        addresses.resolve(None, {"MINIMAX_REGION": "mars"})
