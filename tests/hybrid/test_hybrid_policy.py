"""When the reasoner is asked: triggers, the stable draw, forced turns, reuse, backoff and what a client may say."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litellm_minimax.hybrid.asking import conversation, policy
from litellm_minimax.hybrid.asking.policy import Decision, Remembered
from litellm_minimax.hybrid.asking.preset import Override, Preset


def user(text):
    return {"role": "user", "content": text}


def call(name, arguments, number):
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
        ],
    }


def result(text, number):
    return {"role": "tool", "tool_call_id": f"call_{number}", "content": text}


ASK = [{"role": "system", "content": "You code."}, user("Fix the test")]
ROUND = [*ASK, call("ls", "{}", 1), result("a.py b.py", 1)]
FAILED = [*ROUND, call("run", '{"x":1}', 2), result("3 failed, 2 passed\nexit code 1", 2)]
STALLED = [*ASK, *(part for n in range(3) for part in (call("ls", "{}", n), result("a.py", n)))]


def decide(messages, preset=None, override=None, thinking_off=False, **remembered):
    return policy.decide(
        conversation.read(messages),
        preset or Preset(),
        override or Override(),
        thinking_off=thinking_off,
        remembered=Remembered(**remembered),
    )


@pytest.mark.parametrize(
    ("messages", "trigger", "expected"),
    [
        (ASK, {"user_turn", "tool_error"}, Decision("think", "user_turn")),
        (ROUND, {"user_turn", "tool_error"}, Decision("skip", "tool_round")),
        (FAILED, {"user_turn", "tool_error"}, Decision("think", "tool_error")),
        (FAILED, {"user_turn"}, Decision("skip", "tool_round")),
        (STALLED, {"stall"}, Decision("think", "stall")),
        (STALLED[:-2], {"stall"}, Decision("skip", "tool_round")),
        (ASK, {"tool_error"}, Decision("skip", "no_trigger")),
        (ROUND, {"every_call"}, Decision("think", "every_call")),
        ([{"role": "system", "content": "x"}], {"user_turn"}, Decision("skip", "no_user_message")),
    ],
)
def test_each_trigger_fires_at_its_moment(messages, trigger, expected):
    assert decide(messages, Preset(trigger=frozenset(trigger))) == expected


def test_notes_of_the_turn_are_used_again_and_a_failure_asks_anew():
    assert decide(ROUND, has_notes=True) == Decision("reuse", "same_turn")
    assert decide(ASK, has_notes=True, has_note_here=True) == Decision("reuse", "same_request")
    assert decide(FAILED, has_notes=True) == Decision("think", "tool_error")
    assert decide(FAILED, has_notes=True, has_note_here=True) == Decision("reuse", "same_request")
    assert decide(ROUND, Preset(reuse_within_turn=False), has_notes=True) == Decision("skip", "tool_round")


def test_a_plan_is_the_reasoning_models_own_and_the_client_may_tell_its_phase():
    planning = [user("<system-reminder>\nPlan mode is active. Change nothing.</system-reminder>\nSplit it")]
    preset = Preset(when_planning="reasoning")
    assert decide(planning, preset) == Decision("plan", "plan_mode")
    assert decide(planning).kind == decide(planning, preset, Override(phase="act")).kind == "think"
    assert decide(ASK, preset).kind == "think"
    assert decide(ASK, preset, Override(phase="plan")) == Decision("plan", "client_phase")
    assert decide(planning, preset, backing_off=True) == Decision("degrade", "backoff")


def test_rounds_that_failed_or_repeated_are_counted_back_to_the_first_that_was_well():
    fine = [call("run", '{"a": 0}', 1), result("ok", 1)]
    failed = [call("run", '{"a": 1}', 2), result("exit code 2", 2)]
    repeated = [call("run", '{"a": 2}', 3), result("ok", 3), call("run", '{"a": 2}', 4), result("ok", 4)]

    def rounds(*parts):
        return conversation.read([user("Fix"), *(message for part in parts for message in part)]).troubled_rounds

    assert rounds() == rounds(fine) == rounds(failed, fine) == 0
    assert rounds(failed) == rounds(fine, failed) == rounds(repeated) == rounds(fine, repeated) == 1
    assert rounds(fine, repeated, failed) == rounds(fine, failed, failed) == 2
    for after, kind in ((0, "think"), (2, "escalate"), (3, "think")):
        assert decide([user("Fix"), *failed, *failed], Preset(escalate_after=after)).kind == kind


def test_what_a_client_may_say_beats_the_rest():
    off = Preset(enabled=False)
    assert decide(ASK, off, Override(trigger="force")) == Decision("skip", "disabled")
    assert decide(ASK, override=Override(trigger="skip")) == Decision("skip", "client_skip")
    assert decide(ROUND, override=Override(trigger="force"), thinking_off=True, backing_off=True) == Decision(
        "think", "client_force"
    )
    assert decide(ASK, thinking_off=True) == Decision("skip", "client_thinking_off")


def test_backoff_is_visible_as_degraded_only_where_the_reasoner_would_have_been_asked():
    assert decide(ASK, backing_off=True) == Decision("degrade", "backoff")
    assert decide(ROUND, backing_off=True) == Decision("skip", "tool_round")
    assert decide(ROUND, backing_off=True, has_notes=True) == Decision("reuse", "same_turn")


@pytest.mark.parametrize(
    ("params", "off"),
    [
        ({"reasoning_effort": "none"}, True),
        ({"reasoning_effort": {"effort": "none"}}, True),
        ({"thinking": {"type": "disabled"}}, True),
        ({"reasoning_effort": "low", "thinking": {"type": "enabled", "budget_tokens": 2000}}, False),
        ({}, False),
    ],
)
def test_thinking_turned_off_by_the_client(params, off):
    assert policy.turned_thinking_off(params) is off


words = st.text("abc ", min_size=1, max_size=8)


@settings(deadline=None)
@given(st.lists(words, min_size=6, max_size=9), words, st.floats(0, 1))
def test_the_draw_is_stable_within_a_turn_and_forced_turns_need_none(questions, answer, probability):
    asked = [message for text in questions for message in (user(text), {"role": "assistant", "content": answer})][:-1]
    rounds = [*asked, call("run", "{}", 1), result("exit code 2", 1)]
    preset = Preset(reasoning_injection_probability=probability)
    assert decide(asked, preset).kind == (
        "think" if policy.draw(conversation.read(asked).prefix) < probability else "skip"
    )
    assert decide(asked, preset).kind == decide(rounds, preset).kind
    assert decide(asked[:1], dataclasses.replace(preset, reasoning_injection_probability=0.0)).kind == "think"


def test_the_draw_covers_its_range():
    drawn = [policy.draw(str(number)) for number in range(2000)]
    assert 0 <= min(drawn) < 0.01
    assert 0.99 < max(drawn) < 1
    assert 0.45 < sum(drawn) / 2000 < 0.55


def test_a_turn_is_a_persons_message_not_an_agents_reminder():
    reminder = [{"type": "text", "text": "<system-reminder>\nbe brief\n</system-reminder>"}]
    seen = conversation.read([*ROUND, user(reminder)])
    assert (seen.turn_start, seen.user_turns, seen.in_tool_round) == (1, 1, True)
    assert seen.prefix == conversation.read(ROUND).prefix == conversation.read(ASK).prefix
    spoken = conversation.read([*ROUND, user("stop, use b.py")])
    assert (spoken.turn_start, spoken.user_turns, spoken.in_tool_round) == (4, 2, False)


def test_the_fingerprint_ignores_cache_marks_and_system_prompts_but_not_images():
    plain = [user([{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "data:1"}}])]
    marked = [
        {"role": "system", "content": "today is Monday"},
        user(
            [
                {"type": "text", "text": "look", "cache_control": {"type": "ephemeral"}},
                {"type": "image_url", "image_url": {"url": "data:1"}, "cache_control": {"type": "ephemeral"}},
            ]
        ),
    ]
    other = [user([{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "data:2"}}])]
    assert conversation.fingerprint(plain) == conversation.fingerprint(marked)
    assert conversation.fingerprint(plain) != conversation.fingerprint(other)


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("building...\nexit code 127", True),
        ("<tool_use_error>String to replace not found</tool_use_error>", True),
        ("Exit code: 0\nTraceback (most recent call last):\nKeyError: 'a'", False),
        ("1 failed, 40 passed\nexit code 0", False),
        ("Error: no such file", False),
        ("Traceback (most recent call last):\n  File x\nKeyError: 'a'", False),
        ("def handle(error):\n    raise error", False),
    ],
)
def test_a_failed_tool_result_is_recognised(text, failed):
    assert conversation.read([*ASK, call("run", "{}", 1), result(text, 1)]).tool_error is failed
