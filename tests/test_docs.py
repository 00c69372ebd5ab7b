"""The documents say what the code does: tables, links, variables, commands, tests they name."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from doc_tables import DOCUMENTS, ROOT, TABLES, filled

from litellm_minimax.cli import COMMANDS
from litellm_minimax.seams import registration

TEXTS = {document.relative_to(ROOT).as_posix(): document.read_text() for document in DOCUMENTS}
PAGES = {**TEXTS, **{path.name: path.read_text() for path in ROOT.glob("*.md")}}
SOURCE = "\n".join(path.read_text() for path in sorted((ROOT / "litellm_minimax").rglob("*.py")))


@pytest.mark.parametrize("name", TEXTS)
def test_tables_are_those_of_the_code(name):
    assert TEXTS[name] == filled(TEXTS[name]), "run: python tests/doc_tables.py"


def test_the_tables_are_there_at_all():
    places = re.findall(r"<!-- table: (\w+) -->", "\n".join(TEXTS.values()))
    assert sorted(places) == sorted(TABLES)
    assert len(places) >= 8


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    folder = (ROOT / name).parent
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", PAGES[name])
    assert [target for target in targets if not (folder / target).exists()] == []


def test_every_variable_of_ours_is_documented():
    used = set(re.findall(r"\"((?:MINIMAX|LITELLM_MASTER)_[A-Z_]+)\"", SOURCE)) - {"MINIMAX_PLUGIN"}
    described = {name for name in used if f"`{name}`" in TEXTS["docs/configuration.md"]}
    assert used == described
    assert {"MINIMAX_API_KEY", "MINIMAX_API_BASE", "MINIMAX_REGION", "MINIMAX_REASONING_MEMORY"} <= used


def test_every_documented_variable_of_ours_is_read():
    documented = set(re.findall(r"`(MINIMAX_[A-Z_]+)`", TEXTS["docs/configuration.md"]))
    assert {name for name in documented if name not in SOURCE} == set()


def test_every_command_that_is_named_exists():
    named = set(re.findall(r"(?:^|`)litellm-minimax ([a-z]+)\b(?!')", "\n".join(PAGES.values()), re.MULTILINE))
    assert {"serve", "doctor"} <= named <= set(COMMANDS)
    assert set(COMMANDS) == {
        "demo",
        "serve",
        "run",
        "simulate",
        "doctor",
        "models",
        "explain",
        "quota",
        "verify",
        "eval",
    }


def test_every_claim_against_the_built_in_provider_names_a_test_that_exists():
    section = TEXTS["README.md"].split("## How it differs", 1)[1].split("\n## ", 1)[0]
    named = re.findall(r"`(test_\w+)` \|$", section, re.MULTILINE)
    rows = [
        line for line in section.splitlines() if line.startswith("| ") and not line.startswith(("| built-in", "| ---"))
    ]
    assert len(named) == len(rows) >= 7
    tests = (ROOT / "tests/contract/test_differences.py").read_text()
    assert [name for name in named if not re.search(rf"^(async )?def {name}\(", tests, re.MULTILINE)] == []


def test_support_matrix_is_that_of_the_code():
    assert f"| LiteLLM | {registration.SUPPORTED};" in TEXTS["README.md"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for classifier in project["classifiers"]:
        if version := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", classifier):
            assert version[1] in TEXTS["README.md"]


def test_yaml_blocks_are_proxy_configurations():
    blocks = [
        block for text in TEXTS.values() for block in re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ]
    assert len(blocks) >= 3
    for block in blocks:
        config = yaml.safe_load(block)
        assert set(config) <= {"model_list", "litellm_settings", "general_settings", "router_settings"}
        for entry in config.get("model_list", ()):
            assert {"model_name", "litellm_params"} <= set(entry)


def test_agents_recipes_are_those_that_serve_prints():
    from litellm_minimax.cli.recipes import recipes

    pages = TEXTS["README.md"] + (ROOT / "examples/claude_code.md").read_text()
    printed = {recipe.client: recipe.text for recipe in recipes("http://127.0.0.1:4000", "MiniMax-M2")}
    for client in ("Claude Code", "Codex", "opencode", "qwen-code"):
        text = re.sub(r"   # the shell.*", "", printed[client])
        assert text in pages, client
    assert tomllib.loads(printed["Codex"])["model_providers"]["litellm"]["wire_api"] == "responses"


def test_container_runs_as_nobody_and_checks_for_free():
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    assert re.search(r"^USER [1-9]\d*$", dockerfile, re.MULTILINE)
    assert "/health/liveliness" in dockerfile
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    assert compose["services"]["proxy"]["ports"] == ["127.0.0.1:4000:4000"]
    assert Path(ROOT, compose["services"]["proxy"]["build"]["dockerfile"]).exists()


def test_every_feature_of_litellms_names_a_test_that_exists():
    named = set(re.findall(r"`(test_\w+)`", TEXTS["docs/litellm-features.md"]))
    tests = "\n".join(path.read_text() for path in (ROOT / "tests/features").glob("test_*.py"))
    assert named == set(re.findall(r"^(?:async )?def (test_\w+)\(", tests, re.MULTILINE))
