"""Tokens are exactly what MiniMax counted, wherever LiteLLM shows or bills them; prices come from the one table."""

import asyncio
import logging
import uuid

import litellm
import pytest
from doors import MODEL, STREAMED, WAYS, WHOLE, ask
from litellm.integrations.custom_logger import CustomLogger

from litellm_minimax import catalog
from litellm_minimax.simulator import Answer, Quirks

# Not what any tokeniser would count, so that an estimate of LiteLLM's can't pass for it.
TOLD = {
    "prompt_tokens": 91_234,
    "completion_tokens": 777,
    "total_tokens": 92_011,
    "total_characters": 0,
    "completion_tokens_details": {"reasoning_tokens": 555},
    "prompt_tokens_details": {"cached_tokens": 90_000},
}
COUNTS = (91_234, 777, 92_011)


class Log(CustomLogger):
    """What a logging integration is told about one call; what it hears of others is not for it."""

    def __init__(self):
        super().__init__()
        self.call = str(uuid.uuid4())
        self.told = asyncio.Queue()
        self.loop = asyncio.get_running_loop()

    def log_success_event(self, kwargs, response_obj, start_time, end_time):
        self.loop.call_soon_threadsafe(self.told.put_nowait, ("sync", kwargs))

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        self.told.put_nowait(("async", kwargs))

    async def payload(self, kind: str) -> dict:
        while True:
            said, kwargs = await asyncio.wait_for(self.told.get(), 20)
            mine = kwargs.get("litellm_call_id") == self.call
            if mine and said == kind and kwargs.get("standard_logging_object"):
                return kwargs["standard_logging_object"]


def m2_cost(prompt: int, cached: int, completion: int, written: int = 0) -> float:
    price = catalog.find("MiniMax-M2").price
    fresh = prompt - cached - written
    return (
        fresh * price.input + cached * price.cache_read + written * price.cache_write + completion * price.output
    ) / 1e6


@pytest.mark.parametrize("way", WAYS)
async def test_usage_is_exactly_what_was_told(sim, way):
    sim.enqueue(Answer("Hello.", "A greeting.", usage=TOLD))
    options = {"stream_options": {"include_usage": True}} if way in STREAMED else {}
    heard = await ask(way, **options)
    assert heard.counts == COUNTS
    assert heard.usage.completion_tokens_details.reasoning_tokens == 555
    assert heard.usage.prompt_tokens_details.cached_tokens == 90_000
    if way in STREAMED:
        assert sim.last.body["stream_options"] == {"include_usage": True}
        told = [chunk for chunk in heard.chunks if getattr(chunk, "usage", None)]
        assert told == [heard.chunks[-1]]


@pytest.mark.parametrize("way", STREAMED)
async def test_a_stream_shows_usage_only_to_those_who_asked(sim, way):
    heard = await ask(way)
    assert sim.last.body["stream_options"] == {"include_usage": True}
    assert heard.usage is None


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("quirk", [{}, {"usage_in_last_chunk": True}, {"summary_frame": True}])
async def test_the_log_and_the_bill_see_the_same_usage(sim, way, quirk):
    sim.quirks = Quirks(**quirk)
    log = Log()
    litellm.callbacks = [log]
    sim.enqueue(Answer("Hello.", "A greeting.", usage=TOLD))
    await ask(way, litellm_call_id=log.call)
    payload = await log.payload("async" if way.startswith("async") else "sync")
    assert (payload["prompt_tokens"], payload["completion_tokens"], payload["total_tokens"]) == COUNTS
    assert payload["response_cost"] == pytest.approx(m2_cost(91_234, 90_000, 777))
    assert payload["custom_llm_provider"] == "minimax"
    assert payload["model"] == "MiniMax-M2"


async def test_explicit_cache_writes_are_billed(sim):
    details = {"cache_creation_input_tokens": 1_000, "cache_read_input_tokens": 3_000}
    usage = {"prompt_tokens": 5_000, "completion_tokens": 10, "total_tokens": 5_010, "prompt_tokens_details": details}
    sim.enqueue(Answer("Hello.", usage=usage))
    response = await litellm.acompletion(model=MODEL, messages=[{"role": "user", "content": "Hello!"}])
    assert response.usage.prompt_tokens == 5_000
    assert response.usage.cache_creation_input_tokens == 1_000
    assert response.usage.cache_read_input_tokens == 3_000
    cost = litellm.completion_cost(response, model=MODEL)
    assert cost == pytest.approx(m2_cost(5_000, 3_000, 10, written=1_000))
    assert response._hidden_params["response_cost"] == pytest.approx(cost)


