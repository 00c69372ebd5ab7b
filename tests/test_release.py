"""What a release rests on: the tag, the changelog, the workflow, the Pythons that were tried."""

import re
import sys
from pathlib import Path

import pytest
import yaml

from litellm_minimax.__about__ import __version__

ROOT = Path(__file__).resolve().parent.parent
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
WORKFLOW = (ROOT / ".github/workflows/release.yml").read_text()


@pytest.fixture
def check_release(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    import check_release

    yield check_release
    del sys.modules["check_release"]


def test_this_version_can_be_released(check_release):
    assert check_release.problems(f"v{__version__}", __version__, CHANGELOG) == []
    assert check_release.section(__version__, CHANGELOG).startswith("The first version.\n\n### Added\n")


@pytest.mark.parametrize(
    ("tag", "changelog", "wrong"),
    [
        ("v1.0.1", "## 1.0.0 - 2026-01-01\n- New.\n", "the tag is v1.0.1"),
        ("v1.0.0", "## 1.0.0 - 2026-01-01\n\n## 0.9.0 - 2025-01-01\n- Old.\n", "no section"),
        ("v1.0.0", "## 1.0.0\n- No date.\n", "no section"),
        ("v1.0.0", "## 1.0.0.1 - 2026-01-01\n- Another.\n", "no section"),
    ],
)
def test_a_tag_that_must_not_be_released_is_refused(check_release, tag, changelog, wrong):
    (found,) = check_release.problems(tag, "1.0.0", changelog)
    assert wrong in found


def test_the_workflow_publishes_without_a_secret_what_it_has_tested():
    jobs = yaml.safe_load(WORKFLOW)["jobs"]
    assert yaml.safe_load(WORKFLOW)["permissions"] == {}
    assert "secrets." not in WORKFLOW
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert (jobs["publish"]["needs"], jobs["announce"]["needs"]) == ("build", "publish")
    build = [step.get("uses", step.get("run", "")).split("@")[0] for step in jobs["build"]["steps"]]
    assert (
        build.index("make package")
        < build.index("actions/attest-build-provenance")
        < build.index("actions/upload-artifact")
    )
    (publish,) = [step for step in jobs["publish"]["steps"] if "pypi-publish" in step["uses"]]
    assert "with" not in publish, "no token, and attestations as they are by default"


def test_what_the_workflow_calls_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", WORKFLOW)) <= targets
    for script in re.findall(r"python3? (scripts/\S+)", WORKFLOW):
        assert (ROOT / script).exists()


def test_the_pythons_of_the_metadata_are_those_that_were_tried():
    named = re.findall(r"Python :: (3\.\d+)\"", (ROOT / "pyproject.toml").read_text())
    page = (ROOT / "docs/reliability.md").read_text()
    tried = re.search(r"<!-- pythons -->\n(.*?)<!-- /pythons -->", page, re.DOTALL)
    assert [
        version.rpartition(".")[0] for version in re.findall(r"^\| (3\.\d+\.\d+) ", tried[1], re.MULTILINE)
    ] == named
