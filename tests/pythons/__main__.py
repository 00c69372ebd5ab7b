"""The suite's fast parts on each Python that the metadata names: ``make pythons``; what ran goes into docs/reliability.md.

python -m tests.pythons                 all of them
python -m tests.pythons --python 3.13   one; the table is left as it is
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.reliability_page import write_section

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11", "3.12", "3.13")
"""Those of pyproject.toml's classifiers."""
PARTS = (
    "tests/wire", "tests/simulator", "tests/test_registration.py", "tests/test_arrival.py", "tests/test_run.py",
    "tests/test_chunks.py", "tests/test_errors.py", "tests/test_transport.py", "tests/test_rings.py", "tests/test_memory.py",
    "tests/contract/test_claim.py", "tests/contract/test_differences.py",
)  # fmt: skip
"""What a Python could break and what ends in a minute: the formats, the registration, the calls; no started proxies."""
WITHOUT = "not proxy and not soak and not features and not package"


def main() -> int:
    """Run the parts on what was asked for; 0 if all passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.pythons", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--python", action="append", choices=PYTHONS)
    options = parser.parse_args()
    chosen = options.python or PYTHONS
    found = {version: interpreter(version) for version in chosen}
    rows = [run(version, python) for version, python in found.items()]
    passed = all(row is not None for row in rows)
    if passed and tuple(chosen) == PYTHONS:
        parts = ", ".join(f"`{part}`" for part in PARTS)
        table = [
            "| Python | LiteLLM | passed | skipped | seconds |",
            "| --- | --- | --- | --- | --- |",
            *(str(row) for row in rows),
        ]
        write_section(
            "pythons",
            "\n".join([*table, "", f"{datetime.now(UTC):%Y-%m-%d}, Linux; without started proxies: {parts}."]),
        )
    return int(not passed)


def interpreter(version: str) -> str:
    """A Python of this version: on the ``PATH``, or one of pyenv's.

    Raises:
        SystemExit: there is none; nothing is left out in silence.
    """
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for candidate in (shutil.which(f"python{version}"), *sorted(root.glob(f"versions/{version}.*/bin/python"))):
        if candidate and _version_of(str(candidate)) == version:
            return str(candidate)
    raise SystemExit(f"There is no Python {version} here: install it, or say which to try with --python.")


def _version_of(python: str) -> str | None:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    told = subprocess.run(
        [python, "-c", code], check=False, capture_output=True, text=True
    )  # a shim of pyenv's may fail
    return told.stdout.strip() if told.returncode == 0 else None


def run(version: str, python: str) -> str | None:
    """The parts on one Python, in an environment of its own: its row, or ``None`` if something failed."""
    home = ROOT / ".venvs" / f"python{version}"
    own = home / "bin" / "python"
    if not own.exists():
        print(f"Setting up {home.relative_to(ROOT)} …", flush=True)
        subprocess.run([python, "-m", "venv", str(home)], check=True)
    quietly = [str(own), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for what in (
        ["--upgrade", "pip>=25.1"],
        ["--editable", f"{ROOT}[proxy]"],
        ["--group", f"{ROOT / 'pyproject.toml'}:test"],
    ):
        subprocess.run([*quietly, *what], check=True)
    tests = [
        str(own),
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "--dist",
        "loadfile",
        "-p",
        "no:cacheprovider",
        "-m",
        WITHOUT,
        *PARTS,
    ]
    done = subprocess.run(tests, check=False, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    print(f"Python {version}: {done.stdout.strip().splitlines()[-1]}", flush=True)
    if done.returncode:
        print("\n".join(done.stdout.splitlines()[-60:]), flush=True)
        return None
    counted = {
        what: int(number) for number, what in re.findall(r"(\d+) (passed|skipped)", done.stdout.splitlines()[-1])
    }
    seconds = re.search(r"in ([\d.]+)s", done.stdout.splitlines()[-1])
    asked = "import platform, importlib.metadata as m; print(platform.python_version(), m.version('litellm'))"
    exact, litellm = subprocess.run([str(own), "-c", asked], check=True, capture_output=True, text=True).stdout.split()
    return f"| {exact} | {litellm} | {counted['passed']} | {counted.get('skipped', 0)} | {float(seconds[1]) if seconds else 0:.0f} |"


if __name__ == "__main__":
    sys.exit(main())
