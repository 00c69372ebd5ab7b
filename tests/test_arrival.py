"""Registration when LiteLLM is imported, whichever of the two imports comes first, and what starts without it."""

import subprocess
import sys

import pytest

from litellm_minimax import arrival


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_waits_for_litellm_and_then_claims_it():
    said = python(
        "import sys, litellm_minimax; print('litellm' in sys.modules)\n"
        "import litellm; from litellm_minimax.seams.claim_chat import is_claimed; print(is_claimed())\n"
        "print(type(litellm.__spec__.loader).__name__, any('arrival' in type(f).__module__ for f in sys.meta_path))"
    )
    assert said.split() == ["False", "True", "SourceFileLoader", "False"]


def test_asking_for_a_handler_imports_litellm():
    said = python("from litellm_minimax import minimax_llm; import litellm, litellm_minimax as us\n"
                  "print(litellm.custom_provider_map[0]['custom_handler'] is minimax_llm is us.minimax_llm)")  # fmt: skip
    assert said.split() == ["True"]


def test_hybrids_and_images_are_imported_with_their_first_call():
    said = python("import sys, litellm, litellm_minimax\n"
                  "print([name for name in ('run', 'handler') if f'litellm_minimax.hybrid.{name}' in sys.modules])\n"
                  "print([name for name in ('images', 'embeddings') if f'litellm_minimax.{name}.handler' in sys.modules])\n"
                  "print(type(litellm_minimax.hybrid_llm).__name__)")  # fmt: skip
    assert said.split() == ["[]", "[]", "HybridLLM"]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["models"], ["models", "--json"]])
def test_a_command_that_only_prints_does_not_import_litellm(arguments):
    said = python(
        "import sys; from litellm_minimax.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: print('litellm is here:', 'litellm' in sys.modules)"
    )
    assert said.rstrip().endswith("litellm is here: False")


@pytest.fixture
def newcomer(tmp_path, monkeypatch):
    """A package that stands for LiteLLM and is not imported yet."""
    (tmp_path / "newcomer.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(arrival, "NAME", "newcomer")
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield "newcomer"
    sys.modules.pop("newcomer", None)


def test_it_is_called_behind_the_import_once(newcomer):
    seen = []
    arrival.when_litellm_arrives(lambda: seen.append(sys.modules[newcomer].value))
    assert seen == []
    __import__(newcomer)
    assert seen == [1]
    arrival.when_litellm_arrives(lambda: seen.append("at once"))
    assert seen == [1, "at once"]


def test_a_claim_that_fails_fails_every_import(newcomer):
    def refuse():
        raise ImportError("this release is not supported")

    arrival.when_litellm_arrives(refuse)
    for _attempt in range(2):
        with pytest.raises(ImportError, match="not supported"):
            __import__(newcomer)


def test_a_missing_package_is_missing(newcomer, tmp_path):
    (tmp_path / "newcomer.py").unlink()
    arrival.when_litellm_arrives(lambda: None)
    with pytest.raises(ModuleNotFoundError):
        __import__(newcomer)
