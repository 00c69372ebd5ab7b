"""The reasoning model answers by itself, while the agent plans or when the executor is stuck; then the executor again."""

import litellm
import pytest

from tests.hybrid.test_hybrid_handler import Members, ask, breakdown, piece, rounds, stream, told, use  # noqa: F401

PLANNING = [
    {"role": "user", "content": "<system-reminder>\nPlan mode is active.\n</system-reminder>\nSplit the parser"}
]
TOOLS = [{"type": "function", "function": {"name": "ls", "parameters": {"type": "object", "properties": {}}}}]
PRESET = {"when_planning": "reasoning", "trigger": ["tool_error"]}
LOOKS = [
    piece(role="assistant", reasoning_content="I must look first."),
    piece(tool_calls=[{"index": 0, "id": "c0", "type": "function", "function": {"name": "ls", "arguments": "{}"}}]),
    piece(finish="tool_calls"),
    told(40, 12),
]
PLANS = [piece(reasoning_content="Two files do."), piece(content="Plan: split it."), piece(finish="stop"), told(60, 15)]
WORKS = [piece(reasoning_content="I follow the plan."), piece(content="Done."), piece(finish="stop"), told(90, 9)]


async def test_plan_mode_is_the_reasoning_models_and_each_gets_only_its_own_thinking_back(use):  # noqa: F811
    members = Members(reasoner=[LOOKS, PLANS, PLANS], executor=[WORKS, WORKS])
    use(members)
    settings = {"hybrid": PRESET, "tools": TOOLS}
    first, fields = await ask(PLANNING, **settings)
    message = first.choices[0].message
    assert (fields["decision"], fields["reason"]) == ("planned", "plan_mode")
    assert [(p["phase"], p["completion_tokens"], p["ended_by"]) for p in fields["phases"]] == [
        ("planning", 12, "finish")
    ]
    assert (message.tool_calls[0].function.name, first.choices[0].finish_reason) == ("ls", "tool_calls")
    assert first._hidden_params["response_cost"] == 0.25
    assert members.asked("reasoner")[0].params["tools"] == TOOLS

    looked = message.model_dump(include={"role", "content", "tool_calls", "reasoning_content"})
    talk = [*PLANNING, looked, {"role": "tool", "tool_call_id": "c0", "content": "a.py b.py"}]
    chunks = await stream(talk, **settings)
    assert breakdown(chunks)["decision"] == "planned"
    assert members.asked("reasoner")[1].messages[1]["reasoning_content"] == "I must look first."

    planned = {"role": "assistant", "content": "Plan: split it.", "reasoning_content": "Two files do."}
    talk = [*talk, planned, {"role": "user", "content": "Go on."}]
    done, fields = await ask(talk, **settings)
    sent = members.asked("executor")[0].messages
    assert (fields["decision"], [p["phase"] for p in fields["phases"]]) == ("skipped", ["execution"])
    assert "Plan: split it." in [m["content"] for m in sent]
    assert [m.get("reasoning_content") for m in sent] == [None] * len(sent)

    worked = {"role": "assistant", "content": "Done.", "reasoning_content": done.choices[0].message.reasoning_content}
    await ask([*talk, worked, *PLANNING], **settings)
    sent = [m.get("reasoning_content") for m in members.asked("reasoner")[-1].messages if m["role"] == "assistant"]
    assert sent == ["I must look first.", "Two files do.", None]
    await ask([*talk, worked, {"role": "user", "content": "More."}], **settings)
    sent = [m.get("reasoning_content") for m in members.asked("executor")[-1].messages if m["role"] == "assistant"]
    assert sent == [None, None, "I follow the plan."]


async def test_a_reasoning_model_that_can_not_plan_leaves_the_turn_to_the_executor_visibly(use):  # noqa: F811
    down = litellm.InternalServerError("down", "minimax", "MiniMax-M2")
    for reasoner, reason in (([down], "reasoner_error"), ([31.0, *PLANS], "reasoner_first_delta_timeout")):
        members = Members(reasoner=reasoner, executor=WORKS)
        use(members)
        response, fields = await ask(PLANNING, hybrid=PRESET, tools=TOOLS)
        assert (fields["decision"], fields["reason"]) == ("degraded", reason)
        assert response.choices[0].message.content == "Done."
        assert all(one.closed for one in members.streams)


async def test_a_planner_that_falls_silent_in_the_middle_is_an_error_in_time(use):  # noqa: F811
    members = Members(reasoner=[piece(reasoning_content="First"), 31.0, *PLANS], executor=WORKS)
    use(members)
    with pytest.raises(litellm.Timeout, match="idle_timeout"):
        await ask(PLANNING, hybrid=PRESET, tools=TOOLS)
    assert (members.asked("executor"), members.streams[0].closed) == ([], True)


async def test_after_rounds_in_trouble_the_reasoning_model_answers_one_by_itself(use):  # noqa: F811
    members = Members(reasoner=LOOKS, executor=WORKS)
    use(members)
    for count, decision in ((2, "skipped"), (3, "escalated")):
        _, fields = await ask(rounds(count), hybrid={"escalate_after": 2, "trigger": ["user_turn"]}, tools=TOOLS)
        assert fields["decision"] == decision
    assert [p["phase"] for p in fields["phases"]] == ["escalation"]
