"""Whatever goes wrong, wherever: LiteLLM's right exception, MiniMax's code, the trace id, and what to do next."""

import asyncio

import litellm
import pytest
from doors import HELLO, MODEL, STREAMED, WAYS, WHOLE, ask
from litellm.exceptions import MidStreamFallbackError

from litellm_minimax.simulator import Answer, Fault, Quirks
from tests.waiting import auntil

CODES = {
    1000: (litellm.InternalServerError, 500, "may succeed later"),
    1001: (litellm.Timeout, 408, "may succeed later"),
    1002: (litellm.RateLimitError, 429, "back off"),
    1004: (litellm.AuthenticationError, 401, "MINIMAX_API_KEY"),
    1008: (Exception, 402, "Top up"),
    1013: (litellm.InternalServerError, 500, "may succeed later"),
    1024: (litellm.InternalServerError, 500, "may succeed later"),
    1026: (litellm.ContentPolicyViolationError, 400, "Rephrase"),
    1027: (litellm.ContentPolicyViolationError, 400, "Rephrase"),
    1028: (litellm.RateLimitError, 429, "quota"),
    1030: (litellm.RateLimitError, 429, "quota"),
    1033: (litellm.InternalServerError, 500, "may succeed later"),
    1039: (litellm.RateLimitError, 429, "back off"),
    1041: (litellm.RateLimitError, 429, "at the same time"),
    1042: (litellm.BadRequestError, 400, "control characters"),
    2013: (litellm.BadRequestError, 400, "invalid params"),
    2045: (litellm.RateLimitError, 429, "slowly"),
    2049: (litellm.AuthenticationError, 401, "MINIMAX_API_KEY"),
    2056: (litellm.RateLimitError, 429, "resets at"),
    2061: (litellm.PermissionDeniedError, 403, "plan"),
    2064: (litellm.ServiceUnavailableError, 503, "may succeed later"),
}


def assert_error(error: Exception, code: int, trace_id: str) -> None:
    kind, status, next_step = CODES[code]
    assert isinstance(error, kind), type(error)
    assert error.status_code == status
    assert error.llm_provider == "minimax"
    assert error.model == "MiniMax-M2"
    for part in (f"MiniMax error {code}", f"Trace id {trace_id}", next_step):
        assert part in str(error)


async def error_of(way: str, **kwargs) -> Exception:
    try:
        await ask(way, **kwargs)
    except Exception as error:
        return error
    raise AssertionError("no error")


@pytest.mark.parametrize("envelope", ["http", "base_resp", "error_frame"])
@pytest.mark.parametrize("code", CODES)
async def test_a_code_means_the_same_in_every_envelope_and_way(sim, code, envelope):
    for way in WAYS:
        sim.enqueue(Fault("error", code=code, envelope=envelope))
        error = await error_of(way)
        assert_error(error, code, sim.last.trace_id)
    heard = await ask("async")  # the same client goes on
    assert heard.content
    assert len(sim.requests) == len(WAYS) + 1, "nothing is retried behind LiteLLM's back"


@pytest.mark.parametrize("way", STREAMED)
@pytest.mark.parametrize("envelope", ["frame", "error_frame"])
@pytest.mark.parametrize("code", CODES)
async def test_an_error_after_content_keeps_its_meaning(sim, code, envelope, way):
    sim.enqueue(
        Fault("error", code=code, envelope=envelope, after_chunks=3, answer=Answer("x y z " * 30, chunk_chars=6))
    )
    error = await error_of(way)
    # LiteLLM wraps what may be worth a fallback, once something was streamed; the cause is ours.
    cause = getattr(error, "original_exception", None) or error
    if isinstance(error, MidStreamFallbackError):
        assert error.generated_content.startswith("x y z ")
    assert_error(cause, code, sim.last.trace_id)


@pytest.mark.parametrize("way", STREAMED)
async def test_what_came_in_the_same_read_as_an_error_comes_before_it(sim, way):
    said = Answer("x y z " * 30, chunk_chars=6, chunks_per_write=100)
    sim.enqueue(Fault("error", code=1002, envelope="frame", after_chunks=3, answer=said))
    error = await error_of(way)
    if isinstance(error, MidStreamFallbackError):
        assert error.generated_content == "x y z " * 3
    assert isinstance(getattr(error, "original_exception", None) or error, litellm.RateLimitError)


@pytest.mark.parametrize("way", WAYS)
async def test_a_prompt_that_is_too_long_is_a_context_window_error(sim, way):
    sim.enqueue(Fault("error", code=2013, text="invalid params, context window exceeds limit"))
    error = await error_of(way)
    assert isinstance(error, litellm.ContextWindowExceededError)


