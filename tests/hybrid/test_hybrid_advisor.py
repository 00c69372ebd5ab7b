"""Advisor mode: the executor consults the reasoning model in the middle of its work, and the client sees one model."""

import json

import litellm
import pytest

from litellm_minimax.hybrid.consulting import tool
from litellm_minimax.hybrid.handing_over.history import ADVICE, SEPARATOR
from litellm_minimax.hybrid.members import calls
from tests.hybrid.fakes import Shelf
from tests.hybrid.test_hybrid_handler import (  # noqa: F401
    ASK,
    Members,
    ask,
    breakdown,
    piece,
    stream,
    told,
    use,
)

PRESET = {"mode": "advisor"}
TOOLS = [{"type": "function", "function": {"name": "ls", "parameters": {"type": "object", "properties": {}}}}]
SETTINGS = {"hybrid": PRESET, "tools": TOOLS}


def calling(index, identity, name, *arguments):
    first = {"index": index, "id": identity, "type": "function", "function": {"name": name, "arguments": arguments[0]}}
    rest = [{"index": index, "function": {"arguments": part}} for part in arguments[1:]]
    return [piece(tool_calls=[one]) for one in (first, *rest)]


def consults(identity="a1", *more, said="Let me ask."):
    return [
        piece(role="assistant", reasoning_content="Hard."),
        *([piece(content=said)] if said else []),
        *calling(0, identity, tool.NAME, '{"questi', 'on": "Which way?"}'),
        *more,
        piece(finish="tool_calls"),
        told(100, 20),
    ]


ADVISES = [
    piece(reasoning_content="Hm."),
    piece(content="Split "),
    piece(content="it."),
    piece(finish="stop"),
    told(50, 8),
]
LISTS = [
    piece(reasoning_content="Look."), piece(content="Looking."), *calling(0, "c0", "ls", "{}"),
    piece(finish="tool_calls"), told(130, 9),
]  # fmt: skip
DONE = [piece(content="Done."), piece(finish="stop"), told(150, 3)]


def joined(chunks, name):
    return "".join(getattr(c.choices[0].delta, name, None) or "" for c in chunks if c.choices)


def replay(message):
    told = message.model_dump(exclude_none=True)
    return {key: told[key] for key in ("role", "content", "tool_calls", "reasoning_content") if key in told}


async def test_a_consultation_in_the_middle_of_one_well_formed_answer(use):  # noqa: F811
    members = Members(reasoner=ADVISES, executor=[consults(), LISTS])
    use(members)
    chunks = await stream(**SETTINGS)
    assert len({chunk.id for chunk in chunks}) == 1
    assert [c.choices[0].delta.role for c in chunks if c.choices and c.choices[0].delta.role] == ["assistant"]
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["tool_calls"]
    assert joined(chunks, "content") == "Let me ask.\n\nLooking."
    assert joined(chunks, "reasoning_content") == f"Hard.{ADVICE}Hm.\n\nSplit it.{SEPARATOR}Look."
    made = [call for c in chunks if c.choices for call in c.choices[0].delta.tool_calls or ()]
    assert [(call.index, call.id, call.function.name) for call in made if call.id] == [(0, "c0", "ls")]
    assert tool.NAME not in json.dumps([chunk.model_dump(mode="json") for chunk in chunks])
    fields = breakdown(chunks)
    assert (fields["decision"], fields["reason"]) == ("advised", "consulted")
    assert [(p["phase"], p["completion_tokens"]) for p in fields["phases"]] == [
        ("execution", 20), ("advice", 8), ("execution", 9),
    ]  # fmt: skip
    usage = next(chunk.usage for chunk in chunks if getattr(chunk, "usage", None))
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cost) == (280, 37, 0.75)

    first, second = members.asked("executor")
    assert [one["function"]["name"] for one in first.params["tools"]] == ["ls", tool.NAME]
    assert tool.NAME in first.messages[0]["content"]
    called, result = second.messages[-2:]
    assert (called["reasoning_content"], called["content"]) == ("Hard.", "Let me ask.")
    assert called["tool_calls"][0]["function"] == {"name": tool.NAME, "arguments": '{"question": "Which way?"}'}
    assert (result["tool_call_id"], result["content"]) == ("a1", tool.ADVICE + "Split it.")
    asked = members.asked("reasoner")[0]
    assert "tools" not in asked.params
    assert "Which way?" in asked.messages[-1]["content"]
    assert "- ls()" in asked.messages[0]["content"]


