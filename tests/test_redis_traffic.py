"""How often a request asks a shared Redis: the table of docs/scaling.md, counted."""

from collections import Counter
from types import SimpleNamespace

import litellm
import pytest

from litellm_minimax.hybrid.handler import HybridLLM
from litellm_minimax.memory import reasoning_memory
from litellm_minimax.simulator import Answer, Simulator, ToolCall

TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}]
ASKED = [{"role": "user", "content": "Look twice."}]


class RedisCache:
    """What LiteLLM's Redis client offers us, counting; its name is how the shared cache knows it."""

    def __init__(self):
        self.kept = {}
        self.count = Counter()

    async def async_get_cache(self, key):
        self.count["get"] += 1
        return self.kept.get(key)

    async def async_batch_get_cache(self, keys):
        self.count["get"] += 1
        return {key: self.kept.get(key) for key in keys}

    async def async_set_cache(self, key, value, ttl):
        self.count["set"] += 1
        self.kept[key] = value


@pytest.fixture
def redis(monkeypatch):
    counted = RedisCache()
    monkeypatch.setattr(litellm, "cache", SimpleNamespace(cache=counted, supported_call_types=[]))
    reasoning_memory.clear()
    yield counted
    reasoning_memory.clear()


@pytest.fixture(scope="module")
def sim():
    with Simulator() as simulator:
        yield simulator


async def ask(sim, messages, model="minimax/MiniMax-M2", **options):
    credentials = {"api_base": sim.base_url, "api_key": "sk-test"}
    return (await litellm.acompletion(model, messages=messages, **credentials, **options)).choices[0].message


def counted(redis):
    gets, sets = redis.count["get"], redis.count["set"]
    redis.count.clear()
    return gets, sets


async def test_a_plain_answer_is_kept_once_and_nothing_is_looked_up(redis, sim):
    sim.enqueue(Answer("Four.", reasoning="Two and two."))
    await ask(sim, ASKED)
    assert counted(redis) == (0, 1)


async def test_a_tool_loop_looks_up_only_what_another_replica_kept(redis, sim):
    two = [ToolCall("look", {}, id="call_1"), ToolCall("look", {}, id="call_2")]
    sim.enqueue(Answer(reasoning="Twice, then.", tool_calls=two), Answer("Seen.", reasoning="That is all."))
    asked = await ask(sim, ASKED, tools=TOOLS)
    assert counted(redis) == (0, 2), "one entry for each call"

    calls = [call.model_dump() for call in asked.tool_calls]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "seen"} for call in calls]
    history = [*ASKED, {"role": "assistant", "content": None, "tool_calls": calls}, *results]
    await ask(sim, history, tools=TOOLS)
    assert counted(redis) == (0, 1), "this process holds what it kept itself"

    reasoning_memory._cache.clear()  # as another replica would be
    sim.enqueue(Answer("Seen.", reasoning="That is all."), Answer("Seen.", reasoning="That is all."))
    await ask(sim, history, tools=TOOLS)
    assert counted(redis) == (1, 1), "the first of its calls is enough"
    await ask(sim, history, tools=TOOLS)
    assert counted(redis) == (0, 1), "and what was found is held from then on"


async def test_a_client_that_keeps_its_reasoning_costs_no_look_up(redis, sim):
    sim.enqueue(Answer("Seen."))
    kept = {"role": "assistant", "content": "Looking.", "reasoning_content": "Twice, then."}
    await ask(sim, [*ASKED, kept])
    assert counted(redis) == (0, 0)


async def test_a_switched_off_memory_asks_nobody(redis, sim, monkeypatch):
    monkeypatch.setenv("MINIMAX_REASONING_MEMORY", "off")
    sim.enqueue(Answer("Four.", reasoning="Two and two."))
    await ask(sim, ASKED)
    assert counted(redis) == (0, 0)


async def test_a_hybrid_reads_its_notes_and_keeps_one(redis, sim, monkeypatch):
    monkeypatch.setenv("MINIMAX_API_BASE", sim.base_url)
    monkeypatch.setenv("MINIMAX_API_KEY", "sk-test")
    # A handler of its own: the shared one may remember how its members fared in other tests.
    others = [item for item in litellm.custom_provider_map if item["provider"] != "hybrid"]
    fresh = {"provider": "hybrid", "custom_handler": HybridLLM()}
    monkeypatch.setattr(litellm, "custom_provider_map", [*others, fresh])
    sim.on("MiniMax-M2", Answer("This is never read. " * 50, reasoning="Count them.", chunk_chars=9, delay=0.01))
    model = "hybrid/[minimax/MiniMax-M2,minimax/MiniMax-M3]"
    await litellm.acompletion(
        model, messages=[{"role": "user", "content": "Write a parser, and count what it asks of Redis."}]
    )
    assert counted(redis) == (3, 2), "notes and rest of the reasoner, then the note and the executor's thinking"
