"""Running what a model wrote: in a process of its own with few rights, and gone afterwards.

It is a guard against mistakes of a program (endless loops, memory, floods of output), and takes the network and the
environment (keys) away. It is not a guard against a program that attacks the system's kernel: who fears that runs the
whole command in a virtual machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FIRST_UID, _UIDS = 1_900_000_000, 1_000_000
"""User ids that nobody has: a run gets one to itself, so that its processes can be counted."""
_UNSHARE = ("unshare", "--net", "--pid", "--fork", "--kill-child")
_UNSHARE_ALL = (*_UNSHARE, "--mount-proc")
"""Without it a program of the same user could read the environment of this one, keys and all, in /proc."""
_SETPRIV = ("setpriv", "--reuid={uid}", "--regid={uid}", "--clear-groups", "--no-new-privs")
_MAY_READ = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
"""For an interpreter in root's own folder: it may read what it likes, which root can, and write nothing."""
_SHOWN = 4_000
"""So many characters of what a program wrote are kept, the last ones."""
_START = """
import json, os, resource, sys
told = json.loads(sys.stdin.buffer.read())
def at_most(name, value):
    kind = getattr(resource, name, None)
    if kind is not None and value:
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            pass
for name, value in told["limits"].items():
    at_most(name, value)
sys.path.insert(0, os.getcwd())
sys.argv = [told["name"]]
scope = {"__name__": "__main__", "__file__": told["name"]}
token = told.pop("token")
exec(compile(told.pop("program"), scope["__file__"], "exec"), scope)
sys.stdout.flush()
os.write(1, token.encode())
"""
"""The limits are set here, in the child, after it has its user id and before it runs a foreign line."""


_TURNS = threading.BoundedSemaphore(os.cpu_count() or 1)
"""Tests have limits of time, so no more of them run at once than there are processors."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use.

    Attributes:
        seconds: wall clock, and processor.
        memory: bytes of address space, for each process.
        file: bytes of the largest file, which holds for the output too.
        open_files: files open at a time.
        processes: processes and threads at a time.
    """

    seconds: float = 20.0
    memory: int = 1 << 30
    file: int = 8 << 20
    open_files: int = 64
    processes: int = 32


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: whether the program ran to its end, and what it wrote last."""

    passed: bool
    said: str


@dataclass(frozen=True, slots=True)
class Isolation:
    """What this system lets us take away from a program.

    Attributes:
        command: goes before the interpreter; ``{uid}`` stands for the user id of the run.
        network: the network is taken away.
        own_user: each run gets a user id of its own.
        own_count: processes are counted for the run alone, not for all that the user runs.
    """

    command: tuple[str, ...]
    network: bool
    own_user: bool
    own_count: bool

    @property
    def told(self) -> str:
        """One sentence, for the report."""
        rights = "a user id of their own" if self.own_user else "your own rights to files"
        if self.network:
            return f"Answers were tested without network, without your environment, and with {rights}."
        return (
            f"Answers were tested without your environment and with {rights}. This system did not let us take the "
            "network from them: they could have reached it."
        )


@lru_cache(maxsize=1)
def isolation() -> Isolation:
    """The most that can be taken away here; tried, not guessed."""
    mine = ("--user", "--map-current-user")
    tried = [
        Isolation((*prefix, *mine), network=True, own_user=False, own_count=True) for prefix in (_UNSHARE_ALL, _UNSHARE)
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        tried = [
            Isolation((*prefix, *_SETPRIV, *reading), network=bool(prefix), own_user=True, own_count=True)
            for prefix in (_UNSHARE_ALL, _UNSHARE, ())
            for reading in (_MAY_READ, ())
        ]
    plain = Isolation((), network=False, own_user=False, own_count=False)
    return next((one for one in tried if _works(one)), plain)


def _works(one: Isolation) -> bool:
    command = [part.format(uid=_FIRST_UID) for part in one.command]
    try:
        done = subprocess.run([*command, sys.executable, "-ISc", "pass"], capture_output=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def run(files: Mapping[str, str], name: str, program: str, limits: Limits | None = None) -> Outcome:
    """Run a Python program in a folder that holds these files.

    Args:
        files: names and texts.
        name: what the program is called in its error messages.
        program: its text; it is not one of the files, so what they hold can't read it there.
        limits: what it may use.
    """
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="eval-", ignore_cleanup_errors=True) as above:
        folder = Path(above) / "answer"
        folder.mkdir()
        for file, text in files.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        with _TURNS:
            return _run(Path(above), folder, (name, program), limits)


def _run(above: Path, folder: Path, program: tuple[str, str], limits: Limits) -> Outcome:
    how, token = isolation(), secrets.token_hex(16)
    uid = _FIRST_UID + 1 + random.randrange(_UIDS)
    if how.own_user:
        for path in (above, folder, *folder.rglob("*")):
            os.chown(path, uid, uid)
    told = {"name": program[0], "program": program[1], "token": token, "limits": _as_resources(limits, how)}
    command = [*(part.format(uid=uid) for part in how.command), sys.executable, "-ISB", "-c", _START]
    output = above / "output"
    with output.open("wb") as target:
        child = subprocess.Popen(  # noqa: S603 -- the interpreter this package runs on
            command, stdin=subprocess.PIPE, stdout=target, stderr=target, cwd=folder, start_new_session=True,
            env={"PATH": os.defpath, "HOME": str(folder), "LANG": "C.UTF-8"},
        )  # fmt: skip
        problem = _wait(child, json.dumps(told).encode(), limits.seconds)
    said = _tail(output)
    passed = not problem and said.endswith(token)
    return Outcome(passed, problem or said.removesuffix(token).strip() or ("" if passed else "it ended early"))


def _wait(child: subprocess.Popen[bytes], told: bytes, seconds: float) -> str:
    """Wait for its end, and end all that it started; why it did not end by itself."""
    try:
        child.communicate(told, timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"no end within {seconds:g} s"
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # all of it has ended
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    return ""


def _as_resources(limits: Limits, how: Isolation) -> dict[str, int]:
    processes = limits.processes if how.own_count else _running_of_mine() + limits.processes
    return {
        "RLIMIT_CPU": int(limits.seconds) + 1, "RLIMIT_AS": limits.memory, "RLIMIT_FSIZE": limits.file,
        "RLIMIT_NOFILE": limits.open_files, "RLIMIT_NPROC": processes, "RLIMIT_CORE": 0,
    }  # fmt: skip


def _running_of_mine() -> int:
    """How many processes and threads this user has, where the system tells."""
    count = threading.active_count()
    for status in Path("/proc").glob("[0-9]*/task/*"):
        try:
            count += status.stat().st_uid == os.getuid()
        except OSError:
            continue
    return count


def _tail(output: Path) -> str:
    with output.open("rb") as source:
        source.seek(max(0, output.stat().st_size - _SHOWN))
        return source.read(_SHOWN).decode("utf-8", "replace")