@pytest.mark.parametrize("way", STREAMED)
async def test_a_2013_in_the_place_of_a_stream_is_a_400(sim, way):
    sim.quirks = Quirks(validation="frame")
    error = await error_of(way, model="minimax/MiniMax-M99")
    assert isinstance(error, litellm.BadRequestError)
    assert "unknown model 'minimax-m99'" in str(error)
    assert "litellm-minimax models" in str(error)


async def test_an_error_before_the_first_word_is_raised_by_the_call_itself(sim):
    """Not by the first chunk: the proxy has sent 200 by then on some of its doors."""
    for envelope in ("http", "base_resp"):
        sim.enqueue(Fault("error", code=1002, envelope=envelope))
        with pytest.raises(litellm.RateLimitError):
            await litellm.acompletion(model=MODEL, messages=HELLO, stream=True)
        sim.enqueue(Fault("error", code=1002, envelope=envelope))
        with pytest.raises(litellm.RateLimitError):
            litellm.completion(model=MODEL, messages=HELLO, stream=True)


async def test_a_quota_error_says_how_long_to_wait(sim):
    sim.enqueue(Fault("error", code=2056, text="usage limit exceeded, resets at 2126-01-01 00:00:00"))
    error = await error_of("async")
    assert int(error.response.headers["retry-after"]) > 86_400
    assert error.response.headers["trace-id"] == sim.last.trace_id


# -- the Router -----------------------------------------------------------------------------------------------------


def deployment(group: str, key: str, **params) -> dict:
    return {"model_name": group, "litellm_params": {"model": MODEL, "api_key": key, **params}}


def keys_asked(sim) -> list[str]:
    return [request.headers["authorization"].removeprefix("Bearer ") for request in sim.requests]


@pytest.mark.parametrize("way", WAYS)
async def test_the_router_retries_what_may_pass(sim, way):
    router = litellm.Router([deployment("m2", "sk-a")], num_retries=1, retry_after=0, disable_cooldowns=True)
    sim.enqueue(Fault("error", code=1000))
    heard = await ask(way, router, model="m2")
    assert heard.content
    assert len(sim.requests) == 2


@pytest.mark.parametrize("way", WAYS)
async def test_the_router_does_not_retry_what_cant(sim, way):
    router = litellm.Router([deployment("m2", "sk-a")], num_retries=2, retry_after=0, disable_cooldowns=True)
    sim.enqueue(Fault("error", code=1026, repeat=9))
    with pytest.raises(litellm.ContentPolicyViolationError):
        await ask(way, router, model="m2")
    assert len(sim.requests) == 1


@pytest.mark.parametrize("way", ["async", "async-stream"])
async def test_a_limited_deployment_cools_down_and_the_other_serves(sim, way):
    router = litellm.Router(
        [deployment("m2", "sk-a"), deployment("m2", "sk-b")], num_retries=3, retry_after=0, cooldown_time=60
    )
    sim.enqueue(Fault("error", code=1002))
    for _ in range(6):
        assert (await ask(way, router, model="m2")).content
    limited, *others = keys_asked(sim)
    assert limited not in others
    assert len(others) == 6


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("code", [1002, 1008, 1004, 2013])
async def test_the_router_falls_back_to_another_group(sim, way, code):
    router = litellm.Router(
        [deployment("m2", "sk-a"), deployment("backup", "sk-b")],
        fallbacks=[{"m2": ["backup"]}], num_retries=0, disable_cooldowns=True,
    )  # fmt: skip
    sim.enqueue(Fault("error", code=code))
    assert (await ask(way, router, model="m2")).content
    assert keys_asked(sim) == ["sk-a", "sk-b"]


# -- the network ----------------------------------------------------------------------------------------------------


async def assert_usable(sim, way: str) -> None:
    heard = await ask(way)
    assert "simulated" in heard.content


@pytest.mark.parametrize("way", WAYS)
async def test_nobody_listens(sim, way):
    with sim.refuse_connections():
        error = await error_of(way)
    assert isinstance(error, litellm.APIConnectionError)
    assert "Nothing was sent" in str(error)
    await assert_usable(sim, way)


