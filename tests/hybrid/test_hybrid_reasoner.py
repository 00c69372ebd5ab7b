"""The thinking call: what is asked, how thinking is told from an answer, the clocks, the cut, the bounds."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from litellm_minimax.hybrid.thinking import reasoner_request
from litellm_minimax.hybrid.thinking.deltas import Answer, DeltaReader, Thought
from litellm_minimax.hybrid.thinking.reasoner import Limits, LoopClock, Silence, ThinkingPhase
from tests.hybrid.fakes import ScriptedStream, VirtualClock, chunk, empty


async def think(script, limits=None, hand_over="thinking", opening=0.0):
    clock = VirtualClock()
    stream = ScriptedStream(script, clock)

    async def open_stream():
        if opening:
            await clock.sleep(opening)
        return stream

    phase = ThinkingPhase(open_stream, limits or Limits(), hand_over, clock)
    live = [event async for event in phase.events()]
    await phase.close()
    return phase.result, live, stream, clock


SHAPES = {
    "reasoning_content": [chunk(reasoning_content="why "), chunk(reasoning_content="not")],
    "reasoning": [chunk(reasoning="why "), chunk(reasoning="not")],
    "reasoning_details": [chunk(reasoning_details=[{"text": "why "}]), chunk(reasoning_details=[{"text": "not"}])],
    "thinking_blocks": [
        chunk(thinking_blocks=[{"type": "thinking", "thinking": "why "}]),
        chunk(thinking_blocks=[{"thinking": "not"}]),
    ],
    "both fields at once": [
        chunk(reasoning_content="why ", reasoning="why "),
        chunk(reasoning_content="not", reasoning="not"),
    ],
    "think tags": [chunk(content="\n<th"), chunk(content="ink>why "), chunk(content="not</"), chunk(content="think>")],
    "minimax think tags": [chunk(content="<mm:think>why not</mm:think>")],
    "a lone closing tag": [chunk(content="why "), chunk(content="not</thi"), chunk(content="nk>")],
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
async def test_the_phase_is_cut_at_the_first_answer_delta_and_the_upstream_is_closed(shape):
    script = [
        empty(),
        chunk(content=None),
        *shape,
        chunk(content="\n\n"),
        chunk(content="The answer"),
        chunk(content=" goes on"),
    ]
    result, live, stream, _ = await think(script)
    assert result.text("thinking") == "why not"
    assert (result.ended_by, result.trouble, result.error) == ("answer", None, None)
    assert "".join(event.text for event in live) == "why not"
    assert stream.closed
    assert script[-1] in stream.script, "nothing is read beyond the first answer delta"


async def test_a_model_without_visible_thinking_hands_over_its_answer():
    result, live, _, _ = await think([chunk(content="Use a "), chunk(content="heap."), chunk(finish="stop")])
    assert (result.text("thinking"), result.ended_by) == ("Use a heap.", "finish")
    assert live == [Thought("Use a "), Thought("heap.")]


@pytest.mark.parametrize(
    ("hand_over", "text"), [("plan", "1. do it"), ("both", "hm\n\nPlan:\n1. do it"), ("thinking", "hm")]
)
async def test_the_plan_is_the_reasoners_answer(hand_over, text):
    result, *_ = await think(
        [chunk(reasoning_content="hm"), chunk(content="1. do it"), chunk(finish="stop")], hand_over=hand_over
    )
    assert result.text(hand_over) == text


async def test_a_tool_call_by_the_reasoner_is_advice():
    call = {"index": 0, "function": {"name": "grep", "arguments": '{"q":'}}
    rest = {"index": 0, "function": {"name": None, "arguments": '"x"}'}}
    result, live, _, _ = await think(
        [
            chunk(reasoning_content="look"),
            chunk(tool_calls=[call]),
            chunk(tool_calls=[rest]),
            chunk(finish="tool_calls"),
        ]
    )
    assert result.text("thinking") == 'look\n\n[The notes\' author would now call grep with {"q":"x"}]'
    assert live == [Thought("look")]


@pytest.mark.parametrize(
    ("script", "opening", "ended_by", "text", "at"),
    [
        ([100, chunk(reasoning_content="late")], 0, "first_delta_timeout", "", 30),
        ([chunk(reasoning_content="late")], 100, "first_delta_timeout", "", 30),
        ([29, chunk(reasoning_content="a"), 29, empty(), 2, empty()], 0, "idle_timeout", "a", 59),
        ([x for n in range(99) for x in (empty(), 1)], 0, "first_delta_timeout", "", 30),
        ([5, chunk(reasoning_content="a"), 31, chunk(reasoning_content="b")], 0, "idle_timeout", "a", 35),
        ([x for n in range(9) for x in (chunk(reasoning_content=str(n)), 9)], 0, "reasoning_timeout", "0123456", 60),
        ([chunk(reasoning_content="a"), empty(), 20, empty(), 20], 0, "idle_timeout", "a", 30),
    ],
)
async def test_three_clocks_and_what_was_thought_so_far_is_kept(script, opening, ended_by, text, at):
    result, _, stream, clock = await think(script, opening=opening)
    assert (result.ended_by, result.text("thinking"), clock.time) == (ended_by, text, at)
    assert result.trouble == f"reasoner_{ended_by.removeprefix('reasoning_')}"
    assert result.ms == at * 1000
    assert stream.closed or opening


@pytest.mark.parametrize(
    "text",
    [
        ["<think>", "why</think>"],
        ["why", "</think>"],
        ["<mm:think>why</mm:think>\n"],
        ["<think>why<", " / thin", "king", " >"],
    ],
)
async def test_the_executor_does_not_wait_for_the_first_word_after_the_closing_tag(text):
    result, _, stream, clock = await think([*(chunk(content=each) for each in text), 20, chunk(content="The answer")])
    assert (result.text("thinking"), result.ended_by, clock.time, stream.closed) == ("why", "answer", 0, True)
    result, *_ = await think([chunk(content="<think>why</think>"), 20, chunk(content="1. do")], hand_over="plan")
    assert result.text("plan") == "1. do"


@pytest.mark.parametrize("silence", [20, 100])
async def test_a_connection_that_stays_open_after_the_finish_is_no_failure(silence):
    result, _, stream, clock = await think([3, chunk(reasoning_content="a"), chunk(finish="stop"), silence])
    assert (result.ended_by, result.trouble, clock.time, stream.closed) == ("finish", None, 5, True)
    usage = object()
    result, *_ = await think([chunk(reasoning_content="a"), chunk(finish="length"), 1, empty(usage), silence])
    assert (result.ended_by, result.usage) == ("length", usage)


async def test_a_wait_that_ends_a_moment_too_early_is_no_sign_of_life():
    """Seen in 1 to 5 of 30 streams: the first delta's time is up, and the client was told to go on waiting."""

    class EarlyClock(VirtualClock):
        async def wait(self, task, seconds):
            return await super().wait(task, seconds - 1e-6)

    clock = EarlyClock()
    phase = ThinkingPhase(lambda: clock.sleep(100), Limits(first_delta=1), "thinking", clock)
    assert [event async for event in phase.events()] == []
    assert phase.result.trouble == "reasoner_first_delta_timeout"
    await phase.close()


