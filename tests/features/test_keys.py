"""What a key may do and has spent, as far as LiteLLM shows it without a database: custom auth gives the keys."""

import concurrent.futures

import httpx
import pytest

from litellm_minimax.simulator import Answer

HELLO = {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Hello!"}]}


@pytest.fixture
def ask(proxy):
    def post(key, **more):
        headers = {"Authorization": f"Bearer sk-features-{key}"}
        return httpx.post(f"{proxy.url}/v1/chat/completions", headers=headers, json={**HELLO, **more}, timeout=60)

    return post


@pytest.mark.parametrize("model", ["MiniMax-M2", "hybrid-coder"])
def test_spend_is_logged_with_its_key_and_team(sim, other, ask, logged, model):
    sim.on(lambda _: True, Answer("Text.", "Thought."))
    assert ask("plain", model=model).status_code == 200
    [line] = logged(1)
    assert (line["user"], line["team"], line["group"]) == ("ann", "Red", model)
    assert line["tokens"] > 0
    assert line["cost"] > 0


def test_requests_per_minute_of_a_key(sim, ask):
    statuses = [ask("slow").status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]


def test_tokens_per_minute_of_a_key(sim, ask, logged):
    assert ask("few-tokens").status_code == 200
    logged(1)
    assert ask("few-tokens").status_code == 429


def test_parallel_requests_of_a_key(sim, ask):
    sim.on(lambda _: True, Answer("Slow.", first_delay=0.6))
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        statuses = sorted(response.status_code for response in pool.map(lambda _: ask("parallel"), range(3)))
    assert statuses == [200, 429, 429]
    assert ask("parallel").status_code == 200


def test_the_budget_of_a_key_needs_the_database(sim, ask):
    """What custom auth says of a key's spending is not held against its budget (LiteLLM 1.108.7)."""
    assert ask("spent").status_code == 200


def test_the_models_of_a_key(sim, ask):
    assert ask("m3", model="MiniMax-M3").status_code == 200
    refused = ask("m3")
    assert refused.status_code in (401, 403)
    assert len(sim.requests) == 1


def test_aliases_of_a_key(sim, ask):
    assert ask("aliased", model="our-model").status_code == 200
    assert sim.last.body["model"] == "MiniMax-M2"
