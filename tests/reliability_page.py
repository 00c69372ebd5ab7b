"""``docs/reliability.md``: the commands that measure write their figures into it, between two markers each."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reliability.md"


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``.

    Raises:
        ValueError: the page has no such markers.
    """
    old = page.read_text()
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    new, count = pattern.subn(lambda found: f"{found[1]}{text.rstrip()}\n{found[2]}", old)
    if count != 1:
        raise ValueError(f"{page.name} has {count} sections named {name!r}")
    page.write_text(new)


def rows_of(name: str, page: Path = PAGE) -> dict[str, str]:
    """The rows of the table that stands there, by their first cell: a command that measures a part keeps the rest."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", page.read_text(), re.DOTALL)
    lines = found[1].splitlines() if found else []
    return {line.split("|")[1].strip(): line for line in lines if line.startswith("| ") and "---" not in line}


def circumstances() -> str:
    """When, and on what: one line for under a table."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, LiteLLM {metadata.version('litellm')}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, Linux."
    )
