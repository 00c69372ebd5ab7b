"""What was recorded from the real service means what was seen in it when it was recorded."""

from __future__ import annotations

import json

import pytest

from tests.fixtures_from import RECORDED, meaning

INDEX = RECORDED / "expected.json"
EXPECTED = json.loads(INDEX.read_text()) if INDEX.exists() else {}


@pytest.mark.skipif(not EXPECTED, reason="nobody with a key has recorded anything yet: litellm-minimax verify")
@pytest.mark.parametrize("name", EXPECTED or ["nothing"])
def test_a_recorded_answer_means_what_it_meant(name):
    assert meaning((RECORDED / name).read_bytes()) == EXPECTED[name]
