"""The reasoning of a tool loop comes back to MiniMax, whatever the client did with it."""

import litellm
import pytest
from doors import MODEL, WAYS, ask, tool

from litellm_minimax.memory import reasoning_memory
from litellm_minimax.simulator import Answer, ToolCall

THOUGHT = "The user wants the weather, so I ask the tool."
QUESTION = {"role": "user", "content": "What is the weather in Bern?"}
TOOLS = [tool()]


async def first_round(sim, way: str, **kwargs) -> list[dict]:
    """The model thinks and calls a tool; returns the history as a client keeps it that drops the reasoning."""
    sim.enqueue(Answer("", THOUGHT, [ToolCall("get_weather", {"city": "Bern"})]))
    heard = await ask(way, messages=[QUESTION], tools=TOOLS, **kwargs)
    [(call_id, name, arguments)] = heard.calls
    assert heard.reasoning == THOUGHT
    call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
    return [
        QUESTION,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call_id, "content": "21 degrees"},
    ]


def sent_reasoning(sim) -> list[str]:
    return [
        detail["text"]
        for message in sim.last.body["messages"]
        for detail in message.get("reasoning_details", [])
    ]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
async def test_dropped_reasoning_is_put_back(sim, way):
    history = await first_round(sim, way)
    await ask(way, messages=history, tools=TOOLS)
    assert sent_reasoning(sim) == [THOUGHT]
    assert (sim.last.reasoning_turns, sim.last.reasoning_turns_intact) == (1, 1)
    assert reasoning_memory.counts["hit"] == 1


@pytest.mark.parametrize(
    "kept",
    [
        {"reasoning_content": THOUGHT},
        {"thinking_blocks": [{"type": "thinking", "thinking": THOUGHT, "signature": "x"}]},
        {"provider_specific_fields": {"reasoning_content": THOUGHT}},
        {"reasoning_details": [{"type": "reasoning.text", "text": THOUGHT}]},
        {"content": f"<think>\n{THOUGHT}\n</think>\n\n"},
    ],
    ids=lambda kept: next(iter(kept)),
)
async def test_kept_reasoning_goes_back_in_whatever_form_it_was_kept(sim, kept):
    history = await first_round(sim, "async")
    reasoning_memory.clear()
    history[1] |= kept
    await ask("async", messages=history, tools=TOOLS)
    assert sent_reasoning(sim) == [THOUGHT]
    assert sim.last.reasoning_turns_intact == 1


async def test_a_turn_that_has_its_reasoning_is_never_changed(sim):
    history = await first_round(sim, "async")
    history[1]["reasoning_content"] = "What the client edited on purpose."
    await ask("async", messages=history, tools=TOOLS)
    assert sent_reasoning(sim) == ["What the client edited on purpose."]
    assert reasoning_memory.counts["hit"] == 0


async def test_it_can_be_switched_off(sim, monkeypatch):
    monkeypatch.setenv("MINIMAX_REASONING_MEMORY", "off")
    history = await first_round(sim, "async")
    await ask("async", messages=history, tools=TOOLS)
    assert sent_reasoning(sim) == []
    assert not reasoning_memory.counts


async def test_upstream_accounts_do_not_share_it(sim):
    history = await first_round(sim, "async", api_key="sk-one")
    await ask("async", messages=history, tools=TOOLS, api_key="sk-two")
    assert sent_reasoning(sim) == []
    await ask("async", messages=history, tools=TOOLS, api_key="sk-one")
    assert sent_reasoning(sim) == [THOUGHT]


async def test_callers_of_a_proxy_do_not_share_it(sim):
    """The proxy puts the hash of its caller's key into the metadata of every call."""
    history = await first_round(sim, "async", metadata={"user_api_key_hash": "alice"})
    await ask("async", messages=history, tools=TOOLS, metadata={"user_api_key_hash": "bob"})
    assert sent_reasoning(sim) == []
    await ask("async", messages=history, tools=TOOLS, metadata={"user_api_key_hash": "alice"})
    assert sent_reasoning(sim) == [THOUGHT]


@pytest.mark.parametrize("edit", ["messages before it", "another deployment"])
async def test_it_does_not_depend_on_the_rest_of_the_conversation(sim, edit):
    history = await first_round(sim, "sync")
    if edit == "messages before it":
        history = [{"role": "system", "content": "Be brief."}, *history]
        await ask("sync", messages=history, tools=TOOLS)
    else:
        await ask("sync", messages=history, tools=TOOLS, model="minimax-plugin/MiniMax-M2")
    assert sent_reasoning(sim) == [THOUGHT]


async def test_a_client_may_also_use_the_responses_door(sim):
    sim.enqueue(Answer("", THOUGHT, [ToolCall("get_weather", {"city": "Bern"})]))
    declared = [{"type": "function", "name": "get_weather", "parameters": tool()["function"]["parameters"]}]
    first = await litellm.aresponses(model=MODEL, input="What is the weather in Bern?", tools=declared)
    [call] = [item for item in first.output if item.type == "function_call"]
    await litellm.aresponses(
        model=MODEL,
        tools=declared,
        input=[
            {"role": "user", "content": "What is the weather in Bern?"},
            {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": call.arguments},
            {"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"},
        ],
    )
    assert sent_reasoning(sim) == [THOUGHT]
