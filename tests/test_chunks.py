"""Events become LiteLLM's objects, in the order in which LiteLLM keeps everything."""

import pytest
from litellm.types.utils import ModelResponse
from openai.types.chat import ChatCompletionChunk

from litellm_minimax.chat.chunks import ChunkBuilder, to_response, to_usage
from litellm_minimax.wire.events import (
    Finish,
    ProviderFields,
    Reasoning,
    Started,
    Text,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from litellm_minimax.wire.incoming.collector import AnswerCollector

EVENTS = [
    Started("06ab", "MiniMax-M2", 1_700_000_000),
    Reasoning("hm, "),
    Reasoning("well"),
    Text("Hel"),
    Text("lo"),
    ToolCallStart(0, "call_function_x_1", "f"),
    ToolCallArguments(0, '{"a":'),
    ToolCallArguments(0, "1}"),
    ToolCallStart(1, "call_function_x_2", "g"),
    ToolCallStart(2, "call_function_x_3", "h"),
    ToolCallArguments(2, "{}"),
    Usage(10, 5, 15, reasoning_tokens=3, cache_read_tokens=8),
    ProviderFields({"base_resp": {"status_code": 0}}),
    Finish("tool_calls", "tool_calls"),
]


def chunks(events=EVENTS):
    return list(ChunkBuilder("MiniMax-M2").chunks(events))


def test_usage_comes_before_the_finish_because_litellm_loses_it_otherwise():
    *_, usage, fields, finish = chunks()
    assert usage.usage.total_tokens == 15
    assert usage.choices == []
    assert fields.choices[0].delta.provider_specific_fields == {"minimax": {"base_resp": {"status_code": 0}}}
    assert finish.choices[0].finish_reason == "tool_calls"
    assert [chunk for chunk in chunks() if chunk.choices and chunk.choices[0].finish_reason] == [finish]


def test_each_chunk_is_openais_with_one_id_and_the_role_once():
    built = chunks()
    for chunk in built:
        ChatCompletionChunk.model_validate(chunk.model_dump(exclude_none=True))
    assert {chunk.id for chunk in built} == {"06ab"}
    assert {chunk.created for chunk in built} == {1_700_000_000}
    roles = [chunk.choices[0].delta.role for chunk in built if chunk.choices]
    assert roles == ["assistant"] + [None] * (len(roles) - 1)


def test_a_call_starts_with_its_first_arguments():
    deltas = [call for chunk in chunks() if chunk.choices for call in chunk.choices[0].delta.tool_calls or []]
    assert [(d.index, d.id, d.function.name, d.function.arguments) for d in deltas] == [
        (0, "call_function_x_1", "f", '{"a":'),
        (0, None, None, "1}"),
        (1, "call_function_x_2", "g", ""),
        (2, "call_function_x_3", "h", "{}"),
    ]


@pytest.mark.parametrize("split", range(len(EVENTS) + 1))
def test_the_whole_answer_says_the_same_as_the_stream(split):
    answer = AnswerCollector()
    answer.add(EVENTS[:split])
    answer.add(EVENTS[split:])
    response = to_response(answer, ModelResponse(), "MiniMax-M2")
    message = response.choices[0].message
    assert (message.content, message.reasoning_content) == ("Hello", "hm, well")
    assert [(c.id, c.function.name, c.function.arguments) for c in message.tool_calls] == [
        ("call_function_x_1", "f", '{"a":1}'),
        ("call_function_x_2", "g", "{}"),
        ("call_function_x_3", "h", "{}"),
    ]
    assert response.choices[0].finish_reason == "tool_calls"
    assert (response.id, response.created, response.model) == ("06ab", 1_700_000_000, "MiniMax-M2")
    assert message.provider_specific_fields == {"minimax": {"base_resp": {"status_code": 0}}}
    assert response.usage.prompt_tokens_details.cached_tokens == 8


def test_content_is_none_only_beside_calls():
    calls_only, nothing = AnswerCollector(), AnswerCollector()
    calls_only.add([ToolCallStart(0, "a", "f"), Finish("tool_calls", None)])
    assert to_response(calls_only, ModelResponse(), "m").choices[0].message.content is None
    nothing.add([Finish("length", "length")])
    assert to_response(nothing, ModelResponse(), "m").choices[0].message.content == ""


def test_usage_holds_the_upstreams_numbers_and_nothing_made_up():
    usage = to_usage(Usage(100, 20, 120, reasoning_tokens=22, cache_read_tokens=60, cache_write_tokens=30))
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (100, 20, 120)
    assert usage.completion_tokens_details.reasoning_tokens == 22
    assert (usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (60, 30)
    bare = to_usage(Usage(1, 2, 3))
    assert bare.prompt_tokens_details is None
    assert bare.completion_tokens_details is None
    assert to_usage(Usage(1, 2, 3), cost=0.5).cost == 0.5
