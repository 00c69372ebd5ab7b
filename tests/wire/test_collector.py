"""The events of one answer, put together."""

import pytest

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
    Reasoning("hm, "), Text("Hel"), Reasoning("well"), Text("lo"),
    ToolCallStart(0, "a", "f"), ToolCallStart(1, "b", "g"), ToolCallArguments(1, "{}"), ToolCallArguments(0, '{"x":'),
    ToolCallArguments(0, "1}"),
    Usage(1, 2, 3), ProviderFields({"base_resp": {}}), Finish("tool_calls", "tool_calls"),
]  # fmt: skip


@pytest.mark.parametrize("split", range(len(EVENTS) + 1))
def test_it_does_not_matter_in_how_many_pieces_they_come(split):
    answer = AnswerCollector()
    answer.add(EVENTS[:split])
    answer.add(EVENTS[split:])
    assert (answer.text, answer.reasoning) == ("Hello", "hm, well")
    assert [(c.id, c.name, c.arguments) for c in answer.calls.values()] == [("a", "f", '{"x":1}'), ("b", "g", "{}")]
    assert answer.started == EVENTS[0]
    assert (answer.usage, answer.finish) == (EVENTS[-3], EVENTS[-1])
    assert answer.provider_fields == {"base_resp": {}}
