"""The compose files hold together, as far as that can be seen without Docker."""

import re
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
_VARIABLE = re.compile(r"\$(?:\$|\{[A-Z_]+(?::[-?][^}]*)?\}|(?P<wrong>.?))")


@pytest.mark.parametrize("name", ["compose.yaml", "compose.replicas.yaml"])
def test_every_dollar_is_a_variable_or_escaped(name):
    text = "\n".join(line for line in (DEPLOY / name).read_text().splitlines() if not line.lstrip().startswith("#"))
    assert [found.group() for found in _VARIABLE.finditer(text) if found.group("wrong") is not None] == []


def test_the_replicas_differ_in_who_makes_the_tables_and_in_nothing_else():
    services = yaml.safe_load((DEPLOY / "compose.replicas.yaml").read_text())["services"]
    first, second = services["proxy-1"], services["proxy-2"]
    assert second.pop("environment") == first.pop("environment") | {"DISABLE_SCHEMA_UPDATE": "true"}
    assert second.pop("depends_on") == first.pop("depends_on") | {"proxy-1": {"condition": "service_healthy"}}
    assert second == first


def test_what_a_service_waits_for_is_there_and_tells_its_health():
    composed = yaml.safe_load((DEPLOY / "compose.replicas.yaml").read_text())
    services = composed["services"]
    for service in services.values():
        for name in service.get("depends_on", {}):
            build = services[name].get("build")
            assert (
                services[name].get("healthcheck") or "HEALTHCHECK" in (DEPLOY.parent / build["dockerfile"]).read_text()
            )
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in composed["volumes"] or (DEPLOY / source).is_file()


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.replicas"])
def test_an_image_gets_everything_that_the_package_is_built_from(name):
    copied = set(re.findall(r"\S+", " ".join(re.findall(r"^COPY (.+)", (DEPLOY / name).read_text(), re.MULTILINE))))
    for needed in (
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "proxy_config.yaml",
        "litellm_minimax",
    ):
        assert needed in copied
        assert (DEPLOY.parent / needed).exists()
