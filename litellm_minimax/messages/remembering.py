"""The reasoning memory for Anthropic-shaped conversations: the same store and the same ids as for chat."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from litellm_minimax import catalog
from litellm_minimax.memory import reasoning_memory
from litellm_minimax.wire.events import Event, Finish
from litellm_minimax.wire.incoming.collector import AnswerCollector
from litellm_minimax.wire.outgoing.unreturned_reasoning import turns_without_reasoning


def scope_of(given: Mapping[str, Any], api_key: str | None, model: str) -> str | None:
    """Return a call's scope in the reasoning memory; ``None`` if it is off or the model does not think."""
    facts = catalog.find(model)
    if not reasoning_memory.is_on() or (facts is not None and not facts.reasons):
        return None
    # On this endpoint `metadata` comes from the client, whatever it says about keys; the proxy's metadata is separate.
    return reasoning_memory.scope_of(str(api_key or "").strip(), {"litellm_metadata": given.get("litellm_metadata")})


async def keep(scope: str | None, events: list[Event]) -> None:
    """Store the thinking of a complete answer under the ids of its calls."""
    if scope is None or not events:
        return
    answer = AnswerCollector()
    answer.add(events)
    answer.add([Finish("stop", None)])
    if answer.calls:
        await reasoning_memory.akeep(scope, answer)


async def with_lost_reasoning(scope: str, messages: Any) -> Any:
    """Return the messages with the thinking restored that a client dropped from the current tool loop."""
    missing = turns_without_reasoning([_as_chat(message) for message in messages])
    recalled = await reasoning_memory.arecall(scope, missing) if missing else {}
    if not recalled:
        return messages
    restored = list(messages)
    for index, thought in recalled.items():
        content = restored[index].get("content")
        blocks = content if isinstance(content, list) else [{"type": "text", "text": str(content or "")}]
        # MiniMax signs its thinking with 64 hex digits and does not verify them; our signature is the hash of the text.
        signature = hashlib.sha256(thought.encode()).hexdigest()
        thinking = {"type": "thinking", "thinking": thought, "signature": signature}
        restored[index] = {**restored[index], "content": [thinking, *blocks]}
    return restored


def _as_chat(message: Any) -> Any:
    """Return a message in the form that the search for lost reasoning reads.

    Calls become chat calls. Results lose the text that agents put next to them, which does not begin a new turn.
    """
    content = message.get("content") if isinstance(message, Mapping) else None
    if not isinstance(content, list):
        return message
    blocks = [block for block in content if isinstance(block, Mapping)]
    results = [block for block in blocks if block.get("type") == "tool_result"]
    if message.get("role") == "user":
        return {**message, "content": results or content}
    calls = [
        {"id": block.get("id"), "function": {"name": block.get("name"), "arguments": block.get("input")}}
        for block in blocks
        if block.get("type") == "tool_use"
    ]
    return {**message, "tool_calls": calls}