async def test_nobody_waits_for_a_member_that_has_said_all_and_told_its_usage(use):  # noqa: F811
    slow = 3.0
    use(Members(reasoner=[*ADVISES, slow], executor=[[*consults(), slow], [*LISTS, slow]]))
    phases = breakdown(await stream(**SETTINGS))["phases"]
    assert [phase["ms"] < 1000 * slow for phase in phases] == [True] * 3


async def test_the_whole_answer_says_the_same_and_a_later_round_finds_the_exchange_on_another_replica(use):  # noqa: F811
    shelf = Shelf()
    use(Members(reasoner=ADVISES, executor=[consults(), LISTS]), cache=shelf)
    first, fields = await ask(**SETTINGS)
    message = first.choices[0].message
    assert (message.content, first.choices[0].finish_reason) == ("Let me ask.\n\nLooking.", "tool_calls")
    assert message.reasoning_content == f"Hard.{ADVICE}Hm.\n\nSplit it.{SEPARATOR}Look."
    assert [call.id for call in message.tool_calls] == ["c0"]
    assert fields["decision"] == "advised"
    talk = [*ASK, replay(message), {"role": "tool", "tool_call_id": "c0", "content": "a.py"}]

    other = Members(reasoner=ADVISES, executor=[consults("a2", said=""), DONE])
    use(other, cache=shelf)
    await ask(talk, **SETTINGS)
    sent = other.asked("executor")[0].messages[1:]
    assert [m["role"] for m in sent] == ["user", "assistant", "tool", "assistant", "tool"]
    assert (sent[1]["reasoning_content"], sent[1]["content"]) == ("Hard.", "Let me ask.")
    assert sent[2]["content"].endswith("Split it.")
    assert (sent[3]["reasoning_content"], sent[3]["content"]) == ("Look.", "Looking.")
    assert "Split it." in json.dumps(other.asked("reasoner")[0].messages)

    lost = Members(executor=DONE)
    use(lost, cache=Shelf())
    response, _ = await ask(talk, **SETTINGS)
    sent = lost.asked("executor")[0].messages[1:]
    assert [m["role"] for m in sent] == ["user", "assistant", "tool"]
    assert (sent[1]["reasoning_content"], sent[1]["content"]) == ("Hard.Look.", message.content)
    assert response.choices[0].message.content == "Done."


async def test_calls_beside_the_advisors_are_kept_and_answered_by_the_client(use):  # noqa: F811
    beside = [*calling(1, "c0", "ls", "{}"), *calling(2, "c1", "ls", '{"a":', "1}")]
    members = Members(reasoner=ADVISES, executor=[consults("a1", *beside), DONE])
    use(members)
    response, _ = await ask(**SETTINGS)
    message = response.choices[0].message
    assert [(c.id, c.function.arguments) for c in message.tool_calls] == [("c0", "{}"), ("c1", '{"a":1}')]
    assert response.choices[0].finish_reason == "tool_calls"
    results = [{"role": "tool", "tool_call_id": f"c{n}", "content": "a.py"} for n in range(2)]
    await ask([*ASK, replay(message), *results], **SETTINGS)
    sent = members.asked("executor")[1].messages[2:]
    assert [call["id"] for call in sent[0]["tool_calls"]] == ["a1", "c0", "c1"]
    assert [m["tool_call_id"] for m in sent[1:]] == ["a1", "c0", "c1"]
    assert sent[0]["reasoning_content"] == "Hard."


