"""When the reasoner is left alone: after failures, by conversation and by caller, and when its budget is spent."""

import inspect
import json
from types import SimpleNamespace

import litellm
import pytest
from litellm.caching.redis_cache import RedisCache

from litellm_minimax.hybrid import remembering
from litellm_minimax.hybrid.resting import Rest
from tests.hybrid.fakes import Shelf
from tests.hybrid.test_hybrid_handler import (  # noqa: F401 - a fixture
    ANSWERS,
    ASK,
    THINKS,
    Members,
    ask,
    breakdown,
    piece,
    rounds,
    stream,
    told,
    use,
)

SLOW, QUICK = {"slow": True}, {"slow": False}


def rests(shelf, now, conversation, caller="team"):
    keys = (remembering.key("rest", caller, conversation), remembering.key("rest", caller))
    return Rest(shelf, *keys, now=lambda: now[0])


async def test_a_rest_is_for_one_conversation_grows_and_ends():
    now, shelf = [1000.0], Shelf()
    mine, other = rests(shelf, now, "mine"), rests(shelf, now, "other")
    await mine.failed(**QUICK)
    assert not await mine.active(), "one quick error is not a pattern"
    await mine.failed(**QUICK)
    assert (await mine.active(), await other.active()) == (True, False)
    now[0] += 5.1
    assert not await mine.active()
    for _ in range(40):
        await mine.failed(**SLOW)
        assert (await mine.active(), await other.active()) == (True, False), "one conversation never rests it for all"
        now[0] += 30.1
        assert not await mine.active(), "and never longer than half a minute"
    await mine.failed(**SLOW)
    await mine.succeeded()
    assert not await mine.active()


async def test_when_several_conversations_fail_it_is_the_reasoner():
    now, shelf = [1000.0], Shelf()
    first, second, third = (rests(shelf, now, name) for name in ("first", "second", "third"))
    await first.failed(**SLOW)
    assert not await second.active()
    await second.failed(**SLOW)
    assert await third.active()
    assert not await rests(shelf, now, "third", caller="another team").active()
    now[0] += 5.1
    assert not await third.active()
    await third.failed(**SLOW)
    now[0] += 5.1
    assert await first.active(), "the wait doubles"
    await third.succeeded()
    assert not await rests(shelf, now, "fourth").active()
    await first.failed(**SLOW)
    assert not await rests(shelf, now, "fourth").active(), "a success in between, and counting begins anew"


@pytest.mark.parametrize("foreign", ["nonsense", "[1]", '["a", "b", "c"]', "[" * 9999, "{}", "[1, 2, [3]]"])
async def test_a_foreign_entry_is_no_rest(foreign):
    shelf, now = Shelf(), [0.0]
    rest = rests(shelf, now, "mine")
    shelf.kept = dict.fromkeys((rest.conversation, rest.caller), foreign)
    assert not await rest.active()
    await rest.failed(**SLOW)
    assert await rest.active()


async def test_one_time_out_leaves_the_teams_other_conversations_their_reasoner(use):  # noqa: F811
    members = Members(reasoner=[3600])
    now = [0.0]
    use(members, wall_clock=lambda: now[0])

    async def reason(question, **kwargs):
        _, fields = await ask([{"role": "user", "content": question}], **kwargs)
        return fields["decision"], fields["reason"]

    assert await reason("a") == ("degraded", "reasoner_first_delta_timeout")
    assert await reason("a") == ("degraded", "backoff")
    assert await reason("b") == ("degraded", "reasoner_first_delta_timeout")
    assert await reason("c") == ("degraded", "backoff"), "two conversations failed"
    now[0] += 5.1
    members.scripts["reasoner"] = list(THINKS)
    assert await reason("c") == ("reasoned", "user_turn")
    members.scripts["reasoner"] = [3600]
    assert await reason("d", litellm_session_id="s-1") == ("degraded", "reasoner_first_delta_timeout")
    assert await reason("e", litellm_session_id="s-1") == ("degraded", "backoff"), "the client says it is one"


def priced(dollars):
    return lambda stream, usage: dollars


def turns(count):
    """A conversation in its ``count``-th turn."""
    talk = []
    for number in range(count):
        talk += [{"role": "user", "content": f"Question {number}"}, {"role": "assistant", "content": "Done."}]
    return talk[:-1]


class SharedRedis:
    """What LiteLLM's Redis client offers us; its name is how the shared cache knows it."""

    def __init__(self):
        self.kept = {}

    async def async_get_cache(self, key):
        value = self.kept.get(key)
        return value if isinstance(value, (str, float, type(None))) else json.loads(value)

    async def async_batch_get_cache(self, keys):
        return {key: self.kept.get(key) for key in keys}

    async def async_set_cache(self, key, value, ttl):
        self.kept[key] = value

    async def async_increment(self, key, value, ttl):
        self.kept[key] = self.kept.get(key, 0.0) + value
        return self.kept[key]


SharedRedis.__name__ = "RedisCache"


