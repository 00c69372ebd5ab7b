"""Review: the reasoning model reads the executor's last answer of a turn before the client does."""

import pytest

from litellm_minimax.hybrid.asking import preset
from litellm_minimax.hybrid.handing_over.history import ADVICE, SEPARATOR
from litellm_minimax.wire.faults import InvalidRequest
from tests.hybrid.test_hybrid_handler import ASK, Members, ask, breakdown, piece, stream, told, use  # noqa: F401

PRESET = {"review": True, "trigger": ["stall"]}
DRAFT = [piece(role="assistant", reasoning_content="Easy."), piece(content="Do"), piece(content="ne."),
         piece(finish="stop"), told(10, 2)]  # fmt: skip
FINDS = [piece(reasoning_content="Hm."), piece(content="The test is missing."), piece(finish="stop"), told(20, 4)]
PASSES = [piece(content="APPROVED"), piece(finish="stop"), told(20, 1)]
BETTER = [piece(reasoning_content="Right."), piece(content="Done, with a test."), piece(finish="stop"), told(30, 5)]
CALLS = [
    piece(content="Looking."),
    piece(tool_calls=[{"index": 0, "id": "c0", "type": "function", "function": {"name": "ls", "arguments": "{}"}}]),
    piece(finish="tool_calls"),
]


def joined(chunks, name):
    return "".join(getattr(c.choices[0].delta, name, None) or "" for c in chunks if c.choices)


async def test_a_draft_is_held_back_reviewed_and_revised_once(use):  # noqa: F811
    members = Members(reasoner=FINDS, executor=[DRAFT, BETTER, DRAFT, BETTER])
    use(members)
    chunks = await stream(hybrid=PRESET)
    assert joined(chunks, "content") == "Done, with a test."
    reasoning = f"Easy.{ADVICE}Hm.\n\nThe test is missing.{SEPARATOR}Right."
    assert joined(chunks, "reasoning_content") == reasoning
    assert [c.choices[0].delta.role for c in chunks if c.choices and c.choices[0].delta.role] == ["assistant"]
    phases = [(p["phase"], p["completion_tokens"]) for p in breakdown(chunks)["phases"]]
    assert phases == [("execution", 2), ("review", 4), ("execution", 5)]
    asked, revised = members.asked("reasoner")[0].messages, members.asked("executor")[1].messages
    assert "Done." in asked[-1]["content"]
    assert [m["role"] for m in revised] == ["user", "assistant", "user"]
    assert (revised[1]["content"], "The test is missing." in revised[2]["content"]) == ("Done.", True)

    whole, _ = await ask(hybrid=PRESET)
    message = whole.choices[0].message
    assert (message.content, message.reasoning_content) == ("Done, with a test.", reasoning)
    replayed = {"role": "assistant", "content": message.content, "reasoning_content": reasoning}
    members.scripts["executor"] = DRAFT
    await ask([*ASK, replayed, *ASK], hybrid={**PRESET, "review": False})
    assert members.asked("executor")[-1].messages[1]["reasoning_content"] == "Easy.Right."


async def test_a_draft_that_passes_or_that_nobody_can_review_stands(use):  # noqa: F811
    for reasoner, ended_by in ((PASSES, "finish"), ([ConnectionError("down")], "error")):
        members = Members(reasoner=reasoner, executor=DRAFT)
        use(members)
        whole, fields = await ask(hybrid=PRESET)
        assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == ("Done.", "stop")
        assert [phase["ended_by"] for phase in fields["phases"]] == ["finish", ended_by]
        assert len(members.asked("executor")) == 1
        assert joined(await stream(hybrid=PRESET), "content") == "Done."


async def test_only_the_last_answer_of_a_turn_is_reviewed_and_only_where_the_reasoner_may_be_asked(use):  # noqa: F811
    members = Members(reasoner=FINDS, executor=CALLS)
    use(members)
    whole, _ = await ask(hybrid=PRESET)
    assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == ("Looking.", "tool_calls")
    members.scripts["executor"] = DRAFT
    await ask(hybrid=PRESET, metadata={"hybrid": {"trigger": "skip"}})
    assert members.asked("reasoner") == []
    with pytest.raises(InvalidRequest, match="review goes with mode: notes"):
        preset.read({"review": True, "mode": "advisor"}, {})


async def test_notes_and_a_review_leave_the_executor_only_its_own_thinking(use):  # noqa: F811
    plain = [piece(content="Done."), piece(finish="stop")]
    members = Members(reasoner=FINDS, executor=[plain, BETTER, plain])
    use(members)
    whole, fields = await ask(hybrid={"review": True})
    message = whole.choices[0].message
    assert [p["phase"] for p in fields["phases"]] == ["reasoning", "execution", "review", "execution"]
    replayed = {"role": "assistant", "content": message.content, "reasoning_content": message.reasoning_content}
    await ask([*ASK, replayed, *ASK], hybrid={"trigger": ["stall"]})
    assert members.asked("executor")[-1].messages[1]["reasoning_content"] == "Right."
