"""The option table: defaults, environment switches, start-up errors, and what a request may change."""

import pytest

from litellm_minimax.hybrid.asking import preset
from litellm_minimax.wire.faults import InvalidRequest

MEMBERS = {"reasoning_model": "minimax:MiniMax-M2", "execution_model": "qwen-oauth:qwen3-coder-plus?temperature=0.2"}


def test_defaults_are_the_contracts():
    read = preset.read(MEMBERS, {})
    assert read.members is not None
    assert read.members.reasoning.raw == "minimax:MiniMax-M2"
    assert dict(read.members.execution.params) == {"temperature": 0.2}
    assert read.trigger == {"user_turn", "tool_error"}
    assert (read.hand_over, read.placement, read.on_reasoning_failure, read.show_reasoning) == (
        "thinking",
        "tail",
        "degrade",
        "full",
    )
    assert (read.reasoning_injection_probability, read.force_initial_turns, read.reuse_within_turn) == (1.0, 4, True)
    assert (read.first_delta_timeout, read.idle_timeout, read.reasoning_timeout) == (30, 30, 60)
    assert (read.max_reasoning_tokens, read.max_hand_over_tokens) == (8192, 4096)
    assert (read.repeat_messages, read.enabled, read.allow_unconfigured_members) == (False, True, False)
    assert read.backends["qwen-oauth"] == "dashscope"


def test_environment_gives_the_default_and_the_configuration_wins():
    environment = {
        "REASONING_INJECTION_PROBABILITY": "0.5",
        "HYBRID_REASONING_FORCE_INITIAL_TURNS": "0",
        "HYBRID_REASONING_MODEL_TIMEOUT": "12",
        "HYBRID_BACKEND_REPEAT_MESSAGES": "true",
    }
    read = preset.read({"force_initial_turns": 7}, environment)
    assert (read.reasoning_injection_probability, read.force_initial_turns) == (0.5, 7)
    assert (read.reasoning_timeout, read.repeat_messages) == (12, True)


@pytest.mark.parametrize(
    ("value", "enabled"), [("1", False), ("TRUE", False), ("0", True), ("", True), ("false", True)]
)
def test_the_kill_switch_beats_the_configuration(value, enabled):
    assert preset.read({"enabled": True}, {"DISABLE_HYBRID_BACKEND": value}).enabled is enabled


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"handover": "plan"}, "'handover' is not one of reasoning_model, execution_model"),
        ({"hand_over": "memo"}, "hand_over: input should be 'thinking', 'plan' or 'both'"),
        ({"trigger": []}, "trigger"),
        ({"trigger": ["sometimes"]}, "trigger.0"),
        (
            {"reasoning_injection_probability": 1.5},
            "reasoning_injection_probability (or REASONING_INJECTION_PROBABILITY)",
        ),
        ({"force_initial_turns": -1}, "force_initial_turns"),
        ({"reasoning_timeout": 0}, "reasoning_timeout"),
        ({"max_reasoning_tokens": 0}, "max_reasoning_tokens"),
        ({"reasoning_model": "a:b"}, "go together"),
        (
            {"reasoning_model": "a:", "execution_model": "c:d"},
            "hybrid.reasoning_model: the reasoning member 'a:' has no model",
        ),
        ({"reasoning_model": "a:b?api_key=sk-1", "execution_model": "c:d"}, "api_key"),
        ("plan", "must be a mapping"),
    ],
)
def test_a_bad_option_is_an_error_that_names_it(options, says):
    with pytest.raises(InvalidRequest) as refused:
        preset.read(options, {})
    assert says in str(refused.value)
    assert "sk-1" not in str(refused.value)


def test_a_bad_environment_switch_is_named():
    with pytest.raises(InvalidRequest, match="HYBRID_REASONING_MODEL_TIMEOUT"):
        preset.read({}, {"HYBRID_REASONING_MODEL_TIMEOUT": "soon"})


def test_a_request_may_change_three_things_only():
    override = preset.read_override({"trigger": "force", "hand_over": "plan", "show_reasoning": "hidden"})
    changed = override.applied_to(preset.Preset())
    assert (override.trigger, changed.hand_over, changed.show_reasoning) == ("force", "plan", "hidden")
    assert preset.read_override(None).applied_to(preset.Preset()) == preset.Preset()
    for refused in ({"execution_model": "x"}, {"trigger": "user_turn"}, {"max_reasoning_tokens": 10**9}, "skip"):
        with pytest.raises(InvalidRequest, match=r"metadata\.hybrid"):
            preset.read_override(refused)


def test_a_configuration_is_checked_as_a_whole():
    config = {
        "model_list": [
            {"model_name": "x", "litellm_params": {"model": "minimax/MiniMax-M2"}},
            {"model_name": "hybrid:*", "litellm_params": {"model": "hybrid/*"}},
            {"model_name": "good", "litellm_params": {"model": "hybrid/good", "hybrid": MEMBERS}},
            {"model_name": "bad", "litellm_params": {"model": "hybrid/bad", "hybrid": {**MEMBERS, "idle": 3}}},
            {"model_name": "empty", "litellm_params": {"model": "hybrid/empty"}},
        ]
    }
    unknown, memberless = preset.check_config(config, {})
    assert "model_list[3].litellm_params.hybrid" in unknown
    assert "'idle'" in unknown
    assert "model_list[4]" in memberless
    assert "names no models" in memberless
