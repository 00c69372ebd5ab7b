"""One simulator for all contract tests, reset for each; nothing of a test's environment outlives it."""

import asyncio

import litellm
import pytest

import litellm_minimax
from litellm_minimax.chat import call
from litellm_minimax.memory import reasoning_memory
from litellm_minimax.simulator import Quirks, Simulator

KEY = "sk-api-contract-0123456789abcdef"


@pytest.fixture(scope="session")
def _simulator():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def sim(_simulator):
    _simulator.reset()
    _simulator.quirks = Quirks()
    return _simulator


@pytest.fixture(autouse=True)
def _surroundings(_simulator, monkeypatch):
    """The simulator as MiniMax, an empty memory, and LiteLLM's switches as they were afterwards."""
    for name in ("MINIMAX_REGION", "MINIMAX_SELF_HOSTED", "MINIMAX_REASONING_MEMORY", "MINIMAX_CLAIM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("MINIMAX_API_BASE", _simulator.base_url)
    for name in ("drop_params", "callbacks", "success_callback", "_async_success_callback", "custom_provider_map"):
        value = getattr(litellm, name)
        monkeypatch.setattr(litellm, name, list(value) if isinstance(value, list) else value)
    monkeypatch.setattr(litellm, "drop_params", False)
    monkeypatch.setattr(call, "_warned", set())
    reasoning_memory.clear()
    litellm_minimax.register()


@pytest.fixture(autouse=True)
async def _nothing_left_running():
    """LiteLLM's HTTP clients of this loop are closed, so that a later test does not warn about them."""
    yield
    from litellm.llms.custom_httpx.async_client_cleanup import close_litellm_async_clients

    await close_litellm_async_clients()
    litellm.in_memory_llm_clients_cache.flush_cache()
    await asyncio.sleep(0)
