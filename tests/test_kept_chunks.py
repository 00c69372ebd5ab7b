"""The short list of a stream's chunks gives LiteLLM the same answer as the long one."""

import copy
import string

import litellm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litellm.types.utils import (
    ChatCompletionDeltaToolCall,
    Delta,
    Function,
    ModelResponseStream,
    StreamingChoices,
    Usage,
)

from litellm_minimax.kept_chunks import MERGED, NEWEST, KeptChunks
from litellm_minimax.simulator import Answer, Simulator

TEXT = st.text(string.ascii_letters + ' \n{"é', max_size=5)


def chunk(finish=None, usage=None, index=0, **delta):
    choices = [] if usage else [StreamingChoices(index=index, finish_reason=finish, delta=Delta(**delta))]
    counted = (
        {"usage": Usage(prompt_tokens=3, completion_tokens=usage, total_tokens=3 + usage, cost=0.0)} if usage else {}
    )
    return ModelResponseStream(id="x", created=1, model="gpt-4o", choices=choices, **counted)


def call(index, arguments, name=None):
    opening = {"id": f"call_{index}"} if name else {}
    function = Function(name=name, arguments=arguments)
    return {"tool_calls": [ChatCompletionDeltaToolCall(index=index, type="function", function=function, **opening)]}


@st.composite
def runs(draw):
    """Chunks as they come: some of one kind in a row, now and then one that stands alone."""
    kinds = {
        "content": lambda text: chunk(content=text),
        "reasoning": lambda text: chunk(reasoning_content=text),
        "both": lambda text: chunk(content=text, reasoning_content=text),
        "role": lambda text: chunk(role="assistant", content=text),
        "first call": lambda text: chunk(**call(0, text)),
        "second call": lambda text: chunk(**call(1, text)),
        "told": lambda text: chunk(content=text, provider_specific_fields={"minimax": {"told": text}}),
        "thought": lambda text: chunk(thinking_blocks=[{"type": "thinking", "thinking": text, "signature": "s"}]),
    }
    made = [chunk(**call(0, "", "ls")), chunk(**call(1, "", "cat"))]
    for kind in draw(st.lists(st.sampled_from(sorted(kinds)), max_size=6)):
        texts = draw(st.lists(TEXT, min_size=1, max_size=3))
        made += [kinds[kind](texts[at % len(texts)]) for at in range(draw(st.integers(1, 40)))]
    return [*made, chunk(usage=7), chunk(finish="tool_calls")]


def kept(chunks):
    short = KeptChunks()
    for each in chunks:
        short.append(each)
    return short


def answer_of(chunks):
    built = litellm.stream_chunk_builder(chunks).model_dump()
    return {name: value for name, value in built.items() if name != "created"}


@given(runs())
def test_litellm_makes_the_same_answer_of_it(chunks):
    before = copy.deepcopy(chunks)
    short = kept(chunks)
    assert answer_of(short) == answer_of(before)
    assert all(mine is theirs for mine, theirs in zip(short[-NEWEST:], chunks[-NEWEST:], strict=True))
    assert [each.model_dump() for each in chunks] == [each.model_dump() for each in before], "a client has these"


@pytest.mark.parametrize("parts", [{"content": "word "}, {"reasoning_content": "hm "}, call(0, '"')], ids=list("crt"))
def test_it_stays_short(parts):
    short = kept([chunk(**parts) for _ in range(5000)])
    assert len(short) <= NEWEST + 4 * (MERGED - 1)


def test_chunks_that_say_more_than_a_text_are_kept_as_they_came():
    said = {"minimax": {"told": 1}}
    for parts in ({"content": "a", "provider_specific_fields": said}, {"content": "a", "reasoning_content": "b"},
                  {"content": "a", "index": 1}, {"content": "a", "finish": "length"}, call(0, "", "ls")):  # fmt: skip
        chunks = [chunk(**parts) for _ in range(3 * MERGED)]
        assert all(mine is theirs for mine, theirs in zip(kept(chunks), chunks, strict=True)), parts


@pytest.mark.parametrize("stream", ["async", "blocking"])
async def test_a_long_stream_is_kept_short_and_whole(stream):
    text = "".join(f"word{number} " for number in range(700))

    async def heard(**call):
        if stream == "blocking":
            wrapper = litellm.completion(**call)
            list(wrapper)
        else:
            wrapper = await litellm.acompletion(**call)
            [_ async for _ in wrapper]
        return wrapper

    with Simulator() as sim:
        call = {"model": "minimax/MiniMax-M2", "messages": [{"role": "user", "content": "Go on."}], "stream": True,
                "api_base": sim.base_url, "api_key": "sk-kept"}  # fmt: skip
        sim.enqueue(Answer(text, "A thought, " * 50, chunk_chars=7, delay=0.0005))
        wrapper = await heard(**call)
        assert isinstance(wrapper.chunks, KeptChunks)
        assert len(wrapper.chunks) < 100
        message = litellm.stream_chunk_builder(wrapper.chunks).choices[0].message
        assert (message.content, message.reasoning_content) == (text, "A thought, " * 50)
