"""The executor's message up to a consultation is what LiteLLM itself makes of the same chunks."""

import litellm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litellm.types.utils import Delta, ModelResponseStream, StreamingChoices, Usage

from litellm_minimax.hybrid.consulting.calls_apart import HiddenCall
from litellm_minimax.hybrid.consulting.executors_message import message
from tests.litellm_release import OLD

WORDS = st.text("ab \n", max_size=4)
BLOCKS = st.one_of(
    st.builds(
        lambda text, sign: {"type": "thinking", "thinking": text, "signature": sign},
        WORDS,
        st.sampled_from([None, "", "signed"]),
    ),
    st.builds(lambda data: {"type": "redacted_thinking", "data": data}, st.sampled_from(["", "secret"])),
)
DELTAS = st.fixed_dictionaries(
    {},
    optional={
        "content": st.none() | WORDS,
        "reasoning_content": st.none() | WORDS,
        "thinking_blocks": st.lists(BLOCKS, max_size=3),
    },
)


@pytest.mark.skipif(OLD, reason="LiteLLM before 1.100 loses signed blocks without a text")
@given(st.lists(DELTAS, min_size=1, max_size=8))
def test_it_is_what_litellm_makes_of_the_same_chunks(deltas):
    chunks = [
        ModelResponseStream(id="x", model="m", choices=[StreamingChoices(delta=Delta(**delta))]) for delta in deltas
    ]
    end = ModelResponseStream(choices=[], usage=Usage(prompt_tokens=0, completion_tokens=0, cost=0.0))
    theirs = litellm.stream_chunk_builder([*chunks, end]).choices[0].message.model_dump(exclude_none=True)
    built = message(chunks, "advisor", [HiddenCall("call_1", ['{"question":', ' "Which?"}']), HiddenCall("call_2")])
    assert built["content"] == (theirs.get("content") or None)
    for name in ("reasoning_content", "thinking_blocks"):
        assert built.get(name) == (theirs.get(name) or None), name
    assert [(call["id"], call["function"]["arguments"]) for call in built["tool_calls"]] == [
        ("call_1", '{"question": "Which?"}'),
        ("call_2", "{}"),
    ]
    assert {call["function"]["name"] for call in built["tool_calls"]} == {"advisor"}


def test_nothing_is_printed(capsys):
    chunk = ModelResponseStream(id="x", model="MiniMax-M3", choices=[StreamingChoices(delta=Delta(content="Hi."))])
    message([chunk], "advisor", [HiddenCall("call_1")])
    assert not capsys.readouterr().out