@pytest.mark.parametrize(("prompt", "price"), [(512_000, "price"), (512_001, "long_context_price")])
@pytest.mark.parametrize("prefix", ["minimax", "minimax-plugin"])
async def test_m3_costs_double_above_its_tier(sim, prompt, price, prefix):
    facts = catalog.find("MiniMax-M3")
    usage = {"prompt_tokens": prompt, "completion_tokens": 1_000, "total_tokens": prompt + 1_000,
             "prompt_tokens_details": {"cached_tokens": 100_000}}  # fmt: skip
    sim.enqueue(Answer("Hello.", usage=usage))
    response = await litellm.acompletion(model=f"{prefix}/MiniMax-M3", messages=[{"role": "user", "content": "Hi"}])
    rate = getattr(facts, price)
    expected = ((prompt - 100_000) * rate.input + 100_000 * rate.cache_read + 1_000 * rate.output) / 1e6
    assert litellm.completion_cost(response, model=f"{prefix}/MiniMax-M3") == pytest.approx(expected)
    assert response._hidden_params["response_cost"] == pytest.approx(expected)


@pytest.mark.parametrize("facts", catalog.MODELS, ids=lambda facts: facts.id)
@pytest.mark.parametrize("prefix", ["minimax", "minimax-plugin"])
def test_litellm_knows_every_model_as_the_table_does(facts, prefix):
    for name in (facts.id, *facts.nicknames):
        model = f"{prefix}/{name}"
        info = litellm.get_model_info(model)
        assert info["max_input_tokens"] == facts.context
        assert info["max_output_tokens"] == facts.max_output
        price = facts.price or catalog.Price(0, 0)
        assert info["input_cost_per_token"] == pytest.approx(price.input / 1e6)
        assert info["output_cost_per_token"] == pytest.approx(price.output / 1e6)
        assert litellm.supports_reasoning(model) is facts.reasons
        assert litellm.supports_function_calling(model) is facts.tools
        assert litellm.supports_vision(model) is facts.images
        assert litellm.supports_response_schema(model) is True
        cached = facts.price is not None and facts.price.cache_read is not None
        assert bool(litellm.utils.supports_prompt_caching(model)) is cached
        usage = litellm.Usage(prompt_tokens=1_000_000, completion_tokens=1_000, total_tokens=1_001_000)
        tier = facts.long_context_price or price
        response = litellm.ModelResponse(model=name, usage=usage)
        expected = tier.input + tier.output / 1_000
        assert litellm.completion_cost(response, model=model) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("minimax-m2", "MiniMax-M2"),
        ("MINIMAX-M3.1-FLASH", "MiniMax-M3.1-Flash"),
        ("abab6.5s", "abab6.5s-chat"),
        ("abab6.5t", "abab6.5t-chat"),
        ("Abab6.5G", "abab6.5g-chat"),
        ("MiniMax-M2.5-lightning", "MiniMax-M2.5-highspeed"),
        ("MiniMax-M2.1-Lightning", "MiniMax-M2.1-highspeed"),
    ],
)
@pytest.mark.parametrize("way", ["async", "sync-stream"])
async def test_names_in_any_case_and_nicknames(sim, typed, sent, way):
    heard = await ask(way, model=f"minimax/{typed}")
    assert sim.last.body["model"] == sent
    # LiteLLM's stream wrapper writes the name that was asked for into every chunk.
    assert heard.model == (sent if way == "async" else typed)


@pytest.mark.parametrize("typed", ["minimax-m2", "MINIMAX-M2"])
async def test_a_name_in_another_case_has_a_price(sim, typed):
    sim.enqueue(Answer("Hello.", usage=TOLD))
    response = await litellm.acompletion(model=f"minimax/{typed}", messages=[{"role": "user", "content": "Hi"}])
    assert response._hidden_params["response_cost"] == pytest.approx(m2_cost(91_234, 90_000, 777))


async def test_an_unknown_id_is_sent_as_it_was_typed(sim):
    sim.quirks = Quirks(dialect="openai")
    heard = await ask("async", model="minimax/MiniMax-M9-Turbo")
    assert sim.last.body["model"] == "MiniMax-M9-Turbo"
    assert sim.last.body["reasoning_split"] is True
    assert heard.content


async def test_a_retired_model_warns_once(sim, caplog):
    with caplog.at_level(logging.WARNING, "litellm_minimax"):
        for way in WHOLE:
            await ask(way, model="minimax/MiniMax-M2.7")
    warnings = [record.getMessage() for record in caplog.records if "MiniMax-M2.7" in record.getMessage()]
    assert len(warnings) == 1
    assert "retired on 18 Nov 2026" in warnings[0]


async def test_a_current_model_does_not_warn(sim, caplog):
    with caplog.at_level(logging.WARNING):
        await ask("async")
    assert not [record for record in caplog.records if record.name.startswith("litellm_minimax")]
