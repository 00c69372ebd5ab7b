"""Parameters: each is passed, done here, noted or refused, as the table says."""

from __future__ import annotations

from pathlib import Path

import pytest

from litellm_minimax import catalog
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.outgoing.parameters import PARAMETERS, SUPPORTED_OPENAI_PARAMS, Fate, supported_openai_params
from litellm_minimax.wire.outgoing.request import ChatRequest, build_request

M3, M2, M31 = "MiniMax-M3", "MiniMax-M2", "MiniMax-M3.1-Flash"
MESSAGES = [{"role": "user", "content": "hi"}]
DOCS = Path(__file__).parents[2] / "docs" / "parameters.md"


def built(model=M3, *, server="minimax", stream=False, **parameters):
    return build_request(ChatRequest(model, catalog.find(model), MESSAGES, parameters, stream, server))


def extra(model=M3, **rest):
    """What the parameters add to the smallest body."""
    body = built(model, **rest).body
    assert {name: body.pop(name) for name in ("model", "messages", "stream")} == {
        "model": model, "messages": MESSAGES, "stream": rest.get("stream", False),
    }  # fmt: skip
    body.pop("stream_options", None)
    return body


SAMPLES = {
    "stream": True, "stream_options": {"include_usage": False}, "temperature": 0, "top_p": 0.5, "max_tokens": 10,
    "max_completion_tokens": 20, "stop": ["END"], "tools": [{"name": "f", "input_schema": {}}], "tool_choice": "auto",
    "parallel_tool_calls": True, "response_format": {"type": "json_object"}, "reasoning_effort": "high",
    "thinking": {"type": "adaptive"}, "seed": 1, "presence_penalty": 0.1, "frequency_penalty": 0.1,
    "service_tier": "priority", "n": 1, "user": "u", "safety_identifier": "s", "prompt_cache_key": "k",
    "prompt_cache_retention": "24h", "store": True, "metadata": {"a": 1}, "verbosity": "low",
    "context_management": {"edits": []}, "reasoning_split": True, "mask_sensitive_info": False, "top_k": 40,
    "extra_body": {"min_p": 0.1}, "extra_headers": {"x": "y"}, "max_retries": 2, "logprobs": True, "top_logprobs": 2,
    "logit_bias": {}, "functions": [], "function_call": "auto", "audio": {}, "modalities": ["text"], "prediction": {},
    "web_search_options": {},
}  # fmt: skip
SENT_AS = {
    (True, "reasoning_effort"): "thinking",
    (True, "max_tokens"): "max_completion_tokens",
    (False, "max_completion_tokens"): "max_tokens",
    (True, "extra_body"): "min_p",
    (False, "extra_body"): "min_p",
}


@pytest.mark.parametrize("server", ["minimax", "self_hosted"])
@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_the_table_tells_what_becomes_of_each_parameter(parameter, server):
    name = parameter.name
    given = {name: SAMPLES[name]}
    if name in ("tool_choice", "parallel_tool_calls"):
        given["tools"] = SAMPLES["tools"]
    request = built(server=server, **(given | {"stream": True} if name == "stream_options" else given))
    host = server == "minimax"
    fate = parameter.minimax if host else parameter.self_hosted
    on_the_wire = SENT_AS.get((host, name), name) in request.body
    noted = any(name in note or ("thinking is not" in note and not host) for note in request.notes)
    match fate:
        case Fate.PASSED:
            assert on_the_wire
            assert not noted or name == "response_format"
        case Fate.DONE_HERE:
            assert not noted
            assert name not in ("stop", "response_format") or (request.read.stop or request.read.response_format)
        case Fate.NOTED:
            assert not on_the_wire
            assert noted
        case Fate.REFUSED:
            assert name not in SUPPORTED_OPENAI_PARAMS
            assert not on_the_wire
            assert "extra_body" in request.notes[0]


def test_the_documented_table_is_the_codes_table():
    rows = [f"| `{p.name}` | {p.minimax.value} | {p.self_hosted.value} | {p.remark} |" for p in PARAMETERS]
    table = DOCS.read_text().split("| --- | --- | --- | --- |\n")[1].split("\n\n")[0]
    assert table.splitlines() == rows


def test_litellms_rules_are_given_the_table_per_model():
    assert supported_openai_params(None) == list(SUPPORTED_OPENAI_PARAMS)
    assert supported_openai_params(catalog.find(M2)) == list(SUPPORTED_OPENAI_PARAMS)
    assert {"thinking", "reasoning_effort", "stop", "response_format", "user"} <= set(SUPPORTED_OPENAI_PARAMS)
    assert set(SUPPORTED_OPENAI_PARAMS) - set(supported_openai_params(catalog.find("M2-her"))) == {
        "tools", "tool_choice", "parallel_tool_calls",
    }  # fmt: skip


def test_leftovers_of_litellm_are_silent_and_unknown_names_are_told_where_to_go():
    request = built(
        api_version="1", litellm_call_id="x", hybrid={}, timeout=3, model_info={}, temperature=None, foo=1, bar=2
    )
    assert request.body.keys() == {"model", "messages", "stream", "reasoning_split"}
    assert request.notes == ("foo, bar: not a parameter of this plugin; to send it, put it into extra_body.",)


# --- numbers -------------------------------------------------------------------------------------------------


