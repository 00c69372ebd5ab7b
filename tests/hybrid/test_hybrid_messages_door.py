"""A hybrid's stream on LiteLLM's ``/v1/messages``: whose thinking is in which block, and no block without content."""

import json

import pytest
from litellm.anthropic_interface import messages

from tests.hybrid.test_hybrid_handler import ANSWERS, ASK, Members, piece, told, use  # noqa: F401 - a fixture
from tests.litellm_release import OLD, needs_a_later_litellm

MODEL = "hybrid/[minimax:MiniMax-M2,anthropic/claude-sonnet-4-5]"
TOOLS = [{"name": "ls", "input_schema": {"type": "object", "properties": {}}}]
CALLS = [
    piece(tool_calls=[{"index": 0, "id": "c1", "type": "function", "function": {"name": "ls", "arguments": ""}}]),
    piece(tool_calls=[{"index": 0, "function": {"arguments": "{}"}}]),
    piece(finish="tool_calls"),
    told(10, 5),
]


def signed(text, numbered, signature=None):
    block = {"type": "thinking", "thinking": text, **({"signature": signature} if signature else {})}
    return piece(thinking_blocks=[{**block, **numbered}], reasoning_content=text or None)


async def blocks_of(**kwargs):
    """The content blocks as a client puts them together: (kind, text or arguments, signature)."""
    answer = await messages.acreate(model=MODEL, messages=ASK, max_tokens=99, stream=True, tools=TOOLS, **kwargs)
    events = []
    async for event in answer:
        lines = event.decode().splitlines() if isinstance(event, bytes) else []
        events += [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    built = {}
    for event in events:
        if event["type"] == "content_block_start":
            block = event["content_block"]
            built[event["index"]] = [block["type"], block.get("text") or block.get("thinking") or "", ""]
        elif event["type"] == "content_block_delta":
            delta, block = event["delta"], built[event["index"]]
            block[1] += delta.get("text") or delta.get("thinking") or delta.get("partial_json") or ""
            block[2] += delta.get("signature") or ""
    blocks = [tuple(block) for block in built.values()]
    # An older LiteLLM begins every stream with a block of text.
    return blocks[1:] if OLD and blocks[0] == ("text", "", "") else blocks


@needs_a_later_litellm
@pytest.mark.parametrize("numbered", [{"index": 0}, {}], ids=["numbered", "not numbered"])
async def test_the_executors_signed_thought_stands_in_a_block_of_its_own(use, numbered):  # noqa: F811
    thinks = [signed("I ", numbered), signed("think.", numbered), signed("", numbered, "sig==")]
    use(Members(executor=[piece(role="assistant", content=""), *thinks, piece(content="Hi"), *CALLS]))
    reasoners, own, *rest = await blocks_of()
    assert reasoners[0] == "thinking"
    assert reasoners[1].startswith("Look at the lexer.")
    assert reasoners[2] == "", "a signature is for its own thought only"
    assert own == ("thinking", "I think.", "sig==")
    assert rest == [("text", "Hi", ""), ("tool_use", "{}", "")]


async def test_no_empty_block_follows_a_tool_call(use):  # noqa: F811
    members = Members(
        reasoner=[25, piece(reasoning_content="Hm"), 25, piece(reasoning_content="."), piece(content="x")]
    )
    members.scripts["executor"] = [piece(role="assistant", content=""), *CALLS]
    use(members, keep_alive=10.0)
    assert await blocks_of() == [("thinking", "Hm.", ""), ("tool_use", "{}", "")]
    members.scripts |= {"reasoner": [piece(finish="stop")], "executor": ANSWERS}
    assert await blocks_of() == [("text", "Done.", "")]
