"""``litellm-minimax run COMMAND``: runs a program that uses its own LiteLLM, with the plugin registered in it.

It works like ``opentelemetry-instrument``: a directory with our ``sitecustomize`` is put first in ``PYTHONPATH``. Every
Python process that the command starts, directly or indirectly, then registers the plugin when LiteLLM is imported. The
code for that is in ``run_path/sitecustomize.py``.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

from litellm_minimax.__about__ import __version__

RUN_PATH = str(Path(__file__).resolve().parent / "run_path")
STARTED = "LITELLM_MINIMAX_RUN"
"""Tells the child which process is the command itself, and which version of the plugin started it: ``4711 0.1.0``."""
REPLACES = os.name == "posix"
"""Whether a process can replace itself; on Windows ``exec`` starts a second process and ends the first."""
NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""Exit codes that shells and ``env`` use."""


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND [ARG]...")
def run(command: tuple[str, ...]) -> None:
    """Run a program that uses LiteLLM with MiniMax and hybrid models registered in it; no change to its code.

    Such as: litellm-minimax run aider --model minimax/MiniMax-M2
    """
    refuse_ignored_path(command)
    environment = child_environment(os.environ, os.getpid())
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    try:
        if not REPLACES:
            sys.exit(subprocess.run(command, env=environment, check=False).returncode)  # noqa: S603 -- asked for
        _become(list(command), environment)
    except OSError as error:
        _not_started(command[0], error)


def child_environment(own: Mapping[str, str], pid: int) -> dict[str, str]:
    """Return the command's environment: ours, with our ``sitecustomize``'s directory first in ``PYTHONPATH``."""
    entries = [entry for entry in own.get("PYTHONPATH", "").split(os.pathsep) if entry != RUN_PATH]
    # An empty PYTHONPATH counts as unset; an empty entry beside others is the working directory.
    path = os.pathsep.join([RUN_PATH, *entries]) if entries not in ([], [""]) else RUN_PATH
    return {**own, "PYTHONPATH": path, STARTED: f"{pid} {__version__}"}


def refuse_ignored_path(command: Sequence[str]) -> None:
    """Refuse a Python that is told to ignore ``PYTHONPATH`` or ``sitecustomize``: the plugin would be missing."""
    words = _python_words(command)
    for word in words[1:]:
        if not re.fullmatch(r"-[A-Za-z]+", word) or word[1] in "cmWX":  # the program, or an option with an argument
            return
        if found := re.search(r"[EIS]", word):
            raise click.UsageError(
                f"{' '.join(words[:2])} runs Python with -{found[0]}, which makes it ignore PYTHONPATH or "
                "sitecustomize, so the plugin can't be registered from outside. Start it without that option, or put "
                "`import litellm_minimax` into the program."
            )


def _python_words(command: Sequence[str]) -> list[str]:
    """Return the command line if it starts a Python, by its name or by its script's first line; else nothing."""
    if _is_python(command[0]):
        return list(command)
    found = shutil.which(command[0])
    try:
        with open(found or command[0], "rb") as script:  # noqa: PTH123 -- `which` may have found nothing
            first = script.readline(1000)
    except OSError:
        return []
    words = first[2:].decode(errors="replace").split() if first.startswith(b"#!") else []
    return words if words and _is_python(words[0]) else []


def _is_python(program: str) -> bool:
    return re.fullmatch(r"python[\d.]*", os.path.basename(program)) is not None  # noqa: PTH119 -- a word, no path yet


def _become(command: list[str], environment: Mapping[str, str]) -> NoReturn:
    # Python ignores these two signals, and ignored signals stay so across exec: `… | head` would not end the command.
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execvpe(command[0], command, environment)  # noqa: S606 -- the command is what we were asked to run


def _not_started(program: str, error: OSError) -> NoReturn:
    told = f"Can't run {program}: {error.strerror}."
    if program.endswith(".py"):
        told += f" Put the script's Python before it: litellm-minimax run python {program}"
    click.echo(f"Error: {told}", err=True)
    sys.exit(NOT_FOUND if error.errno == errno.ENOENT else NOT_EXECUTABLE)
