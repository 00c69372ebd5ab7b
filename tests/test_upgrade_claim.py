"""What a LiteLLM that has moved things, or must not be used, is told: at the import, in a process of its own."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from litellm_minimax.seams import registration

ROOT = Path(__file__).resolve().parent.parent
DOCTORED = {
    "the branch of the built-in provider is gone": "del litellm.main._complete_minimax",
    "the branch of custom providers is gone": "del litellm.main._complete_custom_providers",
    "the parameters are read elsewhere": "del litellm.main.get_optional_params",
    "the provider's config is gone": "litellm.__dict__.pop('MinimaxChatConfig', None); litellm.__getattr__ = gone",
    "completion() no longer goes through them": "litellm.main.completion = lambda **kwargs: None",
}
PREPARE = """
import litellm
from importlib import metadata
lazily = litellm.__getattr__
def gone(name):
    if name == "MinimaxChatConfig":
        raise AttributeError(name)
    return lazily(name)
{change}
try:
    import litellm_minimax
except ImportError as error:
    print("REFUSED", type(error).__name__, error)
else:
    print("IMPORTED")
"""


def imported(change, **settings):
    done = subprocess.run(
        [sys.executable, "-c", PREPARE.format(change=change)], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={"LITELLM_LOCAL_MODEL_COST_MAP": "True", "PATH": "/usr/bin:/bin", **settings}, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_the_litellm_of_these_tests_is_taken():
    assert "IMPORTED" in imported("")


@pytest.mark.parametrize("moved", DOCTORED)
def test_a_litellm_that_has_moved_is_refused_with_both_ways_out(moved):
    told = imported(DOCTORED[moved])
    assert "REFUSED ClaimError" in told, told[-800:]
    for part in ("can't claim the provider name", registration.SUPPORTED, "MINIMAX_CLAIM=off", "minimax-plugin/"):
        assert part in told


@pytest.mark.parametrize(
    ("release", "settings"),
    [("1.82.7", {}), ("1.82.8", {}), ("1.107.0", {}), ("1.107.3", {"MINIMAX_CLAIM": "off"})],
)
def test_a_malicious_release_is_refused_at_the_import(release, settings):
    change = f"v = metadata.version; metadata.version = lambda name: {release!r} if name == 'litellm' else v(name)"
    told = imported(change, **settings)
    assert "REFUSED ClaimError" in told
    assert f"LiteLLM {release} was published with malicious code. Remove it now, rotate every key" in told


@pytest.fixture
def check_upgrade():
    spec = importlib.util.spec_from_file_location("check_upgrade", ROOT / "scripts" / "check_upgrade.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_upgrade_check_finds_nothing_moved_here(check_upgrade):
    assert check_upgrade.what_moved(check_upgrade.look(Path(sys.executable))) == []


def test_the_upgrade_check_says_what_moved(check_upgrade):
    seen = check_upgrade.look(Path(sys.executable))
    seen["found"]["litellm.main._complete_minimax"] = False
    seen["hooks"]["async_pre_call_hook"] = ["self", "request"]
    seen["hooks"]["async_post_call_response_headers_hook"] = None
    assert check_upgrade.what_moved(seen) == [
        "litellm.main._complete_minimax is gone",
        "CustomLogger.async_pre_call_hook takes self, request",
        "CustomLogger.async_post_call_response_headers_hook is gone",
    ]
