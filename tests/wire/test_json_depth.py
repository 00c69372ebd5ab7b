"""Where a growing JSON text stands, however it is cut."""

from __future__ import annotations

import pytest

from litellm_minimax.wire.json_depth import JsonDepth


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ('{"a": "}"}', True), ('{"a": "\\\\"}', True), ('{"a": "\\"}', False), ('{"a": [1, {"b": 2}]}', True), ("{", False),
        ('"', False), ('{"a": "x', False), ("", True), ('{\\"a": 1}', True),
    ],
)  # fmt: skip
def test_it_is_closed_when_all_is_closed(text, closed):
    for size in (1, 2, 100):
        depth = JsonDepth()
        for at in range(0, len(text), size):
            depth.feed(text[at : at + size])
        assert depth.closed is closed