async def test_a_timer_that_is_early_is_waited_for_again(monkeypatch):
    """uvloop's are, in a busy process; on the proxy the sign of life then came in the moment of the time-out."""
    now, waits = [50.0], []

    async def early(tasks, timeout):
        waits.append(timeout)
        now[0] += timeout * 0.9 if timeout > 0.001 else timeout
        return set(), tasks

    monkeypatch.setattr(asyncio, "wait", early)
    monkeypatch.setattr(LoopClock, "now", lambda _: now[0])
    assert not await LoopClock().wait(asyncio.get_running_loop().create_future(), 1.0)
    assert now[0] >= 51.0
    assert len(waits) < 10


async def test_silence_is_told_while_it_lasts():
    _, live, _, _ = await think([25, chunk(reasoning_content="a"), chunk(finish="stop")], Limits(keep_alive=10))
    assert live == [Silence(), Silence(), Thought("a")]


@pytest.mark.parametrize(
    ("script", "ended_by", "trouble"),
    [
        ([ValueError("boom")], "error", "reasoner_error"),
        ([chunk(reasoning_content="a"), ConnectionError("cut")], "error", "reasoner_error"),
        ([chunk(finish="stop")], "finish", "reasoner_empty"),
        ([chunk(content="  "), chunk(finish="stop")], "finish", "reasoner_empty"),
        ([], "finish", "reasoner_empty"),
        ([chunk(reasoning_content="a", finish="content_filter")], "content_filter", "reasoner_content_filter"),
        ([chunk(reasoning_content="a"), chunk(finish="length")], "length", None),
    ],
)
async def test_what_goes_wrong_is_named(script, ended_by, trouble):
    result, *_ = await think(script)
    assert (result.ended_by, result.trouble) == (ended_by, trouble)
    assert (result.error is not None) == (ended_by == "error")


@pytest.mark.parametrize(
    "blank",
    [
        [chunk(reasoning_content="\n"), chunk(reasoning_content=" \n")],
        [chunk(content="<think>\n\n</think>")],
        [chunk(content="\n\n</think>")],
    ],
    ids=["in its field", "in tags", "in front of a lone closing tag"],
)
async def test_blank_thinking_is_no_thinking(blank):
    result, live, stream, _ = await think([*blank, chunk(content="The answer"), chunk(content=" goes on")])
    assert (result.ended_by, result.trouble, result.text("thinking"), stream.closed) == (
        "answer",
        "reasoner_empty",
        "",
        True,
    )
    assert not [event for event in live if isinstance(event, Thought)]
    result, live, *_ = await think([*blank, chunk(content="The plan"), chunk(finish="stop")], hand_over="plan")
    assert (result.trouble, result.text("plan")) == (None, "The plan")
    result, live, *_ = await think([chunk(reasoning_content="\n"), chunk(reasoning_content="why"), chunk(content="x")])
    assert (result.trouble, [event.text for event in live if isinstance(event, Thought)]) == (None, ["\nwhy"])


