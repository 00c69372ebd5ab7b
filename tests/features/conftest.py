"""One started proxy with many of LiteLLM's features switched on, before two simulators, for all the tests of this folder."""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import openai
import pytest
import yaml
from proxy_process import SHIPPED_CONFIG, StartedProxy, write_config

from litellm_minimax.simulator import Quirks, Simulator

KEY = "sk-api-features-0123456789abcdef"
MESSAGES = [{"role": "user", "content": "Hello!"}]
PROMPT = "---\ntemperature: 0.5\n---\nSystem: You answer {{name}}.\n"


class Alerts:
    """A webhook on loopback that keeps what LiteLLM posts to it."""

    def __init__(self):
        self.texts = texts = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                texts.append(self.rfile.read(int(self.headers["content-length"])).decode())
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, text, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := [one for one in self.texts if text in one]:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"no alert with {text!r} in {self.texts}")


def deployment(group, model, base, _info=None, **params):
    entry = {"model_name": group, "litellm_params": {"model": model, "api_base": base, "api_key": KEY, **params}}
    return entry | ({"model_info": _info} if _info else {})


def deployments(sim, other):
    """Groups that each show one feature; ``other`` is the simulator that stands for a second account."""
    m2 = "minimax/MiniMax-M2"
    return [
        deployment("breaks", m2, sim),
        deployment("strict", m2, sim),
        deployment("small", m2, sim),
        # LiteLLM takes the limits of one deployment for all of the same model: a model that no other test asks.
        deployment("small-by-count", "minimax/abab6.5g-chat", sim, _info={"max_input_tokens": 60}),
        deployment("spare", m2, other),
        deployment("weighted", m2, sim, weight=1),
        deployment("weighted", m2, other, weight=0),
        deployment("evenly", m2, sim),
        deployment("evenly", m2, other),
        deployment("tagged", m2, sim, tags=["free"]),
        deployment("tagged", m2, other, tags=["paid"]),
        deployment("limited", m2, sim, rpm=2),
        deployment("limited-tokens", m2, sim, tpm=60),
        deployment("budget", m2, sim, max_budget=1e-9, budget_duration="1d"),
    ]


def config_for(sim, other, prompt):
    config = yaml.safe_load(Path(os.environ.get("LITELLM_MINIMAX_TEST_CONFIG", SHIPPED_CONFIG)).read_text())
    config["model_list"][:0] = deployments(sim, other)
    config["litellm_settings"] |= {
        "callbacks": ["litellm_minimax.proxy_hooks", "features_proxy_side.recorder"],
        "cache": True,
        "cache_params": {"type": "local", "mode": "default_off"},
        "num_retries": 1,
        "enable_post_custom_auth_checks": True,
    }
    config["general_settings"] |= {
        "custom_auth": "features_proxy_side.user_api_key_auth",
        "custom_auth_run_common_checks": True,
        "alerting": ["slack"],
        "alerting_threshold": 1,
        "alert_types": ["llm_exceptions", "llm_too_slow", "llm_requests_hanging"],
    }
    config["router_settings"] = {
        "disable_cooldowns": True,
        "enable_pre_call_checks": True,
        "enable_tag_filtering": True,
        "optional_pre_call_checks": ["enforce_model_rate_limits"],
        "model_group_alias": {"gpt-house": "MiniMax-M2", "coder": "hybrid-coder"},
        "fallbacks": [{"breaks": ["spare"]}],
        "context_window_fallbacks": [{"small": ["spare"]}, {"small-by-count": ["spare"]}],
        "content_policy_fallbacks": [{"strict": ["spare"]}],
    }
    config["guardrails"] = [
        {
            "guardrail_name": "mask",
            "litellm_params": {"guardrail": "features_proxy_side.Masking", "mode": ["pre_call", "post_call"]},
        },
        {
            "guardrail_name": "refuse",
            "litellm_params": {"guardrail": "features_proxy_side.Refusing", "mode": "during_call"},
        },
    ]
    config["prompts"] = [
        {
            "prompt_id": "polite",
            "litellm_params": {"prompt_id": "polite", "prompt_integration": "dotprompt", "dotprompt_content": prompt},
        }
    ]
    return config


@pytest.fixture(scope="session")
def _simulators():
    with Simulator() as first, Simulator(quirks=Quirks(dialect="openai")) as second:
        yield first, second


@pytest.fixture(scope="session")
def _alerts():
    alerts = Alerts()
    yield alerts
    alerts.close()


@pytest.fixture(scope="session")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("features") / "logged.jsonl"


@pytest.fixture(scope="session")
def proxy(_simulators, _alerts, log):
    first, second = _simulators
    here = Path(__file__).resolve().parent
    path = log.parent / "config.yaml"
    (path.parent / "features_proxy_side.py").write_text((here / "features_proxy_side.py").read_text())
    write_config(path, config_for(first.base_url, second.base_url, PROMPT))
    env = {
        "MINIMAX_API_KEY": KEY, "MINIMAX_API_BASE": first.base_url, "FEATURES_LOG": str(log),
        "DASHSCOPE_API_KEY": "sk-none", "DASHSCOPE_API_BASE": f"{second.base_url}/v1",
        "SLACK_WEBHOOK_URL": _alerts.url, "DEFAULT_FLUSH_INTERVAL_SECONDS": "1",
    }  # fmt: skip
    with StartedProxy(path, env=env) as started:
        yield started


@pytest.fixture
def alerts(_alerts):
    _alerts.texts.clear()
    return _alerts


@pytest.fixture
def sim(_simulators):
    _simulators[0].reset()
    _simulators[0].quirks = Quirks()
    return _simulators[0]


@pytest.fixture
def other(_simulators):
    _simulators[1].reset()
    return _simulators[1]


@pytest.fixture
def door(proxy):
    with httpx.Client(base_url=proxy.url, headers=proxy.headers, timeout=60) as made:
        yield made


@pytest.fixture
def client(proxy):
    with openai.OpenAI(base_url=f"{proxy.url}/v1", api_key=proxy.master_key, max_retries=0) as made:
        yield made


@pytest.fixture
def logged(log):
    """What LiteLLM logs after now; asks until ``count`` lines are there."""
    begin = len(log.read_text().splitlines()) if log.exists() else 0

    def lines(count=1, seconds=10):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = log.read_text().splitlines()[begin:] if log.exists() else []
            if len(found) >= count:
                return [json.loads(line) for line in found]
            time.sleep(0.05)
        raise AssertionError(f"only {len(found)} requests were logged")

    return lines


def pytest_collection_modifyitems(items):
    here = Path(__file__).resolve().parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.features)
            item.add_marker(pytest.mark.timeout(180))
