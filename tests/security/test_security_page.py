"""Every row of SECURITY.md's list names a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    line
    for line in (ROOT / "SECURITY.md").read_text().splitlines()
    if line.startswith("| ") and line.count("|") == 4 and not line.startswith(("| threat", "| ---", "| **"))
]


def test_there_are_rows():
    assert len(ROWS) >= 25


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:50])
def test_a_row_names_tests_that_exist(row):
    named = row.rsplit("|", 2)[1]
    paths = re.findall(r"tests/[\w/]+(?:\.py)?", named)
    tests = re.findall(r"::(test_\w+)", named)
    assert paths or tests or "make " in named, named
    for path in paths:
        assert (ROOT / path).exists(), path
    everything = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for test in tests:
        assert re.search(rf"def {test}\b", everything), test