def test_litellms_redis_client_adds_and_reads_as_the_stand_in_does():
    ours = {"key": "k", "value": 0.25, "ttl": 60}
    inspect.signature(RedisCache.async_increment).bind(None, ours["key"], ours["value"], ttl=ours["ttl"])
    assert RedisCache._get_cache_logic(None, cached_response=b"0.5") == 0.5


@pytest.fixture
def redis(monkeypatch):
    shared = SharedRedis()
    monkeypatch.setattr(litellm, "cache", SimpleNamespace(cache=shared, supported_call_types=[]))
    return shared


OPTIONS = {"reasoning_model": "minimax:MiniMax-M2", "execution_model": "qwen-oauth:qwen3-coder-plus"}


async def test_a_conversations_budget_holds_over_two_replicas(use, redis):  # noqa: F811
    members = Members()

    async def decided(count, replica, **kwargs):
        use(members, sums=replica, price=priced(0.25))
        options = {**OPTIONS, "reasoning_budget": 0.5}
        _, fields = await ask(turns(count), "hybrid/preset", hybrid=options, **kwargs)
        return fields["decision"], fields["reason"], [phase["phase"] for phase in fields["phases"]]

    from litellm_minimax.memory.shared_cache import SharedCache

    first, second = (SharedCache(max_items=9, max_item_kib=1, ttl=60) for _ in range(2))
    thought = ("reasoned", "user_turn", ["reasoning", "execution"])
    spent = ("skipped", "budget", ["execution"])
    assert await decided(1, first) == thought
    assert await decided(2, second) == thought
    assert await decided(3, first) == spent
    assert await decided(3, second) == spent
    assert await decided(3, second, metadata={"hybrid": {"trigger": "force"}}) == spent, "a client can't raise it"
    assert list(redis.kept.values()) == [0.5] or 0.5 in redis.kept.values()
    other = [{"role": "user", "content": "Another conversation"}]
    _, fields = await ask(other, "hybrid/preset", hybrid={**OPTIONS, "reasoning_budget": 0.5})
    assert fields["decision"] == "reasoned"
    fresh = SharedCache(max_items=9, max_item_kib=1, ttl=60)
    redis.async_get_cache = None  # Redis is gone
    assert await decided(3, first) == thought, "what another replica spent is not known"
    assert await decided(3, first) == spent, "but what this one knows counts"
    assert await decided(3, fresh) == thought


@pytest.mark.parametrize(
    ("options", "messages", "scripts", "phase"),
    [
        ({"mode": "advisor", "advise_first": True}, ASK, {"reasoner": [piece(content="Do it."), told(9, 9)]}, "advice"),
        ({"review": True, "trigger": ["stall"]}, ASK, {"reasoner": [piece(content="Wrong."), told(9, 9)]}, "review"),
        ({"escalate_after": 2, "trigger": ["stall"]}, rounds(3), {"reasoner": ANSWERS}, "escalation"),
    ],
    ids=["advisor", "review", "alone"],
)
async def test_every_mode_asks_the_budget_and_is_counted(use, options, messages, scripts, phase):  # noqa: F811
    members = Members()
    members.scripts |= scripts
    use(members, price=priced(0.25))
    given = {**OPTIONS, **options, "reasoning_budget": 0.25}
    _, fields = await ask(messages, "hybrid/preset", hybrid=given)
    assert phase in [each["phase"] for each in fields["phases"]]
    asked = len(members.asked("reasoner"))
    _, fields = await ask(messages, "hybrid/preset", hybrid=given)
    assert (fields["decision"], fields["reason"]) == ("skipped", "budget")
    assert [each["phase"] for each in fields["phases"]] == ["execution"]
    assert len(members.asked("reasoner")) == asked


@pytest.mark.parametrize("price", [None, 0.0])
async def test_without_a_price_a_million_tokens_count_as_one_dollar(use, price):  # noqa: F811
    long = [*THINKS[:2], told(1500, 500)]
    members = Members(reasoner=[list(long), list(long), list(long)])
    use(members, price=priced(price))
    options = {**OPTIONS, "reasoning_budget": 0.004}
    reasons = [(await ask(turns(n), "hybrid/preset", hybrid=options))[1]["reason"] for n in (1, 2, 3)]
    assert reasons == ["user_turn", "user_turn", "budget"]


async def test_thinking_that_its_client_left_counts_and_a_turns_notes_cost_nothing_more(use):  # noqa: F811
    members = Members()
    use(members, price=priced(0.25))
    options = {"hybrid": {**OPTIONS, "reasoning_budget": 0.25}}
    left = await litellm.acompletion("hybrid/preset", messages=ASK, stream=True, **options)
    assert (await anext(left)).choices[0].delta.reasoning_content
    await left.completion_stream.aclose()
    chunks = await stream(turns(1), "hybrid/preset", **options)
    assert breakdown(chunks)["decision"] == "reasoned", "another conversation"
    call = {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "sh", "arguments": "{}"}}]}
    rounds = [*turns(1), call, {"role": "tool", "tool_call_id": "c", "content": "fine"}]
    assert breakdown(await stream(rounds, "hybrid/preset", **options))["reason"] == "same_turn"
    assert breakdown(await stream(ASK, "hybrid/preset", **options))["reason"] == "budget"