BROKEN = [
    (Fault("truncate_sse", at=2), STREAMED, litellm.APIConnectionError),
    (Fault("truncate_sse", at=2, phase="before_end"), STREAMED, litellm.APIConnectionError),
    (Fault("truncate_json", at=2), STREAMED, litellm.BadGatewayError),
    (Fault("truncate_json"), WHOLE, litellm.APIConnectionError),
    (Fault("truncate_json", phase="before_end"), WHOLE, litellm.APIConnectionError),
    (Fault("reset", phase="before_headers"), WAYS, litellm.APIConnectionError),
    (Fault("reset", phase="mid_stream"), WAYS, litellm.APIConnectionError),
    (Fault("refuse"), WAYS, litellm.APIConnectionError),
    (Fault("empty_body"), WAYS, litellm.APIConnectionError),
    (Fault("html_error"), WAYS, litellm.BadGatewayError),
    (Fault("html_error", status=200), WAYS, litellm.BadGatewayError),
    (Fault("html_error", status=504), WAYS, litellm.Timeout),
    (Fault("redirect"), WAYS, litellm.BadGatewayError),
    (Fault("endless"), WHOLE, litellm.BadGatewayError),
]


@pytest.mark.parametrize(("fault", "ways", "expected"), BROKEN, ids=lambda value: str(getattr(value, "kind", ""))[:20])
async def test_a_broken_answer_is_an_error_and_never_a_shorter_answer(sim, monkeypatch, fault, ways, expected):
    monkeypatch.setattr("litellm_minimax.upstream.transport.SyncAnswer.whole.__defaults__", (2**20,))
    monkeypatch.setattr("litellm_minimax.upstream.transport.AsyncAnswer.whole.__defaults__", (2**20,))
    for way in ways:
        sim.enqueue(fault)
        error = await error_of(way)
        error = getattr(error, "original_exception", None) or error
        assert isinstance(error, expected), (way, repr(error))
        await assert_usable(sim, way)


@pytest.mark.parametrize(
    ("fault", "ways"),
    [
        (Fault("stall", phase="before_headers"), WAYS),
        (Fault("stall", phase="after_headers"), STREAMED),
        (Fault("stall", phase="mid_stream", at=2), WAYS),
        (Fault("stall", phase="before_end", answer=Answer("some words " * 9, chunk_chars=9)), STREAMED),
    ],
    ids=["headers", "first-byte", "silence", "before-the-end"],
)
async def test_a_silent_server_is_a_timeout(sim, fault, ways):
    for way in ways:
        sim.reset()
        sim.enqueue(fault)
        error = await error_of(way, timeout=0.3)
        error = getattr(error, "original_exception", None) or error
        assert isinstance(error, litellm.Timeout), (way, repr(error))
        assert error.status_code == 408
        assert "timeout" in str(error)
        await auntil(lambda: sim.requests)  # sent before the time was up, and perhaps not yet read
        await asyncio.to_thread(sim.wait_idle, 20)
        assert sim.last.answered.client_left, "the connection was closed, not left hanging"
        await assert_usable(sim, way)


@pytest.mark.parametrize("way", WHOLE)
async def test_a_dripping_server_is_bounded_by_the_total(sim, way):
    """Each byte restarts httpx's read clock, so a whole answer has a clock of its own."""
    sim.enqueue(Fault("drip", delay=0.002, answer=Answer("words " * 5_000)))
    error = await error_of(way, timeout=1)
    assert isinstance(error, litellm.Timeout)
    assert "clock: total" in str(error)
    await assert_usable(sim, way)


@pytest.mark.parametrize("way", STREAMED)
async def test_a_dripping_stream_goes_on(sim, way):
    """A stream may last as long as it keeps talking."""
    sim.enqueue(Fault("drip", delay=0.0001, answer=Answer("slow but steady", "so slow")))
    heard = await ask(way, timeout=1.0)  # it takes longer: more than a thousand bytes, one in a millisecond or two
    assert heard.message == ("slow but steady", "so slow", [], "stop")


@pytest.mark.parametrize("way", STREAMED)
async def test_a_finished_stream_that_never_ends_is_whole(sim, monkeypatch, way):
    """MiniMax's connections stay open now and then: the answer is there, and so the stream ends."""
    monkeypatch.setattr("litellm_minimax.chat.streams.AFTER_FINISH_SECONDS", 0.2)
    finish = {"choices": [{"index": 0, "delta": {"content": "!"}, "finish_reason": "stop"}]}
    sim.enqueue(Fault("stall", at=2, answer=Answer(chunks=["whole", finish])))
    heard = await ask(way, timeout=3600)
    assert heard.message == ("whole!", "", [], "stop")


@pytest.mark.parametrize("way", STREAMED)
@pytest.mark.parametrize("fault", ["duplicate_frames", "out_of_order", "invalid_utf8"])
async def test_odd_frames_do_not_break_a_stream(sim, fault, way):
    sim.enqueue(Fault(fault, at=2, answer=Answer("one two three four five", chunk_chars=4)))
    heard = await ask(way)
    assert heard.finish == "stop"
    assert "five" in heard.content
