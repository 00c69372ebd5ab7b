"""LiteLLM's router on our deployments: fallbacks, weights, tags, limits, budgets, retries, aliases."""

import asyncio
import time

import litellm
import openai
import pytest

from litellm_minimax.simulator import Answer, Fault

HELLO = [{"role": "user", "content": "Hello!"}]
ONCE = {"x-litellm-num-retries": "0"}


def text_of(client, model, *, stream=False, **more):
    answer = client.chat.completions.create(model=model, messages=HELLO, stream=stream, **more)
    if not stream:
        return answer.choices[0].message.content
    return "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)


# -- fallbacks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("group", "code"),
    [("breaks", 1002), ("breaks", 1008), ("breaks", 1000), ("small", 1039), ("strict", 1026), ("strict", 1027)],
)
def test_a_fallback_answers_for_what_it_was_set_up_for(sim, other, client, group, code, stream):
    text = "context window exceeds limit" if code == 1039 else None
    sim.on(lambda _: True, Fault("error", code=2013 if code == 1039 else code, text=text))
    other.enqueue(Answer("From the spare."))
    assert text_of(client, group, stream=stream, extra_headers=ONCE) == "From the spare."
    assert (len(sim.requests), len(other.requests)) == (1, 1)


def test_a_context_that_is_counted_too_long_falls_back_before_it_is_sent(sim, other, client):
    long = [{"role": "user", "content": "word " * 200}]
    client.chat.completions.create(model="small-by-count", messages=long)
    assert (len(sim.requests), len(other.requests)) == (0, 1)


def test_a_wrong_request_does_not_fall_back(sim, other, client):
    sim.on(lambda _: True, Fault("error", code=2013))
    with pytest.raises(openai.BadRequestError, match="2013"):
        text_of(client, "small")
    assert other.requests == []


@pytest.mark.parametrize(("phase", "falls_back"), [("after_headers", True), ("mid_stream", False)])
def test_a_stream_that_breaks_falls_back_before_its_first_words_only(sim, other, client, phase, falls_back):
    """LiteLLM's rule: what a client has begun to read is not begun again with another model's words."""
    answer = Answer("One two three four five.", chunk_chars=4)
    sim.on(lambda _: True, Fault("reset", phase=phase, at=3, answer=answer))
    other.on(lambda _: True, Answer("From the spare."))
    if falls_back:
        assert text_of(client, "breaks", stream=True, extra_headers=ONCE) == "From the spare."
    else:
        with pytest.raises(openai.APIError, match="connection broke"):
            text_of(client, "breaks", stream=True, extra_headers=ONCE)
    assert len(other.requests) == int(falls_back)


# -- retries ----------------------------------------------------------------------------------------------------------


def test_num_retries_of_litellm_settings(sim, client):
    """It is 1 in this configuration."""
    sim.on(lambda _: True, Fault("error", code=1000))
    with pytest.raises(openai.APIStatusError):
        text_of(client, "MiniMax-M2.5")
    assert len(sim.requests) == 2
    sim.reset()
    sim.on(lambda _: True, Fault("error", code=2013))
    with pytest.raises(openai.BadRequestError):
        text_of(client, "MiniMax-M2.5")
    assert len(sim.requests) == 1


# -- spreading --------------------------------------------------------------------------------------------------------


def test_weights(sim, other, client):
    for _ in range(8):
        text_of(client, "weighted")
    assert (len(sim.requests), len(other.requests)) == (8, 0)
    sim.reset()
    for _ in range(20):
        text_of(client, "evenly")
    assert sim.requests
    assert other.requests


@pytest.mark.parametrize("stream", [False, True])
async def test_latency_based_routing_finds_the_faster_one(sim, other, stream):
    """A strategy is the whole router's, so this router is the test's own."""
    sim.on(lambda _: True, Answer("Slow.", first_delay=0.5))
    other.on(lambda _: True, Answer("Fast."))
    params = {"model": "minimax/MiniMax-M2", "api_key": "k"}
    router = litellm.Router(
        model_list=[
            {"model_name": "m", "litellm_params": {**params, "api_base": server.base_url}} for server in (sim, other)
        ],
        routing_strategy="latency-based-routing",
        routing_strategy_args={"lowest_latency_buffer": 0},
    )
    asked = []
    for _ in range(12):
        answer = await router.acompletion(model="m", messages=HELLO, stream=stream)
        if stream:
            async for _chunk in answer:
                pass
        await asyncio.sleep(0.15)  # latencies are noted by a callback after the answer
        asked.append(answer._hidden_params["api_base"])
    assert len(sim.requests) <= 4, asked
    assert set(asked[-6:]) == {other.base_url}


def test_tags(sim, other, client):
    for tag, served in (("free", sim), ("paid", other)):
        before = len(served.requests)
        text_of(client, "tagged", extra_body={"metadata": {"tags": [tag]}})
        assert len(served.requests) == before + 1


def test_tags_of_a_key(sim, other, proxy):
    with openai.OpenAI(base_url=f"{proxy.url}/v1", api_key="sk-features-tagged", max_retries=0) as client:
        for _ in range(4):
            text_of(client, "tagged")
    assert (len(sim.requests), len(other.requests)) == (0, 4)


def test_aliases(sim, other, client):
    text_of(client, "gpt-house")
    assert sim.last.body["model"] == "MiniMax-M2"
    text_of(client, "coder")
    assert other.last.body["model"] == "qwen3-coder-plus"


# -- limits -----------------------------------------------------------------------------------------------------------


def answered(ask, most):
    """How many of so many questions were answered before one was refused with 429; the refusal's text."""
    for number in range(most):
        try:
            ask()
        except openai.RateLimitError as error:
            return number, str(error)
    return most, ""


def in_one_minute(seconds=8):
    """LiteLLM counts by the clock's minute: wait for the next one if this one ends too soon."""
    if time.time() % 60 > 60 - seconds:
        time.sleep(60 - time.time() % 60)


def test_requests_per_minute_of_a_deployment(sim, client):
    in_one_minute()
    count, said = answered(lambda: text_of(client, "limited", extra_headers=ONCE), 4)
    assert count == 2, said
    assert "no deployments available" in said.lower()


def test_tokens_per_minute_of_a_deployment(sim, client, logged):
    in_one_minute()

    def ask():
        text_of(client, "limited-tokens", extra_headers=ONCE)
        time.sleep(0.3)  # tokens are counted when the answer is logged

    count, said = answered(ask, 4)
    assert count == 1, said
    assert "tpm" in said.lower()


def test_a_deployments_budget(sim, client):
    def ask():
        text_of(client, "budget", extra_headers=ONCE)
        time.sleep(0.3)

    count, said = answered(ask, 4)
    assert count == 1
    assert "budget" in said.lower()


async def test_budgets_of_tags_want_litellms_licence(monkeypatch):
    monkeypatch.setattr(litellm, "tag_budget_config", {"paid": {"budget_limit": 1.0, "time_period": "1d"}})
    params = {"model": "minimax/MiniMax-M2", "api_key": "k", "max_budget": 1.0, "budget_duration": "1d"}
    with pytest.raises(ValueError, match="Enterprise"):
        litellm.Router(model_list=[{"model_name": "m", "litellm_params": params}])
