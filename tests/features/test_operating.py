"""What LiteLLM tells an operator about our models: health, prices, lists, token counts, alerts."""

import pytest

from litellm_minimax import catalog
from litellm_minimax.simulator import Answer, Fault
from tests.features.conftest import KEY

HELLO = {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Hello!"}]}


@pytest.mark.parametrize("model", ["MiniMax-M2", "embo-01", "image-01", "hybrid-coder", "abab6.5s"])
def test_health_of_a_model(sim, other, door, model):
    answer = door.get("/health", params={"model": model}).json()
    assert (answer["healthy_count"], answer["unhealthy_count"]) == (1, 0), answer
    assert KEY not in str(answer)
    assert sim.requests


def test_health_tells_what_is_wrong_without_the_key(sim, door):
    sim.on(lambda _: True, Fault("error", code=1004))
    response = door.get("/health", params={"model": "MiniMax-M2"})
    answer = response.json()
    assert answer["unhealthy_count"] == 1
    assert "1004" in str(answer["unhealthy_endpoints"])
    assert KEY not in response.text


def test_health_of_everything(sim, other, door):
    answer = door.get("/health").json()
    assert [(one["model"], one.get("error", "")[:300]) for one in answer["unhealthy_endpoints"]] == []


def test_model_info_has_prices_and_limits_and_no_key(door):
    response = door.get("/model/info")
    infos = {entry["model_name"]: entry["model_info"] for entry in response.json()["data"]}
    for facts in catalog.MODELS:
        if facts.id not in infos or infos[facts.id]["max_input_tokens"] == 60:  # what `small-by-count` was set up with
            continue
        info = infos[facts.id]
        assert info["max_input_tokens"] == facts.context
        assert info["supports_reasoning"] is facts.reasons
        assert info["mode"] == "chat"
        if facts.price:
            assert info["input_cost_per_token"] == pytest.approx(facts.price.input * 1e-6)
    assert infos["embo-01"]["mode"] == "embedding"
    assert KEY not in response.text
    groups = door.get("/model_group/info").json()["data"]
    group = next(one for one in groups if one["model_group"] == "MiniMax-M2")
    assert group["supports_function_calling"] is True
    assert group["providers"] == ["minimax"]


def test_the_list_of_models(door):
    listed = {model["id"] for model in door.get("/v1/models").json()["data"]}
    assert {"MiniMax-M2", "hybrid-coder", "gpt-house", "weighted"} <= listed
    assert door.get("/v1/models/MiniMax-M2").json()["id"] == "MiniMax-M2"


@pytest.mark.parametrize("model", ["MiniMax-M2", "hybrid-coder"])
def test_tokens_are_counted_without_asking_anybody(sim, other, door, model):
    counted = door.post("/utils/token_counter", json={**HELLO, "model": model}).json()
    assert 5 < counted["total_tokens"] < 20
    anthropic = door.post("/v1/messages/count_tokens", json={**HELLO, "model": model}).json()
    assert 0 < anthropic["input_tokens"] < 20
    assert sim.requests == other.requests == []


def test_supported_parameters(door):
    answer = door.get("/utils/supported_openai_params", params={"model": "minimax/MiniMax-M2"}).json()
    assert {"tools", "temperature", "reasoning_effort"} <= set(answer["supported_openai_params"])


def test_an_alert_for_a_failed_call(sim, door, alerts):
    sim.on(lambda _: True, Fault("error", code=1004))
    assert door.post("/v1/chat/completions", json=HELLO).status_code == 401
    text = alerts.wait_for("1004")
    assert KEY not in text


def test_an_alert_for_a_slow_answer(sim, door, alerts):
    sim.on(lambda _: True, Answer("Late.", first_delay=1.5))
    assert door.post("/v1/chat/completions", json=HELLO).status_code == 200
    text = alerts.wait_for("slow")
    assert "MiniMax-M2" in text
    assert KEY not in text
