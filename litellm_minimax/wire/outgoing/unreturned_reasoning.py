"""Finds turns that came back without their reasoning, and the key under which the plugin may remember it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litellm_minimax.wire.outgoing.arguments import canonical_arguments
from litellm_minimax.wire.outgoing.calls import readable_calls
from litellm_minimax.wire.outgoing.content import plain_text
from litellm_minimax.wire.outgoing.reasoning import kept_thought, split_head


@dataclass(frozen=True, slots=True)
class MissingReasoning:
    """An assistant turn of the current tool loop whose reasoning the client did not send back.

    Attributes:
        index: its place in ``messages``.
        call_ids: the ids of its tool calls.
        message_hash: ``message_hash`` of the turn, for turns without tool calls.
    """

    index: int
    call_ids: tuple[str, ...]
    message_hash: str


def turns_without_reasoning(messages: Sequence[Mapping[str, object]]) -> list[MissingReasoning]:
    """Return the turns after the last user message that carry no reasoning in any form; never raises.

    Only these matter: the model's template drops reasoning from before the last user message.
    """
    missing: list[MissingReasoning] = []
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if not isinstance(message, Mapping):
            continue
        if message.get("role") == "user" and not _only_tool_results(message.get("content")):
            break
        if message.get("role") == "assistant" and not _carries_reasoning(message):
            calls = readable_calls(message)
            said = message_hash(plain_text(message.get("content")), [call[1:] for call in calls])
            missing.append(MissingReasoning(index, tuple(call[0] for call in calls if call[0]), said))
    return missing[::-1]


def message_hash(content: str | None, calls: Sequence[tuple[str, str]]) -> str:
    """Return a stable hash of a whole assistant turn: its text and its calls as ``(name, arguments)``.

    The hash is the same for what MiniMax sent and for what a client sends back: white space around the text and the
    spelling of the JSON do not count.
    """
    spoken = [(content or "").strip(), [[name, canonical_arguments(arguments)] for name, arguments in calls]]
    return hashlib.sha256(json.dumps(spoken).encode()).hexdigest()


def _carries_reasoning(message: Mapping[str, object]) -> bool:
    return kept_thought(message) is not None or bool(split_head(plain_text(message.get("content")))[0])


def _only_tool_results(content: object) -> bool:
    return (
        isinstance(content, Sequence)
        and not isinstance(content, str)
        and bool(content)
        and all(isinstance(part, Mapping) and part.get("type") == "tool_result" for part in content)
    )
