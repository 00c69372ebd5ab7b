"""What a check of ``doctor`` is given, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Status = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        name: what was checked.
        status: ``failed`` alone makes the command end with 1.
        detail: what was found, without secrets.
        fix: what to do, for ``failed`` and ``warning``.
    """

    name: str
    status: Status
    detail: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is checked: the environment and the command's options."""

    environment: Mapping[str, str]
    config: Path | None = None
    offline: bool = False
    live: bool = False
