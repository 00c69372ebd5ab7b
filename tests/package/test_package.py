"""What goes to the index: built, checked, installed into an empty environment, and used from another folder."""

import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from litellm_minimax.__about__ import __version__

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.package, pytest.mark.timeout(600), pytest.mark.enable_socket]

A_CALL = """
import litellm
from litellm_minimax.simulator import Answer, Simulator

with Simulator() as simulator:
    simulator.enqueue(Answer("Four.", reasoning="Two and two."))
    answer = litellm.completion(
        "minimax/MiniMax-M2", api_base=simulator.base_url, api_key="any", messages=[{"role": "user", "content": "2 + 2?"}]
    )
    print(answer.choices[0].message.content, answer.choices[0].message.reasoning_content)
    print(simulator.last.headers["user-agent"])
"""


def done(*command: object, **settings) -> str:
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **settings)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The sdist, and the wheel that is made from it: those in ``DIST`` if somebody is about to publish them."""
    if given := os.environ.get("DIST"):
        return (ROOT / given).resolve()
    folder = tmp_path_factory.mktemp("dist")
    done(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    return folder


@pytest.fixture(scope="session")
def installed(built, tmp_path_factory):
    """An environment with nothing but the wheel and what it requires."""
    home = tmp_path_factory.mktemp("empty") / "env"
    venv.create(home, with_pip=True)
    done(home / "bin/python", "-m", "pip", "install", "--quiet", next(built.glob("*.whl")))
    return home / "bin"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder that has nothing of the repository, and an environment that doesn't lead to it."""
    monkeypatch.chdir(tmp_path)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MINIMAX", "VIRTUAL_ENV"))
    }
    return {"cwd": tmp_path, "env": environment}


def metadata_of(built):
    wheel = zipfile.ZipFile(next(built.glob("*.whl")))
    return Parser().parsestr(wheel.read(f"litellm_minimax-{__version__}.dist-info/METADATA").decode())


def test_the_index_takes_both(built):
    files = sorted(built.iterdir())
    assert [file.name for file in files] == [
        f"litellm_minimax-{__version__}-py3-none-any.whl", f"litellm_minimax-{__version__}.tar.gz",
    ]  # fmt: skip
    assert done(sys.executable, "-m", "twine", "check", "--strict", *files).count("PASSED") == 2


def test_the_wheel_has_the_package_and_nothing_else(built):
    names = zipfile.ZipFile(next(built.glob("*.whl"))).namelist()
    assert {name.split("/")[0] for name in names} == {"litellm_minimax", f"litellm_minimax-{__version__}.dist-info"}
    kept = [
        path for path in (ROOT / "litellm_minimax").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    assert {path.relative_to(ROOT).as_posix() for path in kept} <= set(names)
    assert "litellm_minimax/proxy_config.yaml" in names


def test_the_sdist_has_what_its_tests_need(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    for folder in ("litellm_minimax", "tests", "docs"):
        there = {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob("*.py")}
        assert there <= names
    assert {"LICENSE", "CHANGELOG.md", "README.md", "pyproject.toml"} <= names


def test_the_readmes_links_lead_somewhere_from_the_index(built):
    readme = metadata_of(built).get_payload()
    links = re.findall(r"\]\(([^)\s]+)\)", readme)
    assert len(links) > 20
    assert [link for link in links if not link.startswith(("https://", "#"))] == []


def test_the_metadata_names_the_pythons_that_are_tried(built):
    from tests.pythons.__main__ import PYTHONS

    named = [line.rpartition(" ")[2] for line in metadata_of(built).get_all("Classifier") if "Python :: 3." in line]
    assert tuple(named) == PYTHONS


def test_it_answers_from_another_folder(installed, elsewhere):
    assert f"version {__version__}" in done(installed / "litellm-minimax", "--version", **elsewhere)
    assert "MiniMax-M3" in done(installed / "litellm-minimax", "models", **elsewhere)
    program = elsewhere["cwd"] / "app.py"
    program.write_text(f"import litellm_minimax\n{A_CALL}")
    expected = f"Four. Two and two.\nlitellm-minimax/{__version__}\n"
    assert done(installed / "python", program, **elsewhere) == expected
    program.write_text(A_CALL)  # registered by nothing but `run`
    assert done(installed / "litellm-minimax", "run", installed / "python", program, **elsewhere) == expected


def test_every_module_of_it_can_be_imported(installed, elsewhere):
    code = (
        "import importlib, pkgutil, litellm_minimax\n"
        # Of an extra: inspect-ai, which is not here.
        "names = [m.name for m in pkgutil.walk_packages(litellm_minimax.__path__, 'litellm_minimax.') if '.eval' not in m.name]\n"
        "[importlib.import_module(name) for name in names]\nprint(len(names), litellm_minimax.__file__)"
    )
    count, place = done(installed / "python", "-c", code, **elsewhere).split()
    assert int(count) > 100
    assert Path(place).is_relative_to(installed.parent)


def test_types_are_told_to_type_checkers(installed):
    packages = next((installed.parent / "lib").glob("python*/site-packages"))
    assert (packages / "litellm_minimax/py.typed").exists()
