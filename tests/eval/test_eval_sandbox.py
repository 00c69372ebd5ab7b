"""What a model wrote runs with little time, memory, files, processes, and no network, keys or rights; and is gone after it."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from litellm_minimax.eval import sandbox
from litellm_minimax.eval.sandbox import Limits, Outcome


def run(program: str, files=None, **limits) -> Outcome:
    return sandbox.run(files or {}, "test.py", program, Limits(**limits))


def test_a_program_that_reaches_its_end_has_passed_and_no_other_has():
    assert run("from solution import x\nprint(x)\nassert x == 2", {"solution.py": "x = 2"}) == Outcome(True, "2")
    assert "ModuleNotFoundError" in run("import solution").said
    for program in ("import sys; sys.exit(0)", "import os; os._exit(0)", "raise SystemExit", "assert False", "1 +"):
        assert not run(program).passed, program


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("while True: pass", "no end within 1 s"),
        ("x = bytearray(1 << 29)", "MemoryError"),
        ("open('big', 'wb').write(b'x' * (1 << 20))", "File too large"),
        ("[open('/dev/null') for _ in range(99)]", "Too many open files"),
        ("print('x' * (1 << 20))", "xxx"),
        ("import os\nfor _ in range(99): os.fork() or (__import__('time').sleep(9), os._exit(0))", "temporarily unavailable"),
    ],
    ids=["time", "memory", "file", "open files", "output", "processes"],
)  # fmt: skip
def test_each_limit_is_held(program, said):
    limits = {"seconds": 1, "memory": 1 << 28, "file": 1 << 19, "open_files": 32, "processes": 16}
    told = run(program, **limits)
    assert not told.passed
    assert said in told.said
    if "while" not in program:
        assert run(program, open_files=200, processes=200).passed


def test_no_key_and_no_network_reaches_it(monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", "sk-api-of-a-test")
    assert run("import os\nassert not [value for value in os.environ.values() if 'sk-api' in value]").passed
    how = sandbox.isolation()
    others = "import os\nassert [name for name in os.listdir('/proc') if name.isdigit()] == [str(os.getpid())]"
    assert run(others).passed is ("--mount-proc" in how.command)
    assert ("without network" in how.told) == how.network
    with socket.create_server(("127.0.0.1", 0)) as server:
        told = run(f"import socket\nsocket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 2)")
    assert told.passed is not how.network


def test_it_can_write_nowhere_but_in_its_folder(tmp_path):
    if not sandbox.isolation().own_user:
        pytest.skip("only root can give a program another user's rights")
    assert run("open('here', 'w').write('x')").passed
    assert not run(f"open({str(tmp_path / 'there')!r}, 'w')").passed
    assert not run(f"import os; os.kill({os.getpid()}, 0)").passed


MARK = f"eval-test-{os.getpid()}"
STARTS = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', {MARK!r}]"


def left_running():
    time.sleep(0.1)
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return [command for command in commands if MARK.encode() in command]


def test_nothing_of_it_is_left_running():
    assert run(f"{STARTS})").passed
    detached = sandbox.isolation().network  # a process namespace comes with it
    assert run(f"{STARTS}, start_new_session={detached})").passed
    assert not left_running()


def test_without_any_isolation_the_limits_still_hold(monkeypatch):
    plain = sandbox.Isolation((), network=False, own_user=False, own_count=False)
    monkeypatch.setattr(sandbox, "isolation", lambda: plain)
    assert run(f"{STARTS})").passed
    assert not left_running()
    assert run("while True: pass", seconds=0.3).said == "no end within 0.3 s"
    assert "MemoryError" in run("x = bytearray(1 << 29)", memory=1 << 28).said
    assert "could have reached" in plain.told
