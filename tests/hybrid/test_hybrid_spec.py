"""The model string: every form that is read, every mistake that is refused, and the comma-free spelling."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litellm_minimax.hybrid.asking import spec
from litellm_minimax.wire.faults import InvalidRequest


@pytest.mark.parametrize(
    ("text", "reasoning", "execution"),
    [
        (
            "hybrid:[minimax:MiniMax-M2,qwen-oauth:qwen3-coder-plus]",
            ("minimax", "MiniMax-M2"),
            ("qwen-oauth", "qwen3-coder-plus"),
        ),
        ("hybrid/[a:b,c:d]", ("a", "b"), ("c", "d")),
        ("[a:b,c:d]", ("a", "b"), ("c", "d")),
        ("hybrid:[ a:b ,\tc:d ]", ("a", "b"), ("c", "d")),
        ("hybrid:[a:b%2Cc:d]", ("a", "b"), ("c", "d")),
        ("hybrid:[a:b%2cc:d]", ("a", "b"), ("c", "d")),
        (
            "hybrid:[openrouter:deepseek/deepseek-r1:free,a:b:c]",
            ("openrouter", "deepseek/deepseek-r1:free"),
            ("a", "b:c"),
        ),
        (
            "hybrid:[openrouter/deepseek/deepseek-r1:free,gpt-5]",
            (None, "openrouter/deepseek/deepseek-r1:free"),
            (None, "gpt-5"),
        ),
        ("hybrid:[my-group,ollama/qwen2.5-coder:14b]", (None, "my-group"), (None, "ollama/qwen2.5-coder:14b")),
    ],
)
def test_members_in_every_spelling(text, reasoning, execution):
    parsed = spec.parse(text)
    assert (parsed.reasoning.backend, parsed.reasoning.model) == reasoning
    assert (parsed.execution.backend, parsed.execution.model) == execution


def test_parameters_are_typed_and_belong_to_one_member():
    parsed = spec.parse(
        "hybrid:[a:b?temperature=0.25&top_p=1&top_k=40&reasoning_effort=xhigh,c:d?max_tokens=4096&verbosity=lo%77]"
    )
    assert dict(parsed.reasoning.params) == {
        "temperature": 0.25,
        "top_p": 1.0,
        "top_k": 40,
        "reasoning_effort": "xhigh",
    }
    assert dict(parsed.execution.params) == {"max_tokens": 4096, "verbosity": "low"}
    assert parsed.reasoning.raw == "a:b"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hybrid:a:b,c:d]", "expected '[' at character 8"),
        ("hybrid: [a:b,c:d]", "expected '[' at character 8"),
        ("hybrid:hybrid:[a:b,c:d]", "expected '[' at character 8"),
        ("hybrid:[a:b,c:d", "expected ']' as the last character"),
        ("hybrid:[a:b,c:d]?temperature=0.2", "expected ']' as the last character"),
        ("hybrid:[]", "found 0"),
        ("hybrid:[a:b]", "found 1"),
        ("hybrid:[a:b,c:d,]", "found 3"),
        ("hybrid:[a:b,,c:d]", "found 3"),
        ("hybrid:[,c:d]", "the reasoning member at character 9 is empty"),
        ("hybrid:[a:b, ]", "the execution member at character 14 is empty"),
        ("hybrid:[:b,c:d]", "the reasoning member ':b' has no backend before the ':' at character 9"),
        ("hybrid:[a:b,c:]", "the execution member 'c:' has no model after the ':' at character 14"),
        ("hybrid:[a:b,/d]", "no provider before the '/' at character 13"),
        ("hybrid:[a/,c:d]", "no model after the '/' at character 10"),
        ("hybrid:[a b,c:d]", "blank or control character at character 10"),
        ("hybrid:[hybrid:x,c:d]", "a hybrid can't be inside a hybrid"),
        ("hybrid:[[a:b%2Cc:d],e:f]", "found 3"),
        ("hybrid:[[a:b],e:f]", "bracket at character 9"),
        ("hybrid:[a:b?,c:d]", "empty parameter at character 13"),
        ("hybrid:[a:b?temperature,c:d]", "temperature of the reasoning member, at character 13, has no value"),
        ("hybrid:[a:b?temperature=,c:d]", "has no value"),
        (
            "hybrid:[a:b?temperature=2.5,c:d]",
            "temperature of the reasoning member, at character 25, must be a number from 0 to 2, not '2.5'",
        ),
        ("hybrid:[a:b?temperature=nan,c:d]", "must be a number from 0 to 2"),
        ("hybrid:[a:b,c:d?top_p=1.01]", "top_p of the execution member"),
        ("hybrid:[a:b,c:d?top_k=0]", "a whole number of at least 1"),
        ("hybrid:[a:b,c:d?max_tokens=1e3]", "a whole number of at least 1"),
        ("hybrid:[a:b,c:d?reasoning_effort=huge]", "one of none, minimal, low"),
        ("hybrid:[a:b,c:d?verbosity=max]", "one of low, medium, high"),
        ("hybrid:[a:b?temperature=1&temperature=1,c:d]", "given twice, again at character 27"),
        ("hybrid:[a:b? temperature=1,c:d]", "' temperature'"),
        ("hybrid:[a:b?Temperature=1,c:d]", "is not one of temperature"),
    ],
)
def test_each_mistake_is_refused_with_its_place_and_an_example(text, says):
    with pytest.raises(InvalidRequest) as refused:
        spec.parse(text)
    assert refused.value.where == "model"
    assert says in refused.value.problem
    assert "Example: hybrid:[" in str(refused.value)


@pytest.mark.parametrize("key", ["api_key", "api_base", "base_url", "extra_headers", "organization", "API_KEY"])
def test_keys_and_addresses_are_refused_by_name_without_their_value(key):
    with pytest.raises(InvalidRequest, match="belong in the configuration") as refused:
        spec.parse(f"hybrid:[a:b,c:d?{key}=sk-very-secret]")
    assert key in str(refused.value)
    assert "very-secret" not in str(refused.value)


name = st.text("abcXYZ019-_.:/", min_size=1, max_size=12).filter(
    lambda t: t.strip(":/") == t and not t.startswith(spec.PREFIXES)
)


@settings(deadline=None)
@given(name, name)
def test_the_comma_free_spelling_says_the_same(first, second):
    text = f"hybrid:[{first},{second}]"
    assert "," not in spec.protect(text)
    assert spec.restore(spec.protect(text)) == text
    assert spec.parse(spec.protect(text)) == spec.parse(text)
    assert (spec.parse(text).reasoning.raw, spec.parse(text).execution.raw) == (first, second)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused_as_an_invalid_request(text):
    with contextlib.suppress(InvalidRequest):
        parsed = spec.parse("hybrid:[" + text + "]")
        assert spec.parse(f"[{parsed.reasoning.raw},{parsed.execution.raw}]").reasoning.raw == parsed.reasoning.raw
