"""The page on hybrids says what is so: its tests exist, its options are the options."""

import re
from pathlib import Path

from litellm_minimax.hybrid.asking.preset import Preset

PAGE = (Path(__file__).parents[2] / "docs" / "hybrid.md").read_text()
TESTS = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))


def test_every_test_that_the_page_names_exists():
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 30
    assert {name for name in named if f"def {name}(" not in TESTS} == set()


def test_the_option_table_is_complete():
    table = PAGE.partition("| key | default | meaning |")[2].partition("\n\n")[0]
    keys = {key for line in table.splitlines()[2:] for key in re.findall(r"`(\w+)`", line.split("|")[1])}
    options = set(Preset.__dataclass_fields__) - {"members"} | {"reasoning_model", "execution_model"}
    assert keys == options