def test_limits_of_length():
    assert extra(max_tokens=5)["max_completion_tokens"] == 5
    assert extra(max_tokens=5, max_completion_tokens=7.0)["max_completion_tokens"] == 7
    assert extra(max_tokens=5, max_completion_tokens=7, server="self_hosted") == {"max_tokens": 7}
    assert extra(max_tokens=524_288)["max_completion_tokens"] == 524_288
    assert extra("MiniMax-M9", max_tokens=10**9)["max_completion_tokens"] == 10**9
    assert extra(max_tokens=10**9, server="self_hosted") == {"max_tokens": 10**9}
    with pytest.raises(InvalidRequest, match=r"max_tokens: 524289 is more than MiniMax-M3 .* cap is 524288"):
        built(max_tokens=524_289)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_tokens", 0), ("max_tokens", -1), ("max_tokens", True), ("max_tokens", "9"), ("max_completion_tokens", 1.5),
        ("max_tokens", float("nan")), ("temperature", 2.1), ("temperature", -0.1), ("temperature", "hot"),
        ("temperature", True), ("temperature", float("nan")), ("top_p", 1.1), ("n", 2), ("n", True), ("n", "1"),
        ("stop", ""), ("stop", ["a", ""]), ("stop", [1]), ("stop", 1), ("extra_body", "x"), ("reasoning_split", "yes"),
    ],
)  # fmt: skip
def test_values_nobody_defines_are_refused_by_name(name, value):
    with pytest.raises(InvalidRequest) as refusal:
        built(**{name: value})
    assert refusal.value.where == name


@pytest.mark.parametrize(
    ("model", "given", "tier"),
    [
        (M3, "auto", "standard"), (M3, "default", "standard"), (M3, "priority", "priority"), (M3, "flex", None),
        (M3, 1, None), (M2, "priority", None), (M31, "Priority", "priority"), ("MiniMax-M9", "standard", "standard"),
    ],
)  # fmt: skip
def test_the_service_tier_is_sent_where_it_is_sold(model, given, tier):
    request = built(model, service_tier=given)
    assert request.body.get("service_tier") == tier
    assert bool(request.notes) is (tier is None)


# --- thinking ------------------------------------------------------------------------------------------------

ON, OFF = {"thinking": {"type": "adaptive"}}, {"thinking": {"type": "disabled"}}


def effort(level):
    return {"reasoning_effort": level}


@pytest.mark.parametrize(
    ("parameters", "m3", "m31", "unknown"),
    [
        ({}, {}, {}, {}),
        ({"reasoning_effort": "High"}, ON, effort("high"), effort("high")),
        ({"reasoning_effort": {"effort": "max", "summary": "auto"}}, ON, effort("max"), effort("max")),
        ({"reasoning_effort": {"summary": "auto"}}, {}, {}, {}),
        ({"reasoning_effort": "auto"}, {}, {}, {}),
        ({"reasoning_effort": "minimal"}, ON, effort("low"), effort("low")),
        ({"reasoning_effort": "none"}, OFF, effort("low"), OFF),
        ({"thinking": {"type": "adaptive"}}, ON, {}, ON),
        ({"thinking": {"type": "disabled"}}, OFF, effort("low"), OFF),
        ({"thinking": {"type": "disabled"}, "reasoning_effort": "high"}, OFF, effort("low"), OFF),
        ({"thinking": {"type": "enabled"}}, ON, {}, ON),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, ON, effort("low"), effort("low")),
        ({"thinking": {"type": "enabled", "budget_tokens": 8000}}, ON, effort("medium"), effort("medium")),
        ({"thinking": {"type": "enabled", "budget_tokens": 16000}}, ON, effort("high"), effort("high")),
        ({"thinking": {"type": "enabled", "budget_tokens": 31999}}, ON, effort("xhigh"), effort("xhigh")),
        ({"thinking": {"type": "enabled", "budget_tokens": 64000}}, ON, effort("max"), effort("max")),
        ({"thinking": {"type": "adaptive"}, "reasoning_effort": "none"}, ON, {}, ON),
    ],
)
def test_thinking_is_steered_in_each_models_own_words(parameters, m3, m31, unknown):
    split = {"reasoning_split": True}
    assert extra(M3, **parameters) == m3 | split
    assert extra(M31, **parameters) == m31 | split
    assert extra("MiniMax-M9", **parameters) == unknown | split
    for model, server, left in ((M2, "minimax", split), ("M2-her", "minimax", {}), (M3, "self_hosted", {})):
        request = built(model, server=server, **parameters)
        assert {k: v for k, v in request.body.items() if k not in ("model", "messages", "stream")} == left
        asked = bool(parameters.get("thinking")) or parameters.get("reasoning_effort") not in (
            None,
            "auto",
            {"summary": "auto"},
        )
        assert bool(request.notes) is asked


@pytest.mark.parametrize(
    "parameters",
    [
        {"reasoning_effort": "ultra"}, {"reasoning_effort": True}, {"reasoning_effort": 3}, {"thinking": True},
        {"thinking": "adaptive"}, {"thinking": {}}, {"thinking": {"type": "enabled", "budget_tokens": "9"}},
        {"thinking": {"type": "enabled", "budget_tokens": True}}, {"thinking": {"type": "enabled", "budget_tokens": -1}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("model", [M3, M2, M31])
def test_thinking_that_nobody_defines_is_refused(model, parameters):
    with pytest.raises(InvalidRequest) as refusal:
        built(model, **parameters)
    assert refusal.value.where.split(".")[0] in parameters


def test_reasoning_is_asked_for_apart_unless_the_caller_says_otherwise():
    assert extra(reasoning_split=False) == {"reasoning_split": False}
    assert extra(extra_body={"reasoning_split": False}) == {"reasoning_split": False}
    assert extra("abab6.5s-chat", reasoning_split=True) == {}
