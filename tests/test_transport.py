"""One POST, answered as a status and pieces of bytes; what breaks on the way is named for what it was."""

import asyncio
import gzip
import socket
import threading

import httpx
import pytest
import respx

from litellm_minimax.simulator import Answer, Fault, Quirks, Simulator
from litellm_minimax.upstream import clients, transport
from litellm_minimax.upstream.transport import Post, Timeouts
from litellm_minimax.upstream.transport_faults import TransportFault
from litellm_minimax.wire.faults import ProtocolFault

URL = "https://api.minimax.io/v1/chat/completions"
BODY = b'{"model":"MiniMax-M2","messages":[{"role":"user","content":"Hello"}]}'
STREAM = BODY[:-1] + b',"stream":true}'


def post(url=URL, body=BODY, timeout=5.0, *, streaming=False, **more) -> Post:
    headers = {"authorization": "Bearer sk-test", "content-type": "application/json"}
    return Post(url, headers, body, Timeouts.of(timeout, streaming=streaming), **more)


@pytest.fixture(scope="module")
def _simulator():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def sim(_simulator):
    _simulator.reset()
    _simulator.quirks = Quirks()
    return _simulator


@pytest.fixture
def url(sim):
    return f"{sim.base_url}/v1/chat/completions"


async def fetch(kind: str, request: Post, client=None, **limits) -> tuple[int, bytes]:
    """The whole body by either twin; without a client by LiteLLM's shared one."""
    if kind == "sync":

        def blocking() -> tuple[int, bytes]:
            answer = transport.post(request, client)
            return answer.status, answer.whole(**limits)

        return await asyncio.to_thread(blocking)
    answer = await transport.apost(request, client)
    return answer.status, await answer.whole(**limits)


BOTH = pytest.mark.parametrize("kind", ["sync", "async"])


# -- with a client of the caller's ----------------------------------------------------------------------------------


@respx.mock
@BOTH
async def test_it_sends_what_it_was_given_once(kind):
    route = respx.post(URL).respond(200, content=b"hello")
    client = httpx.Client() if kind == "sync" else httpx.AsyncClient()
    assert await fetch(kind, post(), client) == (200, b"hello")
    [call] = route.calls
    assert call.request.content == BODY
    assert call.request.headers["authorization"] == "Bearer sk-test"


@respx.mock
@BOTH
async def test_an_object_that_holds_a_client_will_do(kind):
    """LiteLLM's users pass its own HTTPHandler as ``client``."""
    respx.post(URL).respond(204)

    class Holder:
        client = httpx.Client() if kind == "sync" else httpx.AsyncClient()

    assert await fetch(kind, post(), Holder()) == (204, b"")


@respx.mock
@BOTH
async def test_a_redirect_is_not_followed_with_the_key(kind):
    respx.post(URL).respond(307, headers={"location": "https://elsewhere.example/"})
    elsewhere = respx.route(host="elsewhere.example").respond(200)
    client = httpx.Client(follow_redirects=True) if kind == "sync" else httpx.AsyncClient(follow_redirects=True)
    assert (await fetch(kind, post(), client))[0] == 307
    assert not elsewhere.called


@pytest.mark.parametrize(
    ("raised", "kind_of_fault", "phase"),
    [
        (httpx.ConnectTimeout("t"), "timeout", "connect"),
        (httpx.PoolTimeout("t"), "timeout", "connect"),
        (httpx.ReadTimeout("t"), "timeout", "first byte"),
        (httpx.WriteTimeout("t"), "timeout", "first byte"),
        (httpx.ConnectError("refused"), "unreachable", None),
        (httpx.UnsupportedProtocol("x"), "unreachable", None),
        (httpx.ProxyError("x"), "unreachable", None),
        (httpx.ReadError("reset"), "interrupted", None),
        (httpx.RemoteProtocolError("gone"), "interrupted", None),
    ],
)
@respx.mock
@BOTH
async def test_faults_are_named_for_what_they_are(kind, raised, kind_of_fault, phase):
    respx.post(URL).mock(side_effect=raised)
    client = httpx.Client() if kind == "sync" else httpx.AsyncClient()
    with pytest.raises(TransportFault) as caught:
        await fetch(kind, post(), client)
    assert (caught.value.kind, caught.value.phase) == (kind_of_fault, phase)
    assert "sk-test" not in str(caught.value)


