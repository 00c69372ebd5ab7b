"""``serve`` with options: a forced model, a real (here: simulated) server behind it, and its end."""

import signal

import httpx
import pytest
from served import Served

from litellm_minimax.simulator import Simulator
from tests.waiting import until

pytestmark = pytest.mark.proxy

KEY = "sk-api-do-not-show-this-key"


@pytest.fixture(scope="module")
def upstream():
    with Simulator(api_keys=[KEY]) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def forced(upstream, tmp_path_factory):
    settings = {
        "MINIMAX_API_KEY": KEY,
        "MINIMAX_API_BASE": f"{upstream.base_url}/v1",
        "TMPDIR": str(tmp_path_factory.mktemp("tmp")),
    }
    with Served(tmp_path_factory.mktemp("serve"), "--force-model", "MiniMax-M3", **settings) as proxy:
        yield proxy


@pytest.mark.parametrize("model", ["MiniMax-M2", "gpt-4o", "hybrid-coder", "minimax/M2-her", "qwen3-coder-plus"])
def test_forced_model_serves_every_name(forced, upstream, model):
    upstream.reset()
    body = {"model": model, "messages": [{"role": "user", "content": "Hello!"}]}
    response = httpx.post(f"{forced.url}/v1/chat/completions", headers=forced.headers, json=body, timeout=60)
    assert response.status_code == 200, response.text
    assert [request.body["model"] for request in upstream.requests] == ["MiniMax-M3"]


def test_real_server_is_asked_with_the_users_key_which_is_never_shown(forced, upstream):
    assert "SIMULATED" not in forced.banner
    assert upstream.last.headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in forced.log


def test_what_is_loaded_is_set_aside_when_the_proxy_answers(forced):
    assert until(lambda: forced.log.count("objects set aside from garbage collection")) == 1


def test_sigterm_ends_it_and_takes_the_derived_configuration_along(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with Served(tmp_path, "--default-backend", "none", TMPDIR=str(scratch), MINIMAX_GC_FREEZE="off") as proxy:
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello!"}]}
        refused = httpx.post(f"{proxy.url}/v1/chat/completions", headers=proxy.headers, json=body, timeout=60)
        assert refused.status_code == 400
        assert "gpt-4o" in refused.text
        assert list(scratch.rglob("proxy_config.yaml"))
        proxy.stop(signal.SIGTERM)
    assert "garbage collection" not in proxy.log
    assert proxy.exit_code == 0
    assert not list(scratch.rglob("proxy_config.yaml"))
