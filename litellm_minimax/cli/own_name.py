"""How to call this command on the user's machine: after ``make demo`` it is in ``.venv/bin``, which is not on PATH."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "litellm-minimax"


def own_name() -> str:
    """Return ``litellm-minimax`` if the shell finds this installation under that name, else the path of its script."""
    started = Path(sys.argv[0])
    if started.name != NAME or not started.exists():
        return NAME
    found = shutil.which(NAME)
    if found and started.samefile(found):
        return NAME
    path = started.absolute()
    if path.is_relative_to(Path.cwd()):
        short = str(path.relative_to(Path.cwd()))
        return shlex.quote(short if os.sep in short else f".{os.sep}{short}")
    return shlex.quote(str(path))