# -- with LiteLLM's shared client, on loopback ----------------------------------------------------------------------


@BOTH
async def test_the_shared_client_keeps_its_connection(sim, url, kind):
    for _ in range(5):
        status, body = await fetch(kind, post(url))
        assert status == 200
        assert b'"choices"' in body
    assert len({request.client_port for request in sim.requests}) == 1
    assert {request.headers.get("authorization") for request in sim.requests} == {"Bearer sk-test"}


@BOTH
async def test_a_stream_arrives_in_pieces(sim, url, kind):
    sim.enqueue(Answer("some words " * 20, chunk_chars=10, delay=0.001))
    request = post(url, STREAM, streaming=True)
    if kind == "sync":
        pieces = await asyncio.to_thread(lambda: list(transport.post(request).pieces()))
    else:
        pieces = [piece async for piece in (await transport.apost(request)).pieces()]
    assert len(pieces) > 5
    assert b"".join(pieces).count(b"data: ") >= 20


@BOTH
async def test_closing_early_closes_the_connection(sim, url, kind):
    sim.enqueue(Fault("endless"))
    request = post(url, STREAM, streaming=True)
    if kind == "sync":
        answer = transport.post(request)
        next(answer.pieces())
        answer.close()
    else:
        answer = await transport.apost(request)
        pieces = answer.pieces()
        await anext(pieces)
        await pieces.aclose()
        await answer.close()
    await asyncio.to_thread(sim.wait_idle)
    assert sim.last.answered.client_left


@BOTH
async def test_a_body_beyond_the_limit_is_refused_without_reading_it_all(sim, url, kind):
    sim.enqueue(Fault("endless"))
    with pytest.raises(ProtocolFault, match="larger than 65536 bytes"):
        await fetch(kind, post(url), limit=65_536)
    await asyncio.to_thread(sim.wait_idle)
    assert sim.last.answered.client_left


@BOTH
async def test_a_compressed_bomb_is_cut_at_the_limit(sim, url, kind):
    sim.enqueue(Fault("gzip_bomb", size=32 * 1024 * 1024))
    with pytest.raises(ProtocolFault, match="larger than"):
        await fetch(kind, post(url), limit=1024 * 1024)


@BOTH
async def test_reading_the_beginning_of_an_error_never_fails(sim, url, kind):
    sim.enqueue(Fault("truncate_json", phase="before_end"), Fault("endless"))
    for _ in range(2):
        if kind == "sync":
            body = await asyncio.to_thread(lambda: transport.post(post(url)).beginning())
        else:
            body = await (await transport.apost(post(url))).beginning()
        assert body == b""


@pytest.mark.parametrize(
    ("phase", "told"), [("before_headers", "first byte"), ("after_headers", "silence"), ("mid_stream", "silence")]
)
@BOTH
async def test_each_clock_says_its_name(sim, url, kind, phase, told):
    sim.enqueue(Fault("stall", phase=phase))
    with pytest.raises(TransportFault) as caught:
        await fetch(kind, post(url, STREAM, timeout=0.2, streaming=True))
    assert (caught.value.kind, caught.value.phase) == ("timeout", told)


@BOTH
async def test_who_can_not_be_reached_is_named_without_objects_of_ours(kind):
    with pytest.raises(TransportFault) as caught:
        await fetch(kind, post("https://127.0.0.1:9/v1"))
    assert caught.value.kind == "unreachable"
    assert "onnect" in caught.value.detail
    assert "SSLContext" not in caught.value.detail
    assert "0x" not in caught.value.detail


