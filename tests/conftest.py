"""What every test shares: LiteLLM's own price map, and a hypothesis profile that gives the same examples everywhere."""

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
