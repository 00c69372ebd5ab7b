"""An executor that is no MiniMax model and writes its thought in tags in front of its answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litellm_minimax.hybrid.thinking.leading_thought import LeadingThought
from tests.hybrid.test_hybrid_handler import SEPARATOR, Members, ask, piece, stream, told, use  # noqa: F401

THOUGHT, ANSWER = "I see <b>.", "Done, <think> is a tag."


def read(parts, **last):
    reader = LeadingThought()
    chunks = [reader.take(chunk) for chunk in [*(piece(content=part) for part in parts), piece(**last)]]
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    thought = "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas)
    return thought, "".join(delta.content or "" for delta in deltas)


CASES = {
    f"<think>{THOUGHT}</think>\n\n{ANSWER}": (THOUGHT, ANSWER),
    f"\n <thinking>{THOUGHT}</thinking>{ANSWER}": (THOUGHT, ANSWER),
    f"<think>{THOUGHT}": (THOUGHT, ""),
    f"<think>{THOUGHT}</thi": (THOUGHT + "</thi", ""),
    "<thinker>no tag</thinker>": ("", "<thinker>no tag</thinker>"),
    ANSWER: ("", ANSWER),
    "  <b>blanks</b>": ("", "  <b>blanks</b>"),
    " " * 3000 + "<think>far": ("", " " * 3000 + "<think>far"),
    "<thi": ("", "<thi"),
}


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(list(CASES)), st.lists(st.integers(1, 9), max_size=60))
def test_the_thought_is_told_apart_however_the_network_cuts_it(text, cuts):
    parts, rest = [], text
    for cut in cuts:
        parts.append(rest[:cut])
        rest = rest[cut:]
    assert read([*parts, rest], finish="stop") == CASES[text]


def test_a_call_and_native_thinking_end_the_waiting():
    call = [{"index": 0, "id": "c", "type": "function", "function": {"name": "ls", "arguments": "{}"}}]
    assert read(["<thi"], tool_calls=call) == ("", "<thi")
    reader = LeadingThought()
    native = piece(reasoning_content="native")
    assert reader.take(native) is native
    assert reader.take(piece(content="<think>kept")).choices[0].delta.content == "<think>kept"


@pytest.mark.parametrize("mode", ["notes", "advisor"])
async def test_the_client_gets_it_as_reasoning_in_every_mode(use, mode):  # noqa: F811
    parts = [piece(content=part) for part in ("<th", "ink>Mine", "</think>", "\n\nDone.")]
    use(Members(executor=[*parts, piece(finish="stop"), told(9, 9)]))
    thought = "Mine" if mode == "advisor" else f"Look at the lexer.{SEPARATOR}Mine"
    answer, _ = await ask(hybrid={"mode": mode})
    message = answer.choices[0].message
    assert (message.content, message.reasoning_content) == ("Done.", thought)
    deltas = [chunk.choices[0].delta for chunk in await stream(hybrid={"mode": mode}) if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == "Done."