@BOTH
async def test_the_clock_of_a_connection_is_its_own(kind):
    """A port whose queue is full neither accepts nor refuses: connecting waits."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        request = post(
            f"http://127.0.0.1:{full.getsockname()[1]}/v1", timeout=httpx.Timeout(30, connect=0.2), streaming=True
        )
        with pytest.raises(TransportFault) as caught:
            await fetch(kind, request)
    assert (caught.value.kind, caught.value.phase) == ("timeout", "connect")


@BOTH
async def test_nobody_there_is_unreachable(sim, url, kind):
    with sim.refuse_connections(), pytest.raises(TransportFault) as caught:
        await fetch(kind, post(url))
    assert caught.value.kind == "unreachable"
    assert (await fetch(kind, post(url)))[0] == 200


async def test_one_shared_client_per_event_loop(sim, url):
    """A client that outlives its loop fails with "Event loop is closed": each loop gets its own."""
    statuses = []

    def in_a_loop_of_its_own() -> None:
        statuses.append(asyncio.run(fetch("async", post(url)))[0])

    for _ in range(3):
        thread = threading.Thread(target=in_a_loop_of_its_own)
        thread.start()
        await asyncio.to_thread(thread.join)
    statuses.append((await fetch("async", post(url)))[0])
    assert statuses == [200] * 4


@BOTH
async def test_many_at_once(sim, url, kind):
    bodies = await asyncio.gather(*(fetch(kind, post(url)) for _ in range(20)))
    assert {status for status, _ in bodies} == {200}


@respx.mock
@BOTH
async def test_a_broken_encoding_is_the_answers_fault(kind):
    broken = httpx.ByteStream(gzip.compress(b"x" * 99)[:-12] + b"garbage!!!!!")
    respx.post(URL).mock(httpx.Response(200, headers={"content-encoding": "gzip"}, stream=broken))
    client = httpx.Client() if kind == "sync" else httpx.AsyncClient()
    with pytest.raises(ProtocolFault, match="encoding"):
        await fetch(kind, post(), client)


def test_a_blocking_read_can_be_ended(sim, url):
    sim.enqueue(Fault("stall", phase="mid_stream", at=1))
    answer = transport.post(post(url, STREAM, timeout=3600, streaming=True))
    pieces = answer.pieces()
    next(pieces)
    for _ in range(3):
        answer.end_within(0.05)
    with pytest.raises(TransportFault) as caught:
        list(pieces)
    assert caught.value.kind == "interrupted"
    answer.close()
    sim.wait_idle()
    assert sim.last.answered.client_left


def test_an_answer_that_ends_by_itself_is_not_broken_afterwards(sim, url):
    answer = transport.post(post(url, STREAM, streaming=True))
    answer.end_within(30)
    assert answer.whole()
    assert answer._hang_up.finished.is_set(), "the timer was cancelled"
    assert transport.post(post(url)).whole()
    assert len({request.client_port for request in sim.requests}) == 1, "the connection was kept and used again"


async def test_an_upstream_without_a_pause_lets_others_have_a_turn():
    """Else nobody could end it: what is cancelled must rest for a moment (seen with anyio and a proxy's client that left)."""

    class Firehose(httpx.AsyncByteStream):
        async def __aiter__(self):
            for _ in range(10_000):
                yield b"x"

    answer = transport.AsyncAnswer(httpx.Response(200, stream=Firehose()), None)
    read = []

    async def reader():
        async for piece in answer.pieces():
            read.append(piece)

    task = asyncio.create_task(reader())
    for _ in range(3):
        await asyncio.sleep(0)
    assert 0 < len(read) <= 3 * transport.BREATHE
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# -- clocks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timeout", "streaming", "expected"),
    [
        (None, False, Timeouts(None, None, None, None)),
        (3, False, Timeouts(3.0, 3.0, 3.0, 3.0)),
        ("2.5", False, Timeouts(2.5, 2.5, 2.5, 2.5)),
        (3, True, Timeouts(3.0, 3.0, 3.0, None)),
        (httpx.Timeout(9, connect=2), False, Timeouts(2.0, 9.0, 9.0, 9.0)),
        (httpx.Timeout(9, connect=2), True, Timeouts(2.0, 9.0, 9.0, None)),
    ],
)
def test_timeouts_as_litellm_gives_them(timeout, streaming, expected):
    assert Timeouts.of(timeout, streaming=streaming) == expected
    clocks = expected.as_httpx()
    assert (clocks.connect, clocks.read) == (expected.connect, expected.silence)


def test_an_option_for_tls_gets_a_client_of_its_own():
    plain = clients.sync_client(None, None)
    unverified = clients.sync_client(None, tls_verify=False)
    assert unverified is not plain
    assert clients.sync_client(None, None) is plain
