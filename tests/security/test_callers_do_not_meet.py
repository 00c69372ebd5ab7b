"""What one caller's model thought is never shown to another caller, whatever the other claims to be."""

import pytest

from litellm_minimax.hybrid import handler
from litellm_minimax.memory import reasoning_memory
from litellm_minimax.simulator import Answer, ToolCall
from tests.security.conftest import HELLO

TOOL = {
    "type": "function",
    "function": {"name": "ls", "parameters": {"type": "object", "properties": {"path": {"type": "string"}}}},
}
SECRET = "Alice's product will be called Zebra."
CLAIMS = [
    {"user_api_key": "hash-of-alice", "user_api_key_hash": "hash-of-alice"},
    {"user_api_key_auth": {"api_key": "hash-of-alice"}},
    {"user_id": "alice"},
]


def turn_of(call_id):
    call = {"id": call_id, "type": "function", "function": {"name": "ls", "arguments": '{"path":"."}'}}
    return [
        *HELLO,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call_id, "content": "a.py"},
    ]


def anthropic_turn_of(call_id):
    return [
        *HELLO,
        {"role": "assistant", "content": [{"type": "tool_use", "id": call_id, "name": "ls", "input": {"path": "."}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call_id, "content": "a.py"}]},
    ]


@pytest.mark.proxy
def test_a_callers_reasoning_stays_with_it(world):
    world.upstream.enqueue(Answer("", SECRET, [ToolCall("ls", {"path": "."}, id="call_zebra")]))
    world.post({"model": "m2", "messages": HELLO, "tools": [TOOL]}, key="sk-test-alice")
    for key, claims in [("sk-test-bob", {}), *(("sk-test-bob", claim) for claim in CLAIMS)]:
        for name in ("metadata", "litellm_metadata"):
            chat = {"model": "m2", "messages": turn_of("call_zebra"), "tools": [TOOL], name: claims}
            world.post(chat, key=key)
            messages = {"model": "m2", "messages": anthropic_turn_of("call_zebra"), "max_tokens": 300, name: claims}
            world.post(messages, "/v1/messages", key=key)
    assert len(world.upstream.requests) >= 1 + 2 * len(CLAIMS)
    assert not [request for request in world.upstream.requests[1:] if b"Zebra" in request.raw]
    world.post({"model": "m2", "messages": turn_of("call_zebra"), "tools": [TOOL]}, key="sk-test-alice")
    assert b"Zebra" in world.upstream.last.raw, "her own it is given back to"


@pytest.mark.proxy
def test_a_callers_notes_of_a_hybrid_stay_with_it(world):
    world.upstream.on("MiniMax-M2", Answer("Done.", SECRET))
    world.upstream.on("MiniMax-M2.1", Answer("The code."))
    pair = {"model": "hybrid:[m2,m21]", "tools": [TOOL]}
    world.post({**pair, "messages": HELLO}, key="sk-test-alice")
    body = {**pair, "messages": turn_of("call_zoo")}
    world.post(body, key="sk-test-alice")
    assert b"Zebra" in world.upstream.last.raw, "her own tool round has them"
    told = len(world.upstream.requests)
    for claim in ({}, *CLAIMS):
        for name in ("metadata", "litellm_metadata"):
            world.post({**body, name: claim}, key="sk-test-bob")
    later = world.upstream.requests[told:]
    assert later
    assert not [request for request in later if b"Zebra" in request.raw]


class Auth:
    """Stands for LiteLLM's own object."""

    def __init__(self, key):
        self.api_key = key


def test_only_the_proxys_own_object_says_who_calls():
    bob = {"user_api_key_auth": Auth("bob")}
    lie = {"user_api_key_hash": "alice", "user_api_key": "alice", "user_api_key_auth": {"api_key": "alice"}}
    scope = reasoning_memory.scope_of("sk", {"litellm_metadata": bob})
    assert scope == reasoning_memory.scope_of("sk", {"metadata": lie, "litellm_metadata": bob})
    assert scope == reasoning_memory.scope_of("sk", {"metadata": {**lie, **bob}})
    assert scope != reasoning_memory.scope_of("sk", {"metadata": {"user_api_key_auth": Auth("alice")}})
    alices = reasoning_memory.scope_of("sk", {"litellm_metadata": {"user_api_key_hash": "alice"}})
    assert alices != reasoning_memory.scope_of(
        "sk", {"metadata": lie, "litellm_metadata": {"user_api_key_hash": "bob"}}
    )
    assert handler._caller({**lie, **bob}) != handler._caller({**lie, "user_api_key_auth": Auth("alice")})
