"""``python -m bench``: run, print, and write ``docs/performance.md`` with its plot."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench.plot import holding
from bench.report import into, page
from bench.run import Plan, run

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main() -> None:
    """Read the options and do it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute, small counts, nothing written")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="parts whose name starts so")
    parser.add_argument("--rounds", type=int, default=None, metavar="N", help="rounds of each load (5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every round as JSON")
    asked = parser.parse_args()
    results = run(Plan(asked.rounds or (2 if asked.quick else 5), asked.quick, tuple(asked.only)))
    text = page(results)
    sys.stdout.write(text)
    if asked.json:
        asked.json.write_text(json.dumps(asdict(results)))
    if not asked.quick and not asked.only:
        document = DOCS / "performance.md"
        document.write_text(into(document.read_text(), text))
        (DOCS / "performance.svg").write_text(holding(results))


if __name__ == "__main__":
    main()
