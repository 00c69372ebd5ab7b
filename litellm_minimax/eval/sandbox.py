"""Runs a model's program in a separate process with few rights, which is ended afterwards.

This protects against faulty programs (endless loops, too much memory or output), and denies them the network and the
environment with its keys. It does not protect against a program that attacks the system's kernel; for that, run the
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
"""Unused user ids. Each run gets its own, so that its processes can be counted."""
_UNSHARE = ("unshare", "--net", "--pid", "--fork", "--kill-child")
_UNSHARE_ALL = (*_UNSHARE, "--mount-proc")
"""Without its own ``/proc``, a program could read this process's environment with its keys there."""
_SETPRIV = ("setpriv", "--reuid={uid}", "--regid={uid}", "--clear-groups", "--no-new-privs")
_MAY_READ = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
"""Lets an interpreter in root's folder be read: the run may read every file that root can, but not write it."""
_SHOWN = 4_000
"""How many of the last characters of a program's output are kept."""
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
"""The child sets its limits itself, after it has its user id and before it runs the model's code."""


_TURNS = threading.BoundedSemaphore(os.cpu_count() or 1)
"""Tests have time limits, so no more of them run at once than there are processors."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one run.

    Attributes:
        seconds: seconds of wall-clock time, and of processor time.
        memory: bytes of address space of each process.
        file: bytes of the largest file, including the output.
        open_files: how many files may be open at a time.
        processes: how many processes and threads may run at a time.
    """

    seconds: float = 20.0
    memory: int = 1 << 30
    file: int = 8 << 20
    open_files: int = 64
    processes: int = 32


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a run: whether the program ran to its end, and the last part of its output."""

    passed: bool
    said: str


@dataclass(frozen=True, slots=True)
class Isolation:
    """How far a program can be isolated on this system.

    Attributes:
        command: the command before the interpreter, with ``{uid}`` for the user id of the run.
        network: whether the program has no network.
        own_user: whether each run gets its own user id.
        own_count: whether processes are counted per run, rather than per user.
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
            f"Answers were tested without your environment and with {rights}. This system does not permit "
            "taking the network from them, so they could have reached it."
        )


@lru_cache(maxsize=1)
def isolation() -> Isolation:
    """Return the strongest isolation that works on this system, found by trying."""
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
        files: the files' names and texts.
        name: the program's name in its error messages.
        program: the program's text, which is not written to the folder, so that the files' code can't read it there.
        limits: the limits of the run.
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
    """Wait for the child to end, end all that it started, and return why it had to be ended, if it had to."""
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
