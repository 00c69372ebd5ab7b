"""Arguments as models write them: what is JSON stays byte for byte, the rest becomes the JSON that it means."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litellm_minimax.wire.json_mender import JsonMender, mended

FEW = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.sampled_from(list("aé\"\\\n\t '{}[]:,/#* u\u2028🦀")), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip

MEANT = {
    "{'command': 'ls', 'timeout': None}": {"command": "ls", "timeout": None},  # mlx-openai-server#124
    '{"a": "x\ny\t\x01"}': {"a": "x\ny\t\x01"},  # MiniMax-M2#109
    '{"a": 1, "b": [1, 2,],}': {"a": 1, "b": [1, 2]},
    "{a: 1, b: 'it\\'s \"q\"'}": {"a": 1, "b": 'it\'s "q"'},
    '{"a": 1 /* c ** */, // x\n "b": 2, # y\n "c": 3}': {"a": 1, "b": 2, "c": 3},
    '{"a": 018956, "b": .5, "c": 5., "d": +3, "f": -0, "g": 1e3, "h": 00}': {
        "a": 18956, "b": 0.5, "c": 5, "d": 3, "f": 0, "g": 1000.0, "h": 0,
    },
    '{"a": True, "b": False, "u": undefined, "n": nil, "t": true}': {"a": True, "b": False, "u": None, "n": None, "t": True},
    '{"a": 1}{"a": 1}': {"a": 1},
    '{"a": "\\x41 \\\' \\\n. \\u12 \\ud83e\\udd80 \\U0001f980 \\xq"}': {"a": "A ' . \\u12 🦀 🦀 \\xq"},
    '{"a":,"b":}': None,
    '{"a":}': {"a": None},
    "[]": [],
    ' "x" ': "x",
    "7": 7,
}  # fmt: skip
CUT = {
    '{"path": "a.py", "text": "de': {"path": "a.py", "text": "de"},
    '{"a": tr': {"a": True},
    '{"a": Fal': {"a": False},
    '{"a": [1, {"b": ': {"a": [1, {"b": None}]},
    '{"a"': {"a": None},
    '{"a': {"a": None},
    '{"a":': {"a": None},
    '{"a": 1, ': {"a": 1},
    '{"a": 1, /': {"a": 1},
    '{"a": 1, /* x': {"a": 1},
    '{"a": "x\\u00': {"a": "x"},
    '{"a": "x\\': {"a": "x"},
    '{"a": -': {"a": 0},
    '{"a": 12.': {"a": 12},
    '{"a": 1e': {"a": 1},
    '{"a": 1, b': {"a": 1, "b": None},
    "{'a": {"a": None},
    "[": [],
}
NONSENSE = (
    "rm -rf", '{"a": b', "{command: ls -la}", '{"a": "b" "c"}', '{"a":1} and more', '{"a":1}{"b":2}', "", "  ", "{]", "[}", "{,}", "{:1}",
    '{"a" 1}', '{"a": {"b": 1]}', "[1 2]", '{"a": b}', '{"a" "b"}', "{{}}", '{"a": @}', "/", "/x/", "[1, -x]", ":", '{"a":1:2}',
    '{"a": 1', "[" * 100_000,
)  # fmt: skip


def in_pieces(text, size):
    mender, out, at = JsonMender(), "", 0
    while at < len(text) and not mender.closed:
        piece, end = mender.take(text[at : at + size])
        out += piece
        at += end
    return out + mender.close(), mender


@pytest.mark.parametrize("text", [text for text, value in MEANT.items() if value is not None])
def test_what_is_meant_is_what_is_read(text):
    told = mended(text)
    assert (told.value, told.cut) == (MEANT[text], False)
    assert json.loads(told.text) == MEANT[text]


@pytest.mark.parametrize("text", CUT)
def test_an_end_that_is_missing_is_made_up(text):
    told = mended(text)
    assert (told.value, told.cut, told.exact) == (CUT[text], True, False)


@pytest.mark.parametrize("text", [text for text in NONSENSE if text != '{"a": 1'] + ['{"a":,"b":}'])
def test_what_can_not_be_understood_is_not_guessed_and_not_lost(text):
    told = mended(text)
    assert told is None or told.value in ({"a": None, "b": None}, [])
    for size in (1, 3, 1000):
        out, mender = in_pieces(text, size)
        if mender.lost:
            assert out.replace("null", "").replace('"', "").replace(" ", "")[-3:] in text.replace('"', "").replace(
                " ", ""
            )


@given(VALUES, st.integers(1, 9), st.booleans())
@FEW
def test_json_stays_byte_for_byte_and_python_means_the_same(value, size, wide):
    text = json.dumps(value, ensure_ascii=wide, indent=1 if wide else None)
    told = mended(text)
    assert (told.text, told.exact, told.cut) == (text, True, False)
    assert in_pieces(text, size)[0] == text
    spelled = mended(repr(value))
    assert spelled is not None
    assert spelled.value == value


@given(st.sampled_from([*MEANT, *CUT, *NONSENSE[:-1]]), st.integers(1, 7))
@FEW
def test_it_does_not_matter_how_the_text_is_cut(text, size):
    whole, one = in_pieces(text, 10_000)
    parts, other = in_pieces(text, size)
    assert (parts, other.closed, other.lost, other.cut) == (whole, one.closed, one.lost, one.cut)


@given(VALUES, st.data())
@FEW
def test_whatever_is_cut_off_joins_to_json(value, data):
    text = json.dumps({"k": value})
    cut = data.draw(st.integers(1, len(text) - 1))
    out, mender = in_pieces(text[:cut], data.draw(st.integers(1, 5)))
    assert not mender.lost
    assert isinstance(json.loads(out), dict)
