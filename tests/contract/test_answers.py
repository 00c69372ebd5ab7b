"""However MiniMax writes an answer, and in whichever way it is asked for, the caller gets the same message."""

import json
import typing

import litellm
import pytest
from doors import HELLO, MODEL, WAYS, ask, of_chunks, tool
from litellm.types.utils import Delta, ModelResponseStream, StreamingChoices

from litellm_minimax.simulator import Answer, Quirks, ToolCall

REASONING = "The user wants two things at once, so I plan both calls: naïve, 思考, and careful about `<tags>`."
TEXT = "Here is what I found — über all:\n\n1. it rains\n2. it pours\n"
CALLS = [
    ToolCall("get_weather", {"city": "Zürich"}, "call_function_ab12cd34ef56_1"),
    ToolCall("get_time", {"zone": "Europe/Zurich"}, "call_function_ab12cd34ef56_2"),
]
TOOLS = [tool("get_weather", "city"), tool("get_time", "zone")]
SCENES = {
    "text": Answer(TEXT, chunk_chars=7),
    "thought": Answer(TEXT, REASONING, chunk_chars=7),
    "calls": Answer("", REASONING, CALLS, chunk_chars=7),
    "all": Answer("I look it up.", REASONING, CALLS, chunk_chars=7),
}
# Switches that decide what is accepted, and doors that are not chat; `dialect` has tests of its own.
NOT_ABOUT_ANSWERS = {
    "dialect", "markup", "implicit_open", "several_system", "tool_choice", "temperature", "n", "web_search", "id_case",
    "status_1008", "validation", "v1_models", "anthropic_m3_thinking", "anthropic_full_message",
    "anthropic_start_repeats", "passive_cache", "tags", "reasoning_split_default", "reasoning_mirrored_in_think",
    "gone", "no_finish", "calls_as", "arguments_as", "h3_edits", "h3_edit_prompt", "h3_compression", "live_style",
    "embedding_size", "embedding_most",
}  # fmt: skip


def other_positions():
    """Every switch of the simulator in every position but its usual one: a new switch is tested by being there."""
    usual = Quirks()
    for name, kind in typing.get_type_hints(Quirks).items():
        if name in NOT_ABOUT_ANSWERS:
            continue
        for value in typing.get_args(kind) if kind is not bool else (True, False):
            if isinstance(value, str | bool) and value != getattr(usual, name):
                yield {name: value}
        if kind is int:
            yield {name: 1 if name == "tool_index_base" else 3}
    yield {"done_marker": True, "summary_frame": True, "usage_in_last_chunk": True, "cumulative_reasoning": True}


OFF_SCRIPT = [
    (switch, spelling)
    for switch in ("calls_as", "arguments_as")
    for spelling in typing.get_args(typing.get_type_hints(Quirks)[switch])[1:]
]


def expected(answer: Answer) -> tuple:
    calls = [(call.id, call.name, call.arguments_text) for call in answer.tool_calls]
    return answer.text, answer.reasoning, calls, answer.finish


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("model", ["MiniMax-M2", "MiniMax-M3", "MiniMax-M3.1-Flash"])
async def test_the_message_is_the_one_that_was_said(sim, model, scene, way):
    sim.enqueue(SCENES[scene])
    heard = await ask(way, model=f"minimax/{model}", tools=TOOLS)
    assert heard.message == expected(SCENES[scene])
    assert heard.ids == {sim.last.trace_id}
    assert heard.model == model
    assert sim.last.body["model"] == model
    assert heard.minimax["base_resp"] == {"status_code": 0, "status_msg": ""}
    assert heard.minimax["output_sensitive"] is False
    assert sim.last.answered.status == 200


@pytest.mark.parametrize("quirk", other_positions(), ids=lambda quirk: "+".join(f"{k}={v}" for k, v in quirk.items()))
async def test_no_quirk_of_the_wire_shows(sim, quirk):
    for answer in SCENES.values():
        for way in ("sync", "async-stream"):
            sim.quirks = Quirks(**quirk)
            sim.enqueue(answer)
            heard = await ask(way, tools=TOOLS)
            assert heard.message == expected(answer), way
            assert len(heard.ids) == 1


