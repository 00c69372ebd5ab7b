"""Thinking told apart from the answer, by the rules at the head of ``think.py``."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litellm_minimax.wire.events import Reasoning, Text
from litellm_minimax.wire.incoming.coalesce import coalesce
from litellm_minimax.wire.incoming.think import ThinkSplitter

ATOMS = [
    "<think>", "</think>", "<mm:think>", "</mm:think>", "<", "</", "<th", "ink>", "\n", "\n\n", " ", "`", "```\n", "hm", "so", ".",
    "<minimax:tool_call>", "</minimax:tool_call>", "]<]minimax[>[<tool_call>", "]<]minimax[>[</tool_call>", "\r\n",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(ATOMS), max_size=16).map("".join)


def split(*pieces: str, implicit="no", settled=False, cut=False) -> tuple[str, str]:
    """The thinking and the answer."""
    splitter = ThinkSplitter(implicit)
    told = list(splitter.settle() if settled else [])
    for piece in pieces:
        told += splitter.feed(piece)
    told += splitter.close(cut=cut)
    assert all(piece.text for piece in told)
    return (
        "".join(piece.text for piece in told if isinstance(piece, Reasoning)),
        "".join(piece.text for piece in told if isinstance(piece, Text)),
    )


@pytest.mark.parametrize(
    ("text", "thinking", "answer"),
    [
        ("<think>\nhm\n</think>\n\n56", "hm", "56"),
        ("\n\n  <think>hm</think>  \n\n    code", "hm", "    code"),
        ("\n\n    code", "", "    code"),
        ("<think>\na\n\nb\n</think>\nx", "a\n\nb", "x"),
        ("<think>hm</mm:think>x", "hm", "x"),
        ("<think></think>x", "", "x"),
        ("<think>a</think><think>b</think>x", "ab", "x"),
        ("<think>a</think>\n</think>\nx", "a", "x"),
        ("</think>\n\nx", "", "x"),
        ("<think>hm", "hm", ""),
        ("<think>hm</thi", "hm</thi", ""),
        ("<think>\n \n", "", ""),
        ("x\n<think>\nhm\n</think>\n\ny", "hm", "x\ny"),
        ("x\n<think>", "", "x\n"),
        ("x</think>", "", "x"),
        ("x</think>\ny", "", "x\ny"),
        ("x\n</think>\n", "", "x\n\n"),
        ("<thin", "", "<thin"),
        ("  ", "", ""),
        ("", "", ""),
        # answers that talk about the tags
        ("Write <think> first, then </think> last.", "", "Write <think> first, then </think> last."),
        ("It is `</think>`\nor `<think>`", "", "It is `</think>`\nor `<think>`"),
        ("```\n<think>\nhm\n</think>\n```\nso", "", "```\n<think>\nhm\n</think>\n```\nso"),
        ("It is `a</think>\nb", "", "It is `a</think>\nb"),
        ("a <b> c < d <think", "", "a <b> c < d <think"),
    ],
)
def test_what_is_thinking_and_what_is_not(text, thinking, answer):
    assert split(text, settled=True) == (thinking, answer)
    assert split(*text) == (thinking, answer)


def test_a_closer_that_nothing_opened_ends_the_thought_that_its_own_piece_began():
    assert split("hm\n</think>\n\nx") == ("hm", "x")
    assert split("hm\n</think>") == ("hm", "")
    assert split("hm </think> x") == ("", "hm </think> x")
    assert split("hm\n", "</think>\n\nx") == ("", "hm\n\n\nx")


@pytest.mark.parametrize("implicit", ["maybe", "yes"])
def test_a_text_that_begins_inside_a_thought(implicit):
    for pieces in (["hm\n</think>\n\nx"], list("hm\n</think>\n\nx"), list("<think>hm</think>x")):
        assert split(*pieces, implicit=implicit) == ("hm", "x")
    assert split(*"\n\n x", implicit="maybe") == ("", " x")
    assert split("", " </think>x", implicit=implicit) == ("", "x")
    assert split(implicit=implicit) == ("", "")
    assert split(" ", implicit=implicit) == ("", "")


def test_a_thought_that_was_none_is_the_answer_after_all():
    assert split("x", implicit="maybe") == ("", "x")
    assert split("x\n", "y", implicit="yes") == ("x\ny", "x\ny")
    assert split("x", implicit="yes", cut=True) == ("x", "")


def test_thinking_in_a_field_of_its_own_settles_where_the_text_begins():
    for implicit in ("maybe", "yes", "no"):
        assert split("x", " y", implicit=implicit, settled=True) == ("", "x y")
    splitter = ThinkSplitter("maybe")
    assert splitter.feed("x <") == []
    assert coalesce([*splitter.settle(), *splitter.feed("y")]) == [Text("x <y")]
    begun = ThinkSplitter("yes")
    assert begun.feed("hm") == [Reasoning("hm")]
    assert begun.settle() == []
    assert begun.feed("</think>x") == [Text("x")]


def test_a_flood_of_blanks_is_not_hoarded():
    for text in ("<think>x" + " \n" * 3000, " " * 5000, "\n" * 5000 + " " * 3000):
        for implicit in ("no", "maybe", "yes"):
            splitter = ThinkSplitter(implicit)
            for char in text:
                splitter.feed(char)
                assert len(splitter._held) <= 1024
    assert split("<think>", *" " * 3000, "x</think>y") == ("x", "y")


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(TEXTS, st.sampled_from(["no", "maybe", "yes"]), st.booleans(), st.integers(1, 9))
def test_it_does_not_matter_how_the_text_is_cut(text, implicit, cut, size):
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    settled = implicit == "no"
    wanted = split(text, implicit=implicit, cut=cut, settled=settled)
    assert split(*pieces, implicit=implicit, cut=cut, settled=settled) == wanted


def test_a_reader_that_looks_for_a_lone_closer_gets_it():
    splitter = ThinkSplitter(keep_closers=True)
    pieces = [*splitter.feed("Let me look.\n"), *splitter.feed("</think>\n\nIt is fine."), *splitter.close()]
    assert "".join(piece.text for piece in pieces) == "Let me look.\n</think>\n\nIt is fine."


@pytest.mark.parametrize("size", [1, 100])
def test_blanks_that_are_not_shown_are_no_part_of_a_thoughts_lines(size):
    """Found by the fuzz: a line separator in front of a fence, and the closer behind it ended the thought or not."""
    text = "\u2028~~~\n</think>\nno\n~~~\n</think>\nyes"
    splitter = ThinkSplitter("yes")
    pieces = [piece for at in range(0, len(text), size) for piece in splitter.feed(text[at : at + size])]
    pieces += splitter.close(cut=False)
    assert "".join(piece.text for piece in pieces if isinstance(piece, Text)) == "yes"