async def test_the_token_bound_ends_the_phase_and_usage_is_kept():
    result, live, stream, _ = await think([chunk(reasoning_content="abcdefgh")] * 50, Limits(max_tokens=10))
    assert (result.ended_by, result.tokens, len(live), stream.closed) == ("max_tokens", 10, 5, True)
    usage = object()
    result, *_ = await think([chunk(reasoning_content="a", finish="stop"), empty(usage)])
    assert result.usage is usage


async def test_leaving_in_the_middle_closes_the_upstream():
    clock = VirtualClock()
    stream = ScriptedStream([chunk(reasoning_content="a"), 1000], clock)

    async def open_stream():
        return stream

    phase = ThinkingPhase(open_stream, Limits(), "thinking", clock)
    events = phase.events()
    assert await anext(events) == Thought("a")
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    await phase.close()
    assert (stream.closed, phase.result.ended_by) == (True, "abandoned")


pieces = st.lists(
    st.sampled_from(["<", "think", ">", "</", "a", " ", "<b>", "</think>", "<think>", "\n", "List<T>"]), max_size=12
)


@settings(deadline=None)
@given(pieces, st.lists(st.integers(1, 6), max_size=40))
def test_the_cuts_between_chunks_do_not_matter(parts, cuts):
    text = "".join(parts)

    def read(chunks):
        reader = DeltaReader()
        found = [piece for part in chunks for piece in reader.feed({"content": part})] + list(reader.end())
        return tuple("".join(piece.text for piece in found if isinstance(piece, kind)) for kind in (Thought, Answer))

    rest, chopped = text, []
    for cut in cuts:
        chopped.append(rest[:cut])
        rest = rest[cut:]
    thought, answer = read([text])
    chopped_thought, chopped_answer = read([*chopped, rest])
    assert (chopped_thought.strip(), chopped_answer.strip()) == (thought.strip(), answer.strip())


def test_what_the_reasoner_is_asked():
    tools = [
        {
            "type": "function",
            "function": {
                "name": "run",
                "description": "Run a command",
                "parameters": {"type": "object", "properties": {"cmd": {"type": "string"}}},
            },
        }
    ]
    conversation = [
        {"role": "system", "content": [{"type": "text", "text": "You code.", "cache_control": {"type": "ephemeral"}}]},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Fix it"}, {"type": "image_url", "image_url": {"url": "data:x"}}],
        },
        {
            "role": "assistant",
            "content": None,
            "reasoning_content": "secret",
            "tool_calls": [{"id": "1", "function": {"name": "run", "arguments": '{"cmd":"ls"}'}}],
        },
        {"role": "tool", "tool_call_id": "1", "content": "a.py"},
    ]
    built = reasoner_request.messages(conversation, tools, "plan", sees_images=False)
    assert built[1:] == snapshot(
        [
            {
                "role": "user",
                "content": "Fix it\n[here is an attachment of the kind image_url that only the executor sees]",
            },
            {"role": "assistant", "content": '[called the tool run with {"cmd":"ls"}]'},
            {"role": "user", "content": "[result of run]\na.py\n\nWrite the plan for the executor now."},
        ]
    )
    system = built[0]["content"]
    assert "- run(cmd: string): Run a command" in system
    assert system.endswith("The executor's own instructions, for your information:\nYou code.")
    seen = reasoner_request.messages(conversation[:2], (), "thinking", sees_images=True)
    assert seen[1]["content"][1] == {"type": "image_url", "image_url": {"url": "data:x"}}
    assert "cache_control" in conversation[0]["content"][0], "the client's objects stay as they are"


@pytest.mark.parametrize(
    ("own", "effort", "supported", "sent"),
    [
        ({}, None, {"reasoning_effort", "thinking"}, {"max_tokens": 8192, "reasoning_effort": "high"}),
        ({}, "low", {"reasoning_effort"}, {"max_tokens": 8192, "reasoning_effort": "low"}),
        ({}, "low", {"thinking"}, {"max_tokens": 8192, "thinking": {"type": "enabled", "budget_tokens": 4096}}),
        ({}, "low", set(), {"max_tokens": 8192}),
        (
            {"reasoning_effort": "max", "max_tokens": 99, "top_k": 3},
            "low",
            {"thinking"},
            {"max_tokens": 99, "reasoning_effort": "max", "top_k": 3},
        ),
    ],
)
def test_thinking_is_asked_for_by_what_the_model_supports(own, effort, supported, sent):
    assert reasoner_request.parameters(own, effort, supported, most=8192) == sent
