"""LiteLLM's response cache on our models: what comes from it is what came the first time, the reasoning with it."""

import asyncio

import litellm
import pytest
from openai import BadRequestError

import litellm_minimax  # noqa: F401 -- registers
from litellm_minimax.simulator import Answer, Fault, ToolCall

CACHED = {"cache": {"use-cache": True}}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}}}}  # fmt: skip
ANSWER = Answer("I look.", "Tools it is.", [ToolCall("get_weather", {"city": "Bern"})], chunk_chars=4)


def whole(client, ask):
    raw = client.chat.completions.with_raw_response.create(**ask, extra_body=CACHED)
    message = raw.parse().choices[0].message
    calls = [(call.function.name, call.function.arguments) for call in message.tool_calls or ()]
    return message.content, message.model_extra.get("reasoning_content"), calls, raw.headers


def streamed(client, ask):
    content, reasoning, calls = "", "", {}
    raw = client.chat.completions.with_raw_response.create(**ask, extra_body=CACHED, stream=True)
    for chunk in raw.parse():
        for choice in chunk.choices:
            content += choice.delta.content or ""
            reasoning += (choice.delta.model_extra or {}).get("reasoning_content") or ""
            for call in choice.delta.tool_calls or ():
                known = calls.setdefault(call.index, ["", ""])
                known[0] += call.function.name or ""
                known[1] += call.function.arguments or ""
    return content, reasoning, [tuple(call) for call in calls.values()], raw.headers


@pytest.mark.parametrize("read", [whole, streamed])
def test_an_answer_from_the_cache_has_its_reasoning_and_tool_calls(sim, client, logged, read):
    ask = {"model": "MiniMax-M2", "messages": [{"role": "user", "content": f"cached {read.__name__}"}], "tools": [TOOL]}
    sim.enqueue(ANSWER)
    first = read(client, ask)
    logged(1)  # a stream is put into the cache when it has been logged
    again = read(client, ask)
    assert first[:3] == ("I look.", "Tools it is.", [("get_weather", '{"city": "Bern"}')])
    assert again[:3] == first[:3]
    assert len(sim.requests) == 1
    assert again[3]["x-litellm-cache-key"]
    assert logged(2)[1]["cached"] is True
    assert logged(2)[1]["cost"] == 0


@pytest.mark.parametrize("read", [whole, streamed])
def test_a_hybrids_answer_is_cached_as_one(sim, other, client, logged, read):
    ask = {"model": "hybrid-coder", "messages": [{"role": "user", "content": f"hybrid {read.__name__}"}]}
    sim.on(lambda _: True, Answer("Not read.", "Think of the lexer."))
    other.on(lambda _: True, Answer("The code."))
    first = read(client, ask)
    asked = len(sim.requests), len(other.requests)
    logged(1)
    again = read(client, ask)
    assert again[:3] == first[:3]
    assert "The code." in first[0]
    assert "Think of the lexer." in first[1]
    assert (len(sim.requests), len(other.requests)) == asked == (1, 1)


def test_what_differs_is_not_taken_from_the_cache(sim, client):
    ask = {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "differs"}]}
    whole(client, ask)
    whole(client, {**ask, "temperature": 0.3})
    whole(client, {**ask, "model": "MiniMax-M3"})
    client.chat.completions.create(**ask)  # did not ask for the cache
    assert len(sim.requests) == 4


def test_an_error_is_not_cached(sim, client):
    ask = {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "an error first"}]}
    sim.enqueue(Fault("error", code=2013))
    with pytest.raises(BadRequestError):
        whole(client, ask)
    assert whole(client, ask)[0].startswith("[simulated]")


@pytest.mark.parametrize(("mode", "asked"), [("default_on", 1), ("default_off", 2)])
async def test_embeddings_are_cached_unless_the_cache_is_opt_in(sim, monkeypatch, mode, asked):
    """LiteLLM writes them when it was asked to, and does not look for them again (1.108.7)."""
    monkeypatch.setattr(litellm, "cache", litellm.Cache(type="local", mode=mode))
    answers = []
    for _ in range(2):
        answers.append(
            await litellm.aembedding(
                model="minimax/embo-01",
                api_base=sim.base_url,
                api_key="k",
                input=["a fox", "a dog"],
                caching=True,
                **CACHED,
            )
        )
        await asyncio.sleep(0.2)  # it is put into the cache by a task of its own
    first, again = ([item["embedding"] for item in answer.data] for answer in answers)
    assert again == first
    assert len(sim.requests) == asked


def test_the_other_chat_doors_use_the_cache_too(sim, door, logged):
    answers = []
    for number, (path, ask) in enumerate((
        ("/v1/messages", {"max_tokens": 900, "messages": [{"role": "user", "content": "door"}]}),
        ("/v1/responses", {"input": "another door"}),
    )):  # fmt: skip
        for _ in range(2):
            response = door.post(path, json={"model": "MiniMax-M2", **ask, **CACHED})
            assert response.status_code == 200, response.text
            answers.append(response.text)
            logged(2 * number + 1)
    assert len(sim.requests) == 2
    assert all("thinking" in answer for answer in answers[:2])
    assert all("reasoning" in answer for answer in answers[2:])