@pytest.mark.parametrize(("switch", "spelling"), OFF_SCRIPT)
@pytest.mark.parametrize("dialect", ["minimax", "openai"])
async def test_calls_are_calls_however_they_are_written(sim, switch, spelling, dialect):
    """As text in every notation, on MiniMax's host and on one that is unknown, and with arguments that are no JSON."""
    sim.quirks = Quirks(dialect=dialect, **{switch: spelling})
    for scene in ("calls", "all"):
        for way in ("sync", "async-stream"):
            sim.enqueue(SCENES[scene])
            heard = await ask(way, tools=TOOLS)
            assert heard.content.strip() == SCENES[scene].text
            assert heard.reasoning == REASONING
            assert [(name, json.loads(arguments)) for _, name, arguments in heard.calls] == [
                (call.name, call.arguments) for call in CALLS
            ]
            assert heard.finish == "tool_calls"


@pytest.mark.parametrize("tags", ["think", "mm:think", "mm_closer", "lone_closer", "thinking", "thought", "blank"])
@pytest.mark.parametrize("mirrored", [False, True])
async def test_thinking_inside_the_content_is_taken_out(sim, tags, mirrored):
    """A caller (or a gateway) may switch `reasoning_split` off; what comes back reads the same."""
    sim.quirks = Quirks(tags=tags, reasoning_mirrored_in_think=mirrored)
    for answer in SCENES.values():
        for way in ("async", "sync-stream"):
            sim.enqueue(answer)
            heard = await ask(way, tools=TOOLS, reasoning_split=False)
            assert sim.last.body["reasoning_split"] is False
            assert heard.message == expected(answer), way


@pytest.mark.parametrize("way", WAYS)
async def test_a_thought_cut_by_the_token_limit(sim, way):
    sim.enqueue(Answer("never reached", REASONING))
    heard = await ask(way, max_tokens=5)
    assert sim.last.body["max_completion_tokens"] == 5
    assert heard.message == ("", REASONING[:20], [], "length")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_finish_reasons_are_openais_and_the_raw_one_is_kept(sim, reason, way):
    sim.enqueue(Answer("so far", finish_reason=reason, extra={"output_sensitive": True, "output_sensitive_type": 4}))
    heard = await ask(way)
    assert heard.finish == reason
    assert heard.minimax["finish_reason"] == reason
    if way in ("sync", "async"):
        assert heard.minimax["output_sensitive_type"] == 4


async def test_deltas_of_one_read_become_one_chunk(sim):
    sim.enqueue(Answer("words and " * 400, REASONING, chunk_chars=5, chunks_per_write=10_000))
    heard = await ask("async-stream")
    assert sim.last.answered.chunks_generated > 500
    assert len(heard.chunks) < 60
    assert heard.content == "words and " * 400


async def test_text_arrives_while_the_upstream_still_writes(sim):
    """Nothing is held back: the first chunk is there while the upstream waits for ever."""
    sim.enqueue(Answer("first" + "x" * 1000, chunk_chars=5, delay=3600))
    stream = await litellm.acompletion(model=MODEL, messages=HELLO, stream=True)
    chunk = await anext(aiter(stream))
    assert chunk.choices[0].delta.content == "first"
    await stream.aclose()


@pytest.mark.parametrize("way", WAYS)
async def test_a_plain_openai_server_reads_the_same(sim, way):
    """`api_base` may name vLLM with its parsers on, or any gateway."""
    sim.quirks = Quirks(dialect="openai")
    sim.enqueue(SCENES["all"])
    heard = await ask(way, tools=TOOLS, model="minimax/my-finetune")
    assert sim.last.body["model"] == "my-finetune"
    assert heard.message == expected(SCENES["all"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("markup", ["m2", "m3"])
@pytest.mark.parametrize("implicit", [True, False])
async def test_raw_weights_read_the_same(sim, markup, implicit, way):
    """A server without parsers writes thinking and calls as markup in the content; ids are then made here."""
    sim.quirks = Quirks(dialect="self_hosted", markup=markup, implicit_open=implicit)
    sim.enqueue(SCENES["all"])
    heard = await ask(way, tools=TOOLS, self_hosted="on")
    content, reasoning, calls, finish = heard.message
    assert (content.strip(), reasoning.strip()) == ("I look it up.", REASONING)
    assert [(name, arguments) for _, name, arguments in calls] == [(c.name, c.arguments_text) for c in CALLS]
    assert len({call_id for call_id, _, _ in calls}) == 2
    assert finish == "tool_calls"


def test_folding_refuses_a_stream_with_two_finishes():
    """The helper that every test here leans on can fail."""
    end = StreamingChoices(finish_reason="stop", delta=Delta(role="assistant"))
    chunk = ModelResponseStream(model="MiniMax-M2", choices=[end])
    with pytest.raises(AssertionError, match="one finish"):
        of_chunks([chunk, chunk])
