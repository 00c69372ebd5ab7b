"""``litellm-minimax run``: what the command gets, and what it does not notice."""

import json
import os
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from litellm_minimax.__about__ import __version__
from litellm_minimax.cli import run as run_module
from litellm_minimax.cli.run import RUN_PATH, child_environment, refuse_ignored_path

RUN = [sys.executable, "-c", "from litellm_minimax.cli import command_line; command_line()", "run"]
LOADED = "import sys; print(sorted(m for m in sys.modules if m.startswith(('litellm', 'importlib.', 'typing'))))"


def started(*command: str, **settings):
    settings.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(
        [*RUN, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings
    )  # fmt: skip


def ran(*command: str, text: str | None = None, **settings):
    child = started(*command, stdin=subprocess.PIPE, **settings)
    out, err = child.communicate(text, timeout=60)
    return child.returncode, out, err


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Another environment: a Python with a package that stands for LiteLLM, and without this one."""
    home = tmp_path_factory.mktemp("elsewhere") / "env"
    venv.create(home, symlinks=True)
    packages = next((home / "lib").glob("python*/site-packages"))
    (packages / "litellm.py").write_text("print('litellm here')\n")
    return home


# -- a command is run as it would be without us -----------------------------------------------------------------------


def test_streams_and_exit_status_are_the_commands():
    code = "import sys; sys.stdout.write(sys.stdin.read().upper()); sys.stderr.write('err'); sys.exit(7)"
    assert ran(sys.executable, "-c", code, text="words\n") == (7, "WORDS\n", "err")


def test_arguments_are_the_commands_even_where_they_look_like_ours():
    code = "import sys, json; print(json.dumps(sys.argv[1:]))"
    words = ["--help", "--version", "-h", "--", "a b", ""]
    assert json.loads(ran(sys.executable, "-c", code, *words)[1]) == words


def test_it_is_the_same_process_and_dies_of_its_signal():
    child = started(sys.executable, "-uc", "import os, time; print(os.getpid()); time.sleep(60)")
    assert int(child.stdout.readline()) == child.pid
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=20)
    assert child.returncode == -signal.SIGTERM


def test_a_command_whose_reader_has_gone_ends_as_it_does_without_us():
    """Python ignores SIGPIPE, and what is ignored stays ignored across exec."""
    child = started("sh", "-c", "while echo words; do :; done")
    child.stdout.close()
    child.wait(20)
    child.stderr.close()
    assert child.returncode == -signal.SIGPIPE


def test_the_environment_is_the_callers_but_for_two_variables():
    own = {k: v for k, v in os.environ.items() if not k.startswith(("LITELLM", "PYTHONPATH"))}
    theirs = dict(line.split("=", 1) for line in ran("env", "-0", env=own)[1].strip("\0").split("\0"))
    changed = {name for name in {*own, *theirs} if own.get(name) != theirs.get(name)}
    assert changed - {"_", "LC_CTYPE"} == {"PYTHONPATH", "LITELLM_MINIMAX_RUN"}
    assert theirs["PYTHONPATH"] == RUN_PATH


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", []),
        ("/a", ["/a"]),
        (os.pathsep.join(["/a", ""]), ["/a", ""]),
        (os.pathsep.join([RUN_PATH, "/a"]), ["/a"]),
        (RUN_PATH, []),
    ],
)
def test_the_path_keeps_what_it_had(before, after):
    assert child_environment({"PYTHONPATH": before}, 1)["PYTHONPATH"].split(os.pathsep) == [RUN_PATH, *after]


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [("no-such-command", 127, "No such file"), ("./pyproject.toml", 126, "Permission denied"),
     ("./README.py", 127, "litellm-minimax run python ./README.py")],
)  # fmt: skip
def test_what_cannot_be_started_has_the_shells_exit_code(command, status, said):
    code, out, err = ran(command, cwd=Path(__file__).parent.parent)
    assert (code, out) == (status, "")
    assert said in err


def test_where_exec_is_no_replacement_the_exit_status_is_passed_on(monkeypatch):
    from click.testing import CliRunner

    monkeypatch.setattr(run_module, "REPLACES", False)
    assert CliRunner().invoke(run_module.run, [sys.executable, "-c", "raise SystemExit(9)"]).exit_code == 9


@pytest.mark.parametrize("options", [["-I"], ["-E"], ["-uS"], ["-B", "-I"]])
def test_a_python_that_would_not_look_is_refused(options, tmp_path):
    script = tmp_path / "tool"
    script.write_text(f"#!{sys.executable} {' '.join(options)}\n")
    script.chmod(0o755)
    for command in ([sys.executable, *options, "app.py"], [str(script)]):
        code, _, err = ran(*command)
        assert code == 2
        assert "PYTHONPATH" in err
        assert f"-{options[-1][-1]}" in err


@pytest.mark.parametrize(
    "command", [["python", "-c", "-I"], ["python", "-um", "x", "-E"], ["python", "x.py", "-S"], ["ls", "-I"]]
)
def test_options_of_a_program_are_not_taken_for_pythons(command):
    refuse_ignored_path(command)


# -- what is in a Python below it -------------------------------------------------------------------------------------


def test_a_program_without_litellm_loads_nothing():
    bare = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    assert "litellm" not in bare
    assert ran(sys.executable, "-c", LOADED) == (0, bare, "")


def test_litellm_is_claimed_in_a_child_of_a_child():
    inner = "import litellm; from litellm_minimax.seams.claim_chat import is_claimed; print(is_claimed())"
    outer = f"import subprocess, sys; print('litellm_minimax' in sys.modules, flush=True); subprocess.run([sys.executable, '-c', {inner!r}])"
    assert ran(sys.executable, "-c", outer, env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}) == (
        0,
        "False\nTrue\n",
        "",
    )


def test_a_sitecustomize_that_was_there_still_runs(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.first = __file__\n")
    code = "import sys, sitecustomize as s; print(sys.first == s.__file__, type(sys.meta_path[0]).__name__)"
    assert ran(sys.executable, "-c", code, env={**os.environ, "PYTHONPATH": str(tmp_path)}) == (
        0,
        "True _Awaiting\n",
        "",
    )


@pytest.mark.parametrize("body", ["import no_such_module", "raise ValueError('broken')"])
def test_a_sitecustomize_that_fails_fails_as_it_does_without_us(tmp_path, body):
    (tmp_path / "sitecustomize.py").write_text(body)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", "print('on')"]
    bare = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert bare.stderr
    code, out, err = ran(*command, env=environment)
    assert (code, out) == (bare.returncode, bare.stdout)
    assert err.splitlines()[-1] == bare.stderr.splitlines()[-1]


# -- another environment ----------------------------------------------------------------------------------------------


def test_a_command_of_another_environment_is_told_what_to_install_there(elsewhere):
    python = str(elsewhere / "bin/python")
    code, out, err = ran(python, "-c", "print('never')")
    assert (code, out) == (1, "")
    assert "has LiteLLM but not litellm-minimax" in err
    assert err.rstrip().endswith(f"uv pip install --python {python} litellm-minimax=={__version__}")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("pipx_metadata.json", "pipx inject env litellm-minimax=="),
        ("uv-receipt.toml", "uv tool install env --with litellm-minimax=="),
    ],
)
def test_the_fix_is_that_of_the_tool_that_made_the_environment(elsewhere, file, said):
    (elsewhere / file).touch()
    try:
        assert said in ran(str(elsewhere / "bin/python"), "-c", "")[2]
    finally:
        (elsewhere / file).unlink()


def test_what_the_command_starts_there_is_told_when_it_imports_litellm_and_goes_on(elsewhere):
    python = str(elsewhere / "bin/python")
    script = f"{python} -c 'print(1)'; {python} -c 'import litellm; import litellm'; true"
    code, out, err = ran("sh", "-c", script, cwd=elsewhere)  # not here: `-c` looks into the working directory
    assert (code, out) == (0, "1\nlitellm here\n")
    assert err.count("Install it there") == 1


def test_an_environment_without_litellm_is_left_alone(elsewhere):
    package = next((elsewhere / "lib").glob("python*/site-packages")) / "litellm.py"
    text = package.read_text()
    package.unlink()
    try:
        code, out, err = ran(str(elsewhere / "bin/python"), "-c", "import litellm", cwd=elsewhere)
    finally:
        package.write_text(text)
    assert (code, out) == (1, "")
    assert err.rstrip().endswith("ModuleNotFoundError: No module named 'litellm'")
    assert "litellm-minimax" not in err


def test_a_folder_that_an_uninstalled_litellm_left_behind_is_no_litellm(elsewhere):
    packages = next((elsewhere / "lib").glob("python*/site-packages"))
    (packages / "litellm.py").rename(packages / "away.py")
    (packages / "litellm").mkdir()
    try:
        assert ran(str(elsewhere / "bin/python"), "-c", "import litellm; print(1)", cwd=elsewhere) == (0, "1\n", "")
    finally:
        (packages / "litellm").rmdir()
        (packages / "away.py").rename(packages / "litellm.py")
