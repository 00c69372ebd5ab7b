"""A started proxy with two callers, its upstream, and a server that an attacker would like to be called."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from litellm_minimax.simulator import Simulator
from tests.proxy_process import StartedProxy, write_config

UPSTREAM_KEY = "sk-api-operators-own-0123456789abcdef"
HELLO = [{"role": "user", "content": "Hello!"}]


@dataclass
class World:
    proxy: StartedProxy
    upstream: Simulator
    evil: Simulator
    kept: Path

    def post(self, body: Any, path: str = "/v1/chat/completions", key: str = "sk-test-alice", **how: Any):
        headers = {"Authorization": f"Bearer {key}", "x-litellm-num-retries": "0", **how.pop("headers", {})}
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        return httpx.post(self.proxy.url + path, headers=headers, timeout=60, **sent, **how)


def world_config(upstream: str) -> dict[str, Any]:
    member = {"api_base": upstream, "api_key": UPSTREAM_KEY}
    return {
        "litellm_settings": {
            "custom_provider_map": [
                {"provider": "minimax", "custom_handler": "litellm_minimax.minimax_llm"},
                {"provider": "hybrid", "custom_handler": "litellm_minimax.hybrid_llm"},
            ],
            "callbacks": ["litellm_minimax.proxy_hooks", "security_proxy_side.keeper"],
        },
        "general_settings": {
            "master_key": "os.environ/LITELLM_MASTER_KEY",
            "custom_auth": "security_proxy_side.user_api_key_auth",
        },
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        "model_list": [
            {"model_name": "m2", "litellm_params": {"model": "minimax/MiniMax-M2", **member}},
            {"model_name": "m21", "litellm_params": {"model": "minimax/MiniMax-M2.1", **member}},
            {"model_name": "hybrid:*", "litellm_params": {"model": "hybrid/*"}},
            {"model_name": "*", "litellm_params": {"model": "minimax/MiniMax-M2", **member}},
        ],
    }


@pytest.fixture(scope="session")
def _world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("security")
    here = Path(__file__).parent
    (folder / "security_proxy_side.py").write_text((here / "security_proxy_side.py").read_text())
    kept = folder / "kept.txt"
    kept.write_text("")
    with Simulator() as upstream, Simulator() as evil:
        config = write_config(folder / "config.yaml", world_config(upstream.base_url))
        settings = {"KEEPER_FILE": str(kept), "PYTHONPATH": f"{folder}:{Path.cwd()}", "MINIMAX_API_KEY": UPSTREAM_KEY}
        with StartedProxy(config, env=settings, cwd=folder) as proxy:
            yield World(proxy, upstream, evil, kept)


@pytest.fixture
def world(_world):
    _world.upstream.reset()
    _world.evil.reset()
    _world.kept.write_text("")
    return _world
