"""The store behind the reasoning memory: bounded, scoped, and never a reason for a call to fail."""

import asyncio
import sys
import types

import pytest

from litellm_minimax.memory import reasoning_memory, shared_cache
from litellm_minimax.memory.shared_cache import SharedCache
from litellm_minimax.wire.events import Reasoning, Text, ToolCallStart
from litellm_minimax.wire.incoming.collector import AnswerCollector
from litellm_minimax.wire.outgoing.unreturned_reasoning import MissingReasoning, message_hash


@pytest.fixture(autouse=True)
def _empty():
    reasoning_memory.clear()
    yield
    reasoning_memory.clear()


class FakeRedis:
    """What LiteLLM's RedisCache offers; ``broken`` makes every call fail, ``slow`` makes async ones hang."""

    def __init__(self, *, broken=False, slow=False):
        self.kept, self.ttls, self.calls = {}, {}, 0
        self.broken, self.slow = broken, slow

    def set_cache(self, key, value, ttl=None, **_):
        self._arrive()
        self.kept[key], self.ttls[key] = value, ttl

    def get_cache(self, key, **_):
        self._arrive()
        return self.kept.get(key)

    async def async_set_cache(self, key, value, ttl=None, **_):
        await self._wait()
        self.set_cache(key, value, ttl)

    async def async_get_cache(self, key, **_):
        await self._wait()
        return self.get_cache(key)

    async def async_batch_get_cache(self, key_list, **_):
        await self._wait()
        self._arrive()
        return {key: self.kept.get(key) for key in key_list}

    async def _wait(self):
        if self.slow:
            self.calls += 1
            await asyncio.sleep(3600)

    def _arrive(self):
        self.calls += 1
        if self.broken:
            raise ConnectionError("no Redis here")


@pytest.fixture
def use_redis(monkeypatch):
    """Puts a Redis where the proxy keeps its own."""

    def use(redis):
        proxy = types.SimpleNamespace(redis_usage_cache=redis)
        monkeypatch.setitem(sys.modules, "litellm.proxy.proxy_server", proxy)
        return redis

    use(None)
    return use


def new_cache(**changes) -> SharedCache:
    return SharedCache(**{"max_items": 8, "max_item_kib": 1, "ttl": 60, **changes})


def thought_with_calls(*ids: str) -> AnswerCollector:
    answer = AnswerCollector()
    answer.add([Reasoning("because"), *(ToolCallStart(at, call_id, "f") for at, call_id in enumerate(ids))])
    return answer


def missing(index: int, *ids: str, turn_hash: str = "") -> MissingReasoning:
    return MissingReasoning(index, ids, turn_hash)


def test_any_of_the_calls_finds_the_turn(use_redis):
    reasoning_memory.keep("scope", thought_with_calls("a", "b"))
    assert reasoning_memory.recall("scope", [missing(3, "x", "b"), missing(5, "a")]) == {3: "because", 5: "because"}
    assert reasoning_memory.recall("other scope", [missing(3, "a")]) == {}
    assert dict(reasoning_memory.counts) == {"stored": 1, "hit": 2, "miss": 1}


async def test_the_async_twin_does_the_same(use_redis):
    await reasoning_memory.akeep("scope", thought_with_calls("a"))
    assert await reasoning_memory.arecall("scope", [missing(1, "a"), missing(2, "z")]) == {1: "because"}
    assert reasoning_memory.recall("scope", [missing(1, "a")]) == {1: "because"}


def test_a_turn_without_calls_is_found_by_its_text(use_redis):
    answer = AnswerCollector()
    answer.add([Reasoning("because"), Text("Forty-two.")])
    reasoning_memory.keep("scope", answer)
    assert reasoning_memory.recall("scope", [missing(1, turn_hash=message_hash("Forty-two.", ()))]) == {1: "because"}
    assert reasoning_memory.recall("scope", [missing(1, turn_hash=message_hash("Forty-three.", ()))]) == {}


def test_an_answer_without_reasoning_is_not_kept(use_redis):
    answer = AnswerCollector()
    answer.add([Text("Hello."), ToolCallStart(0, "a", "f")])
    reasoning_memory.keep("scope", answer)
    assert reasoning_memory.recall("scope", [missing(1, "a")]) == {}


