"""The input of a ``doctor`` check, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Status = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        name: what was checked.
        status: only ``failed`` makes the command exit with 1.
        detail: what was found, without secrets.
        fix: what to do, for ``failed`` and ``warning``.
    """

    name: str
    status: Status
    detail: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """The set-up to check: the environment and the command's options."""

    environment: Mapping[str, str]
    config: Path | None = None
    offline: bool = False
    live: bool = False
