"""What is installed: pinned with hashes for development, and never a LiteLLM that was published with malicious code."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from litellm_minimax.cli import checks_installed
from litellm_minimax.cli.finding import Setting

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements-dev.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MALICIOUS = ("1.82.7", "1.82.8", "1.107.0", "1.107.1")


def test_every_pinned_distribution_has_hashes_and_no_place_is_named():
    pinned = re.split(r"\n(?=[a-z0-9])", LOCK.split("\n", 2)[2])
    assert len(pinned) > 100
    for entry in pinned:
        assert re.match(r"[\w.\[\],-]+==[^ ]+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
    assert "://" not in LOCK
    assert "--index" not in LOCK


def test_everything_the_project_asks_for_is_pinned():
    names = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==", LOCK, re.MULTILINE)}
    asked = [Requirement(text).name for text in PROJECT["project"]["dependencies"]]
    asked += [
        Requirement(text).name for group in ("test", "lint", "types") for text in PROJECT["dependency-groups"][group]
    ]
    assert not {name.lower().replace("_", "-") for name in asked} - names


@pytest.mark.parametrize("release", MALICIOUS)
def test_a_malicious_release_is_neither_asked_for_nor_overlooked(monkeypatch, release):
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["proxy"]]
    for requirement in map(Requirement, asked):
        assert requirement.name != "litellm" or release not in requirement.specifier
    assert f"litellm=={release} " not in LOCK
    monkeypatch.setattr(checks_installed.metadata, "version", lambda _: release)
    finding = checks_installed.litellm_release(Setting({}, None, offline=True, live=False))
    assert finding.status == "failed"
    assert "malicious" in finding.detail
