"""What every test shares: LiteLLM's own price map, and a hypothesis profile that gives the same examples everywhere."""

import inspect
import os

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

import sys

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), max_examples=100, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(autouse=True)
def _no_callbacks_left_behind():
    """LiteLLM takes thirty callbacks in a process, and ignores the next one without a word."""
    yield
    if "litellm" in sys.modules:
        import litellm

        litellm.logging_callback_manager._reset_all_callbacks()
        _forget_what_is_to_be_logged()


def _forget_what_is_to_be_logged():
    """LiteLLM carries log entries that are still waiting over to the next event loop: the next test would hear of them."""
    worker = sys.modules["litellm.litellm_core_utils.logging_worker"].GLOBAL_LOGGING_WORKER
    waiting = list(getattr(worker, "_dequeued_tasks", {}).values())
    while worker._queue is not None and not worker._queue.empty():
        waiting.append(worker._queue.get_nowait())
    getattr(worker, "_dequeued_tasks", {}).clear()
    for task in waiting:
        if inspect.getcoroutinestate(task["coroutine"]) == inspect.CORO_CREATED:
            task["coroutine"].close()
