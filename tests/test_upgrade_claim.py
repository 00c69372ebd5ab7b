"""What a LiteLLM that has moved things, or must not be used, is told: at the import, in a process of its own."""

import copy
import importlib.util
import json
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
RELEASES = {"1.82.7": {}, "1.82.8": {}, "1.107.0": {}, "1.107.3": {"MINIMAX_CLAIM": "off"}}
RELEASED = "v = metadata.version; metadata.version = lambda name: {!r} if name == 'litellm' else v(name)"
CHANGES = {
    "nothing": ("", {}),
    **{moved: (change, {}) for moved, change in DOCTORED.items()},
    **{release: (RELEASED.format(release), settings) for release, settings in RELEASES.items()},
}
IMPORTS = """
import json, os, sys
from importlib import metadata
import litellm
lazily = litellm.__getattr__
def gone(name):
    if name == "MinimaxChatConfig":
        raise AttributeError(name)
    return lazily(name)
for name, (change, settings) in json.load(sys.stdin).items():
    if child := os.fork():
        os.waitpid(child, 0)
        continue
    os.environ |= settings
    exec(change)
    try:
        import litellm_minimax
    except ImportError as error:
        said = f"REFUSED {type(error).__name__} {error}"
    else:
        said = "IMPORTED"
    print(json.dumps([name, said]), flush=True)
    os._exit(0)
"""
"""Imports the package after each change, each time in a fork of a process that has LiteLLM, whose import takes seconds."""


@pytest.fixture(scope="module")
def imported():
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], cwd=ROOT, input=json.dumps(CHANGES), capture_output=True, text=True,
        timeout=120, env={"LITELLM_LOCAL_MODEL_COST_MAP": "True", "PATH": "/usr/bin:/bin"}, check=False,
    )  # fmt: skip
    said = dict(map(json.loads, done.stdout.splitlines()))
    assert said.keys() == CHANGES.keys(), done.stderr[-800:]
    return said


def test_the_litellm_of_these_tests_is_taken(imported):
    assert imported["nothing"] == "IMPORTED"


@pytest.mark.parametrize("moved", DOCTORED)
def test_a_litellm_that_has_moved_is_refused_with_both_ways_out(moved, imported):
    told = imported[moved]
    assert told.startswith("REFUSED ClaimError")
    for part in ("can't claim the provider name", registration.SUPPORTED, "MINIMAX_CLAIM=off", "minimax-plugin/"):
        assert part in told


@pytest.mark.parametrize("release", RELEASES)
def test_a_malicious_release_is_refused_at_the_import(release, imported):
    told = imported[release]
    assert told.startswith("REFUSED ClaimError")
    assert f"LiteLLM {release} was published with malicious code. Remove it now, rotate every key" in told


@pytest.fixture(scope="module")
def check_upgrade():
    spec = importlib.util.spec_from_file_location("check_upgrade", ROOT / "scripts" / "check_upgrade.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def looked(check_upgrade):
    return check_upgrade.look(Path(sys.executable))


def test_the_upgrade_check_finds_nothing_moved_here(check_upgrade, looked):
    assert check_upgrade.what_moved(looked) == []


def test_the_upgrade_check_says_what_moved(check_upgrade, looked):
    seen = copy.deepcopy(looked)
    seen["found"]["litellm.main._complete_minimax"] = False
    seen["hooks"]["async_pre_call_hook"] = ["self", "request"]
    seen["hooks"]["async_post_call_response_headers_hook"] = None
    assert check_upgrade.what_moved(seen) == [
        "litellm.main._complete_minimax is gone",
        "CustomLogger.async_pre_call_hook takes self, request",
        "CustomLogger.async_post_call_response_headers_hook is gone",
    ]
