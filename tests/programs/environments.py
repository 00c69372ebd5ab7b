"""A virtual environment for each program, with the program as pinned and this package as it is here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.programs.table import Program

ROOT = Path(__file__).resolve().parents[2]


def default_prefix() -> Path:
    """Outside of the repository: some gigabytes, and the same for every checkout."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "litellm-minimax-programs"


def built_wheel(folder: Path) -> Path:
    """This checkout's wheel, built into ``folder``."""
    _pip(Path(sys.executable), "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("litellm_minimax-*.whl"))


def environment_for(program: Program, prefix: Path, wheel: Path) -> Path:
    """The environment's folder; the program is installed unless its pins are there, this package in any case."""
    home = prefix / program.folder
    python = home / "bin" / "python"
    marker = home / ".pins"
    pins = "\n".join(program.needs)
    if not marker.exists() or marker.read_text() != pins:
        print(f"Installing {program.name} into {home} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        _pip(python, "install", *program.needs)
        _pip(python, "install", *(["--no-deps"] if program.keeps_litellm else []), str(wheel))
        marker.write_text(pins)
    else:
        _pip(python, "install", "--no-deps", "--force-reinstall", str(wheel))
    return home


def versions(home: Path) -> dict[str, str]:
    """The versions of what is installed in an environment, by name in lower case."""
    told = subprocess.run(
        [str(home / "bin" / "python"), "-m", "pip", "list", "--format=json"], check=True, capture_output=True, text=True
    )
    return {entry["name"].lower(): entry["version"] for entry in json.loads(told.stdout)}


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
