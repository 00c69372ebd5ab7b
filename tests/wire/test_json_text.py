"""JSON with whichever parser is there: the same values and the same refusals."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from litellm_minimax.wire import json_text
from litellm_minimax.wire.json_text import loads_all


@pytest.fixture(params=["fast", "standard"])
def parser(request, monkeypatch):
    if request.param == "fast":
        return json_text
    monkeypatch.setitem(sys.modules, "orjson", None)
    spec = importlib.util.spec_from_file_location("json_text_without_orjson", json_text.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_read(parser):
    assert parser.loads('{"a": [1, 2.5, null, "é"]}'.encode()) == {"a": [1, 2.5, None, "é"]}
    assert parser.loads(b"123456789012345678901234567890") == pytest.approx(123456789012345678901234567890)
    assert parser.loads(b'{"\\ud800": ["a\\udc00", "\\ud83d\\ude00"]}') == {"\ufffd": ["a\ufffd", "😀"]}
    assert parser.loads(b'{"a": "\xff"}') == {"a": "\ufffd"}


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": 1', b"nonsense", b"[" * 100_000 + b"]" * 100_000, b"1" * 5000])
def test_what_is_refused(parser, data):
    with pytest.raises(ValueError):
        parser.loads(data)


def test_what_is_written(parser):
    assert parser.loads(parser.dumps({"a": "é", "b": [1, None]})) == {"a": "é", "b": [1, None]}
    assert parser.dumps({"a": 1, "b": 2}) == b'{"a":1,"b":2}'
    assert parser.dumps({"a": 1 << 80}) == b'{"a":%d}' % (1 << 80)
    parser.dumps({"a": "\ud800"}).decode()
    with pytest.raises(TypeError):
        parser.dumps({"a": object()})


def test_texts_one_behind_the_other():
    assert list(loads_all(b'{"a": 1} {"b": "\\ud800"}{"c": 3}\n')) == [{"a": 1}, {"b": "\ufffd"}, {"c": 3}]
    assert list(loads_all(b'{"a": 1}')) == [{"a": 1}]
    for rest in (b"{", b"[" * 100_000):
        told = loads_all(b'{"a": 1}' + rest)
        assert next(told) == {"a": 1}
        with pytest.raises(ValueError):
            next(told)
