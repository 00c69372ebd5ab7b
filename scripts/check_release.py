"""Whether a tag may be released: it names the package's version, and the changelog has a dated section for it.

python scripts/check_release.py v0.1.0            says so, or what is wrong
python scripts/check_release.py v0.1.0 --notes    prints that section
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = re.search(r'__version__ = "(.+)"', (ROOT / "litellm_minimax" / "__about__.py").read_text())


def section(version: str, changelog: str) -> str:
    """The changelog's entries for a version, without the heading; empty if there are none, or no date."""
    found = re.search(
        rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)", changelog, re.DOTALL | re.MULTILINE
    )
    return found[1].strip() if found else ""


def problems(tag: str, version: str, changelog: str) -> list[str]:
    """What speaks against releasing this tag."""
    found = []
    if tag != f"v{version}":
        found.append(f"the tag is {tag}, but litellm_minimax/__about__.py says {version}")
    if not section(version, changelog):
        found.append(f"CHANGELOG.md has no section '## {version} - <date>' with entries")
    return found


if __name__ == "__main__":
    here = VERSION[1] if VERSION else "unknown"
    text = (ROOT / "CHANGELOG.md").read_text()
    if wrong := problems(sys.argv[1], here, text):
        sys.exit("Not to be released: " + "; ".join(wrong) + ".")
    print(section(here, text) if "--notes" in sys.argv[2:] else f"{sys.argv[1]} can be released.")
