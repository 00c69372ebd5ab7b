"""What a hostile or broken upstream can make this process hold or do is bounded."""

import litellm
import pytest

from litellm_minimax.simulator import Answer, Simulator
from litellm_minimax.wire.faults import ProtocolFault
from litellm_minimax.wire.incoming.sse import SSEDecoder
from tests.security.conftest import HELLO


@pytest.fixture(scope="module")
def upstream():
    with Simulator() as sim:
        yield sim


def ask(upstream, **more):
    call = {"model": "minimax/MiniMax-M2", "messages": HELLO, "api_key": "sk-x", "api_base": upstream.base_url}
    return litellm.completion(**call, **more)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "compress"])
@pytest.mark.parametrize("stream", [False, True])
def test_an_encoding_that_nobody_asked_for_is_not_unpacked(upstream, encoding, stream):
    upstream.enqueue(Answer("x", headers={"Content-Encoding": encoding}))
    with pytest.raises(litellm.BadGatewayError, match="compressed"):
        list(ask(upstream, stream=True)) if stream else ask(upstream)


def test_an_event_without_an_end_is_bounded():
    decoder = SSEDecoder(max_event_bytes=1000)
    for _ in range(9):
        decoder.feed(b"data: " + b"x" * 100)
    with pytest.raises(ProtocolFault, match="larger"):
        decoder.feed(b"x" * 100)


def test_a_redirect_is_not_followed_with_the_key(upstream):
    with Simulator() as elsewhere:
        upstream.enqueue(Answer("x", status=307, headers={"Location": f"{elsewhere.base_url}/v1/chat/completions"}))
        with pytest.raises(litellm.BadGatewayError, match="redirect"):
            ask(upstream)
        assert not elsewhere.requests