def test_scopes_differ_by_caller_and_by_account_and_hide_the_key():
    scopes = {
        reasoning_memory.scope_of("sk-1", {}),
        reasoning_memory.scope_of("sk-2", {}),
        reasoning_memory.scope_of("sk-1", {"metadata": {"user_api_key_hash": "alice"}}),
        reasoning_memory.scope_of("sk-1", {"metadata": {"user_api_key_hash": "bob"}}),
    }
    assert len(scopes) == 4
    assert not any("sk-1" in scope or "alice" in scope for scope in scopes)
    by_other_name = reasoning_memory.scope_of("sk-1", {"litellm_metadata": {"user_api_key_hash": "alice"}})
    assert by_other_name == reasoning_memory.scope_of("sk-1", {"metadata": {"user_api_key_hash": "alice"}})


def test_it_is_bounded_in_number_size_and_time(use_redis, monkeypatch):
    cache = new_cache()
    cache.set("too long", "x" * 1025)
    assert cache.get("too long") is None
    for number in range(100):
        cache.set(f"key {number}", "x" * 1024)
    kept = [number for number in range(100) if cache.get(f"key {number}")]
    assert 0 < len(kept) <= 8
    assert 99 in kept
    import time

    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert cache.get("key 99") is None


async def test_replicas_share_it_through_redis(use_redis):
    redis = use_redis(FakeRedis())
    here, there = new_cache(), new_cache()
    here.set("sync", "one")
    await here.aset("async", "two")
    assert redis.ttls == {"sync": 60, "async": 60}
    assert there.get("sync") == "one"
    assert await there.aget("async") == "two"
    asked = redis.calls
    assert await there.aget("async") == "two"
    assert there.get("sync") == "one"
    assert redis.calls == asked, "what came from Redis once is kept here"


async def test_many_are_asked_of_redis_at_once_and_only_those_that_are_not_here(use_redis):
    redis = use_redis(FakeRedis())
    here, there = new_cache(), new_cache()
    await here.aset("one", "1")
    await here.aset("two", "2")
    await there.aset("three", "3")
    asked = redis.calls
    assert await there.aget_each(["one", "nothing", "three", "two"]) == ["1", None, "3", "2"]
    assert await there.aget_each(["two", "three", "one"]) == ["2", "3", "1"]
    assert redis.calls == asked + 1
    redis.broken = True
    assert await there.aget_each(["one", "nothing"]) == ["1", None]
    assert await there.aget_each(["nothing"]) == [None]
    assert redis.calls == asked + 2, "one attempt, then a pause"


@pytest.mark.parametrize("trouble", ["broken", "slow"])
async def test_a_failing_redis_is_a_miss_and_is_left_alone_for_a_while(use_redis, monkeypatch, caplog, trouble):
    monkeypatch.setattr(shared_cache, "REDIS_PATIENCE", 0.02)
    redis = use_redis(FakeRedis(**{trouble: True}))
    cache = new_cache()
    assert await cache.aget("key") is None
    assert redis.calls == 1
    for _ in range(20):
        await cache.aset("key", "value")
        assert await cache.aget("key") == "value"
        cache.set("other", "value")
        assert cache.get("nothing") is None
    assert redis.calls == 1, "one attempt, then a pause"
    assert len([record for record in caplog.records if "Redis" in record.getMessage()]) == 1
    monkeypatch.setattr(shared_cache, "REDIS_PAUSE", 0.0)
    cache._redis_back_at = 0.0
    redis.broken = redis.slow = False
    await cache.aset("key", "value")
    assert list(redis.kept) == ["key"]


def test_a_broken_redis_is_a_miss_for_blocking_calls_too(use_redis):
    redis = use_redis(FakeRedis(broken=True))
    cache = new_cache()
    cache.set("key", "value")
    assert cache.get("key") == "value"
    assert cache.get("nothing") is None
    assert redis.calls == 1


async def test_what_redis_returns_is_believed_only_if_it_is_text(use_redis):
    redis = use_redis(FakeRedis())
    redis.kept["key"] = {"not": "text"}
    assert await new_cache().aget("key") is None
    assert new_cache().get("key") is None


async def test_a_text_that_is_json_stays_a_text(use_redis):
    use_redis(FakeRedis())
    here, there = new_cache(), new_cache()
    for text in ("42", "null", '{"a": 1}', '"quoted"', ""):
        await here.aset("key", text)
        assert (await here.aget("key"), here.get("key")) == (text, text)
        there.clear()
        assert await there.aget("key") == text
