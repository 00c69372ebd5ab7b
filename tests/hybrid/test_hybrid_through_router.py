"""What a real Router and real streams tell beside the answer, and what of it comes through a hybrid."""

import asyncio

import litellm
import pytest
from litellm.caching.caching import Cache

import litellm_minimax
from litellm_minimax.simulator import Answer, Quirks, Simulator
from tests.hybrid.test_hybrid_handler import ASK, Members, breakdown, piece, stream, told, use  # noqa: F401 - a fixture

HEADERS = {"llm_provider-x-request-id": "r-7", "request-id": "r-7", "x-ratelimit-remaining-requests": "41"}


@pytest.fixture
def router(monkeypatch):
    """A Router whose reasoner ``shaky`` is down, with its fallback; the two simulators behind it."""

    def deployment(name, model, base):
        return {"model_name": name, "litellm_params": {"model": model, "api_key": "k", "api_base": base}}

    with Simulator() as thinker, Simulator(quirks=Quirks(dialect="openai")) as coder:
        thinker.on(lambda _: True, Answer("Never read. " * 9, reasoning="Think hard.", chunk_chars=4))
        coder.on(lambda _: True, Answer("The code."))
        groups = [
            deployment("shaky", "openai/none", "http://127.0.0.1:9/v1"),
            deployment("thinker", "minimax/MiniMax-M2", thinker.base_url),
            deployment("coder", "dashscope/qwen3-coder-plus", f"{coder.base_url}/v1"),
        ]
        made = litellm.Router(model_list=groups, fallbacks=[{"shaky": ["thinker"]}], num_retries=0)
        made.simulators = (thinker, coder)
        monkeypatch.setattr(litellm_minimax.hybrid_llm, "router", made)
        yield made


async def test_a_fallbacks_name_its_providers_headers_and_the_cost_of_the_answer(router):
    answer = await litellm.acompletion("hybrid/[shaky,coder]", messages=ASK)
    fields = answer.choices[0].message.provider_specific_fields["hybrid"]
    thought, coded = fields["phases"]
    assert (fields["decision"], thought["model"], thought["instead_of"]) == ("reasoned", "thinker", "shaky")
    assert (coded["model"], "instead_of" in coded) == ("coder", False)
    cost = sum(phase["cost"] for phase in fields["phases"])
    assert cost > 0
    assert litellm.completion_cost(answer) == pytest.approx(cost)
    whole = litellm.stream_chunk_builder(await stream(ASK, "hybrid/[shaky,coder]"))
    assert litellm.completion_cost(whole) == pytest.approx(cost, rel=0.5)
    assert "llm_provider-trace-id" in answer._hidden_params["additional_headers"]


async def test_the_executors_fingerprint_tier_and_headers_come_through(use):  # noqa: F811
    def marked(chunk):
        chunk.system_fingerprint, chunk.service_tier = "fp_1", "flex"
        return chunk

    members = Members(executor=[marked(each) for each in (piece(content="Done."), piece(finish="stop"), told(9, 2))])
    opened = members.call

    async def call(sub):
        answering = await opened(sub)
        if "MiniMax" not in sub.target.name:
            answering._hidden_params = {"additional_headers": {**HEADERS, "x-litellm-model-group": "coder"}}
        return answering

    use(members, call=call)
    answer = await litellm.acompletion("hybrid/[minimax:MiniMax-M2,qwen-oauth:qwen3-coder-plus]", messages=ASK)
    assert (answer.system_fingerprint, answer.service_tier) == ("fp_1", "flex")
    headers = answer._hidden_params["additional_headers"]
    assert headers["x-ratelimit-remaining-requests"] == "41"
    assert headers["llm_provider-x-request-id"] == "r-7"
    assert "x-litellm-model-group" not in headers, "the headers inside are LiteLLM's own notes on the executor"
    fields = answer.choices[0].message.provider_specific_fields["hybrid"]
    assert [phase.get("request_id") for phase in fields["phases"]] == [None, "r-7"]
    again = await litellm.acompletion(
        "hybrid/[minimax:MiniMax-M2,qwen-oauth:qwen3-coder-plus]", messages=ASK, reasoning_effort="none", stream=True
    )
    assert again._hidden_params["additional_headers"]["x-ratelimit-remaining-requests"] == "41"
    chunks = [chunk async for chunk in again]
    assert {(chunk.system_fingerprint, chunk.service_tier) for chunk in chunks if chunk.choices[0].delta.content} == {
        ("fp_1", "flex")
    }
    assert breakdown(chunks)["decision"] == "skipped"


async def test_a_reasoner_is_never_answered_from_litellms_cache_which_loses_thinking(router, monkeypatch):
    thinker, coder = router.simulators
    for name, value in {"MINIMAX": thinker.base_url, "DASHSCOPE": f"{coder.base_url}/v1"}.items():
        monkeypatch.setenv(f"{name}_API_BASE", value)
        monkeypatch.setenv(f"{name}_API_KEY", "k")
    monkeypatch.setattr(litellm, "cache", Cache())
    for _ in range(2):
        # A plan is read to its end, so that LiteLLM has all of it to keep; the hybrid's own answer is not taken.
        answer = await litellm.acompletion(
            "hybrid/[minimax:MiniMax-M2,dashscope:qwen3-coder-plus]",
            messages=ASK,
            cache={"no-cache": True},
            metadata={"hybrid": {"hand_over": "plan"}},
        )
        assert answer.choices[0].message.reasoning_content.startswith("Think hard.")
        await asyncio.sleep(0.1)
    assert len(thinker.requests) == 2