async def test_the_clients_calls_are_counted_from_zero(use):  # noqa: F811
    beside = [*calling(1, "c0", "ls", "{}"), *calling(2, "c1", "ls", '{"a":', "1}")]
    use(Members(reasoner=ADVISES, executor=[consults("a1", *beside)]))
    calls_seen = [call for c in await stream(**SETTINGS) if c.choices for call in c.choices[0].delta.tool_calls or ()]
    assert [(call.index, call.function.arguments) for call in calls_seen] == [(0, "{}"), (1, '{"a":'), (1, "1}")]


async def test_too_many_consultations_and_a_failing_reasoner_are_told_by_the_tool(use):  # noqa: F811
    members = Members(reasoner=ADVISES, executor=[consults("a1"), consults("a2"), DONE])
    use(members)
    response, fields = await ask(hybrid={**PRESET, "max_uses": 1}, tools=TOOLS)
    assert len(members.asked("reasoner")) == 1
    assert members.asked("executor")[2].messages[-1]["content"] == tool.USED_UP.format(most=1)
    assert response.choices[0].message.content.endswith("Done.")
    assert response.choices[0].finish_reason == "stop"

    down = litellm.InternalServerError("down", "minimax", "MiniMax-M2")
    members = Members(reasoner=[down], executor=[consults(), DONE])
    use(members)
    response, fields = await ask(**SETTINGS)
    assert members.asked("executor")[1].messages[-1]["content"] == tool.UNREACHABLE
    assert (fields["decision"], fields["reason"]) == ("advised", "reasoner_error")
    assert response.choices[0].message.content.endswith("Done.")

    members = Members(executor=[consults(f"a{n}") for n in range(20)])
    members.scripts["reasoner"] = ADVISES
    use(members)
    response, _ = await ask(**SETTINGS)
    assert len(members.asked("executor")) == 6, "an executor that only ever consults comes to an end"


async def test_advice_before_the_first_word_stays_for_the_whole_turn(use):  # noqa: F811
    members = Members(reasoner=ADVISES, executor=[LISTS, DONE])
    use(members)
    settings = {"hybrid": {**PRESET, "advise_first": True}, "tools": TOOLS}
    response, _ = await ask(**settings)
    message = response.choices[0].message
    assert message.reasoning_content == f"{ADVICE}Hm.\n\nSplit it.{SEPARATOR}Look."
    await ask([*ASK, replay(message), {"role": "tool", "tool_call_id": "c0", "content": "a.py"}], **settings)
    first, second = (list(sub.messages) for sub in members.asked("executor"))
    assert "Split it." in first[2]["content"]
    assert second[: len(first)] == first
    assert (second[3]["reasoning_content"], len(members.asked("reasoner"))) == ("Look.", 1)


@pytest.mark.parametrize("taken", [3, 5, 9])
async def test_a_client_that_leaves_in_the_middle_pays_for_each_call_once(use, monkeypatch, taken):  # noqa: F811
    charged = []

    async def charge(stream, metadata, usage=None, text=""):
        charged.append(stream)

    monkeypatch.setattr(calls, "charge", charge)
    members = Members(reasoner=ADVISES, executor=[consults(), LISTS])
    handler = use(members)
    monkeypatch.setattr("tests.hybrid.fakes.ScriptedStream.chunks", ["seen"], raising=False)
    open_answer = handler.astreaming(
        model="[minimax:MiniMax-M2,qwen-oauth:qwen3-coder-plus]", messages=ASK,
        optional_params={"hybrid": PRESET, "tools": TOOLS}, litellm_params={},
    )  # fmt: skip
    for _ in range(taken):
        await anext(open_answer)
    await open_answer.aclose()
    assert charged == members.streams
    assert all(one.closed for one in members.streams)
    assert len(members.streams) == {3: 2, 5: 2, 9: 3}[taken]
