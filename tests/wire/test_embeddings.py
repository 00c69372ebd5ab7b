"""Embeddings on the wire: what is sent for a list of texts, what is refused, and what is read back."""

import base64
import json
import struct

import pytest

from litellm_minimax.wire.embeddings.answer import read_answer
from litellm_minimax.wire.embeddings.request import MAX_CHARACTERS, build_request
from litellm_minimax.wire.faults import InvalidRequest, ProtocolFault, UpstreamFault

PART = build_request("embo-01", ["a", "b"], {}).parts[0]


def test_parts_keep_every_text_in_order_and_their_bounds():
    texts = [f"{index} " + "wörd " * (index % 40 * 20) for index in range(300)]
    parts = build_request("embo-01", texts, {}).parts
    assert [text for part in parts for text in part.body["texts"]] == texts
    assert all(part.texts == len(part.body["texts"]) <= 50 and part.tokens <= 3_500 for part in parts)
    assert [part.texts for part in build_request("embo-01", ["x"] * 101, {}).parts] == [50, 50, 1]
    # One text above the bound goes alone: whether it fits is MiniMax's to say.
    assert [part.texts for part in build_request("embo-01", ["a", "x" * 20_000, "b"], {}).parts] == [1, 1, 1]


@pytest.mark.parametrize(
    ("parameters", "kind", "encoding"),
    [
        ({}, "db", "float"),
        ({"type": "query", "user": "u", "dimensions": 1536}, "query", "float"),
        ({"input_type": "search_query", "encoding_format": "base64"}, "query", "base64"),
        ({"input_type": "search_document", "encoding_format": "float"}, "db", "float"),
    ],
)
def test_parameters(parameters, kind, encoding):
    request = build_request("embo-01", "hello", parameters)
    assert request.parts[0].body == {"model": "embo-01", "texts": ["hello"], "type": kind}
    assert request.encoding == encoding


@pytest.mark.parametrize(
    ("given", "parameters", "where"),
    [
        ([], {}, "input"),
        (b"bytes", {}, "input"),
        (None, {}, "input"),
        ([1, 2], {}, "input[0]"),
        (["a", [1, 2]], {}, "input[1]"),
        ([{}], {}, "input[0]"),
        (["a", " "], {}, "input[1]"),
        (["x" * (MAX_CHARACTERS + 1)], {}, "input[0]"),
        ("a", {"type": "store"}, "type"),
        ("a", {"input_type": []}, "input_type"),
        ("a", {"encoding_format": "int8"}, "encoding_format"),
        ("a", {"dimensions": 1024}, "dimensions"),
        ("a", {"dimensions": True}, "dimensions"),
        ("a", {"truncate": "END"}, "truncate"),
    ],
)
def test_what_is_refused_names_its_place(given, parameters, where):
    with pytest.raises(InvalidRequest) as refused:
        build_request("embo-01", given, parameters)
    assert refused.value.where == where


def body(**fields):
    return json.dumps({"vectors": [[0.5, -1], [2, 0.25]], "total_tokens": 7, "base_resp": {"status_code": 0}} | fields)


def test_vectors_and_tokens_are_read_and_packed_as_openai_packs_them():
    assert read_answer(body().encode(), PART, "float").vectors == ([0.5, -1], [2, 0.25])
    packed = read_answer(body().encode(), PART, "base64")
    assert [struct.unpack("<2f", base64.b64decode(vector)) for vector in packed.vectors] == [(0.5, -1.0), (2.0, 0.25)]
    assert packed.tokens == 7


@pytest.mark.parametrize("tokens", [0, None, True, "7", -1])
def test_a_missing_count_becomes_an_estimate(tokens):
    assert read_answer(body(total_tokens=tokens).encode(), PART, "float").tokens == PART.tokens > 0


def test_an_error_inside_a_good_answer_is_told():
    told = body(vectors=None, base_resp={"status_code": 1002, "status_msg": "rate limit exceeded(RPM)"})
    with pytest.raises(UpstreamFault) as fault:
        read_answer(told.encode(), PART, "float", "trace-1")
    assert (fault.value.code, fault.value.trace_id) == (1002, "trace-1")


@pytest.mark.parametrize(
    "answer",
    [
        "not JSON",
        "[]",
        body(vectors=None),
        body(vectors=[[1.0]]),
        body(vectors=[[1.0], []]),
        body(vectors=[[1.0], 3]),
        body(vectors=[[1.0], ["1"]]),
        body(vectors=[[1.0], [True]]),
        body(vectors=[[1.0], [1e39]]),
        body(vectors=[[1.0], [float("nan")]]),
    ],
)
def test_what_is_no_answer_is_a_protocol_fault(answer):
    with pytest.raises(ProtocolFault):
        read_answer(answer.encode(), PART, "base64")
