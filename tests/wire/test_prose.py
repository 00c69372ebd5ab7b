"""Where in a Markdown text its end stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litellm_minimax.wire.prose import Prose


def at_the_end_of(*pieces: str) -> tuple[bool, bool]:
    prose = Prose()
    for piece in pieces:
        prose.add(piece)
    return prose.quoted, prose.line_is_blank


@pytest.mark.parametrize(
    ("text", "quoted", "blank"),
    [
        ("", False, True),
        ("a", False, False),
        ("a\n  ", False, True),
        ("a `b", True, False),
        ("a `b` c", False, False),
        ("a `b\nc", False, False),
        ("```py\nx", True, False),
        ("```py\nx\n", True, True),
        ("   ~~~\nx\n~~~\n", False, True),
        ("    ```\nx", False, False),
        ("a ```\nx", False, False),
    ],
)
def test_what_is_code_and_what_is_a_blank_line(text, quoted, blank):
    assert at_the_end_of(text) == (quoted, blank)


@given(st.lists(st.sampled_from(["`", "```", "~~~", "\n", " ", "x", "   "]), max_size=20))
def test_it_does_not_matter_how_the_text_is_cut(pieces):
    assert at_the_end_of(*pieces) == at_the_end_of("".join(pieces)) == at_the_end_of(*"".join(pieces))
