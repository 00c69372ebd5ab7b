"""The upstream's key is in the request's header and nowhere else."""

import asyncio
import copy
import io
import logging
import pickle
import traceback

import litellm
import pytest

from litellm_minimax import minimax_llm
from litellm_minimax.simulator import Fault, Simulator
from tests.security.conftest import HELLO, UPSTREAM_KEY

KEY = "sk-api-never-shown-0123456789abcdef"
TROUBLES = [
    Fault("error", code=1004), Fault("error", code=2013, text=f"invalid params, key {KEY} is odd"), Fault("redirect"),
    Fault("html_error"), Fault("refuse"), Fault("stall", phase="before_headers"), Fault("truncate_json"), None,
]  # fmt: skip


def everything_of(error):
    """All that could be printed, stored or sent of an exception and those behind it."""
    seen = []
    while error is not None:
        seen += [str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]
        response = getattr(error, "response", None)
        if response is not None:
            seen += [repr(response.headers), repr(response.request.headers), str(response.request.url)]
        for copied in (pickle.dumps, copy.copy):
            try:
                seen.append(repr(copied(error)))
            except Exception as refused:
                seen.append(repr(refused))
        error = error.__cause__ or error.__context__
    return "\n".join(seen)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.kind if trouble else "nobody there")
def test_no_error_holds_it(trouble, stream, caplog):
    caplog.set_level(logging.DEBUG, logger="litellm_minimax")
    with Simulator() as sim:
        base = sim.base_url if trouble else "http://127.0.0.1:9"
        if trouble:
            sim.enqueue(trouble)
        call = {"model": "minimax/MiniMax-M2", "messages": HELLO, "api_key": KEY, "api_base": base, "timeout": 0.4}
        with pytest.raises(Exception) as raised:
            list(litellm.completion(**call, stream=True)) if stream else litellm.completion(**call)
    told = everything_of(raised.value)
    if trouble and trouble.text:
        told = told.replace(trouble.text, "")  # what a server says in its own error is its own; see the next test
    assert KEY not in told
    assert KEY not in caplog.text


PORTRAIT = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0"
MEDIA = {
    "embedding": (litellm.embedding, {"model": "minimax/embo-01", "input": ["a text"]}),
    "image": (litellm.image_generation, {"model": "minimax/image-01", "prompt": "A fox."}),
    "h3": (litellm.image_generation, {"model": "minimax/MiniMax-H3-Image", "prompt": "A fox."}),
    "edit": (litellm.image_edit, {"model": "minimax/image-01", "prompt": "Older.", "image": PORTRAIT}),
}


@pytest.mark.parametrize("door", MEDIA)
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.kind if trouble else "nobody there")
def test_no_error_of_the_other_doors_holds_it(door, trouble, caplog):
    caplog.set_level(logging.DEBUG, logger="litellm_minimax")
    ask, call = MEDIA[door]
    with Simulator() as sim:
        base = sim.base_url if trouble else "http://127.0.0.1:9"
        if trouble:
            sim.enqueue(trouble)
        with pytest.raises(Exception) as raised:
            ask(**call, api_key=KEY, api_base=base, timeout=0.4)
    told = everything_of(raised.value)
    if trouble and trouble.text:
        told = told.replace(trouble.text, "")
    assert KEY not in told
    assert KEY not in caplog.text


def test_a_server_that_repeats_the_key_is_not_repeated():
    """MiniMax does not; a gateway in front that echoes the request's headers might."""
    with Simulator() as sim:
        sim.enqueue(Fault("error", code=1004, text=f"login fail: Bearer {KEY} is not known"))
        call = {"model": "minimax/MiniMax-M2", "messages": HELLO, "api_key": KEY, "api_base": sim.base_url}
        with pytest.raises(litellm.AuthenticationError) as raised:
            litellm.completion(**call)
    assert KEY not in everything_of(raised.value)
    assert "login fail" in str(raised.value)


def test_nothing_of_ours_that_can_be_stored_holds_it(monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with Simulator() as sim:
        call = {"model": "minimax/MiniMax-M2", "messages": HELLO, "api_base": sim.base_url}
        answer = litellm.completion(**call)
        stream = litellm.completion(**call, stream=True)
        first = next(iter(stream))
        told = repr([answer, answer.model_dump(), answer._hidden_params, first, first.model_dump(), vars(minimax_llm)])
        told += repr(stream.completion_stream) + repr(pickle.dumps(answer)) + repr(minimax_llm)
    assert KEY not in told


def test_litellms_loggers_are_shown_the_request_without_it():
    class Keeper(litellm.integrations.custom_logger.CustomLogger):
        shown = io.StringIO()

        def log_pre_api_call(self, model, messages, kwargs):
            self.shown.write(repr(kwargs.get("additional_args")))

    keeper = Keeper()
    litellm.callbacks.append(keeper)
    try:
        with Simulator() as sim:
            call = {"model": "minimax/MiniMax-M2", "messages": HELLO, "api_key": KEY, "api_base": sim.base_url}
            litellm.completion(**call)
            asyncio.run(litellm.acompletion(**call))
            for ask, given in MEDIA.values():
                ask(**given, api_key=KEY, api_base=sim.base_url)
    finally:
        litellm.callbacks.remove(keeper)
    for path in ("chat/completions", "embeddings", "image_generation", "images/generations"):
        assert path in keeper.shown.getvalue()
    assert KEY not in keeper.shown.getvalue()


@pytest.mark.proxy
def test_callbacks_of_the_proxy_its_log_and_its_answers_do_not_hold_it(world):
    world.upstream.enqueue(Fault("error", code=1004))
    bodies = [
        {"model": "m2", "messages": HELLO}, {"model": "m2", "messages": HELLO},
        {"model": "m2", "messages": HELLO, "stream": True}, {"model": "hybrid:[m2,m21]", "messages": HELLO},
    ]  # fmt: skip
    told = [world.post(body) for body in bodies]
    told.append(world.post({"model": "m2", "messages": HELLO, "max_tokens": 200}, "/v1/messages"))
    assert [response.status_code for response in told] == [401, 200, 200, 200, 200]
    for response in told:
        assert UPSTREAM_KEY not in response.text + repr(response.headers)
    assert UPSTREAM_KEY not in world.proxy.log
    assert UPSTREAM_KEY not in world.kept.read_text()
