"""What a request's messages say about the conversation: where the turn began, and whether tools have just failed.

A *turn* begins with a message that a person wrote. The rounds of a tool loop belong to the turn that started them,
although each is a separate request.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litellm_minimax.hybrid.agents.message_text import Message, is_instruction, text_of
from litellm_minimax.hybrid.agents.plan_mode import planning
from litellm_minimax.hybrid.agents.results import failed, is_spoken_result
from litellm_minimax.hybrid.agents.side_calls import Kind, is_side_call

__all__ = ["Conversation", "Message", "calls_of", "fingerprint", "instructions_fingerprint", "read", "text_of"]

_REMINDER, _REMINDER_ENDS = "<system-reminder>", "</system-reminder>"
_STALLED_ROUNDS = 3
_JSON = json.JSONEncoder(ensure_ascii=True, default=str)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The shape of a request's messages."""

    turn_start: int
    """Index of the message that began the current turn; -1 without one."""
    user_turns: int
    """How many turns there are, the current one included."""
    length: int
    """How many messages there are."""
    prefix: str
    """A hash of everything through the message that began the turn; the same in each of its tool rounds."""
    opening: str
    """A hash of everything through the person's first message; the same in all requests of a conversation."""
    tool_error: bool
    """Whether one of the newest tool results reports a failure."""
    stalled: bool
    """Whether the last three rounds made the same calls with the same arguments."""
    troubled_rounds: int = 0
    """How many tool rounds in a row, up to now, failed or repeated the round before."""
    side_call: Kind | None = None
    """The kind of side call, if the request is one."""
    planning: bool = False
    """Whether the client's agent is in plan mode."""

    @property
    def in_tool_round(self) -> bool:
        """Whether there are messages after the one that began the turn, so that this request continues it."""
        return self.turn_start + 1 < self.length

    @property
    def offset(self) -> int:
        """The distance from the message that began the turn to the end."""
        return self.length - 1 - self.turn_start


def read(
    messages: Sequence[Message], *, has_tools: bool = True, flags: Mapping[str, bool] | None = None
) -> Conversation:
    """Read the shape of a request's messages.

    Args:
        messages: the request's messages.
        has_tools: whether the request offers tools.
        flags: by tool-call id, whether the client said that the tool failed, for endpoints that pass this separately
            from the messages.
    """
    starts = [index for index in range(len(messages)) if _begins_turn(messages, index)]
    start = starts[-1] if starts else -1
    return Conversation(
        turn_start=start,
        user_turns=len(starts),
        length=len(messages),
        prefix=fingerprint(messages[: start + 1]),
        opening=fingerprint(messages[: (starts[0] if starts else -1) + 1]),
        tool_error=_newest_failed(messages, flags or {}),
        stalled=_stalled(messages, start),
        troubled_rounds=_troubled(messages, start, flags or {}),
        side_call=is_side_call(messages, has_tools=has_tools),
        planning=planning(messages, start, has_tools=has_tools),
    )


def calls_of(message: Message) -> list[tuple[str, str, str]]:
    """Return the tool calls of an assistant message as (id, name, arguments)."""
    found: list[tuple[str, str, str]] = []
    for call in message.get("tool_calls") or ():
        function = _field(call, "function") or {}
        found.append(
            (
                str(_field(call, "id") or ""),
                str(_field(function, "name") or ""),
                str(_field(function, "arguments") or ""),
            )
        )
    return found


def fingerprint(messages: Sequence[Message]) -> str:
    """Return a hash of the messages, for use as a key; cache marks, reasoning and system prompts do not count.

    Clients move their ``cache_control`` marks and refresh dates in system prompts between the rounds of one turn.
    """
    digest = hashlib.sha256()
    for message in messages:
        role = message.get("role")
        if is_instruction(message):
            continue
        content = message.get("content")
        parts = [] if isinstance(content, str) or content is None else [_media(part) for part in content]
        text = text_of(content)
        # The text is hashed directly, with its length in the JSON: encoding it would take several times as long.
        said = [role, len(text), [part for part in parts if part], calls_of(message), message.get("tool_call_id")]
        digest.update(_JSON.encode(said).encode())
        digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def instructions_fingerprint(messages: Sequence[Message]) -> str:
    """Return a hash of the system prompts, so that notes made under one are never given under another.

    Claude Code puts a line with a different checksum into each request's prompt; that line does not count.
    """
    texts = [text_of(message.get("content")) for message in messages if is_instruction(message)]
    lines = (line for text in texts for line in text.splitlines() if not line.startswith("x-anthropic-billing-header"))
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _media(part: object) -> object:
    if not isinstance(part, Mapping) or part.get("type") in {"text", None}:
        return None
    return {key: value for key, value in part.items() if key != "cache_control"}


def _begins_turn(messages: Sequence[Message], index: int) -> bool:
    message = messages[index]
    if message.get("role") != "user":
        return False
    before = messages[index - 1].get("role") if index > 0 else None
    # /v1/messages splits "tool results and a reminder" of a coding agent into tool messages and a user message; the
    # reminder is the agent's, not a person's. And some agents send their tools' results as user messages.
    if before in {"tool", "function"}:
        return not _only_reminders(text_of(message.get("content")))
    return before != "assistant" or not is_spoken_result(message)


def _only_reminders(text: str) -> bool:
    """Whether a text consists of an agent's reminders only."""
    at, end = 0, len(text.rstrip())
    seen = False
    while at < end:
        while text[at].isspace():
            at += 1
        closing = text.find(_REMINDER_ENDS, at) if text.startswith(_REMINDER, at) else -1
        if closing < 0:
            return False
        seen, at = True, closing + len(_REMINDER_ENDS)
    return seen


def _newest_failed(messages: Sequence[Message], flags: Mapping[str, bool]) -> bool:
    newest: list[Message] = []
    at = len(messages) - 1
    while at >= 0 and (message := messages[at]):
        if message.get("role") in {"tool", "function"} or is_spoken_result(message):
            newest.append(message)
        elif newest or message.get("role") != "user" or not _only_reminders(text_of(message.get("content"))):
            break
        at -= 1
    made = {identity: (name, arguments) for identity, name, arguments in (calls_of(messages[at]) if at >= 0 else ())}
    identities = [str(message.get("tool_call_id") or "") for message in newest]
    return any(
        failed(message, made.get(identity), flagged=flags.get(identity))
        for message, identity in zip(newest, identities, strict=True)
    )


def _stalled(messages: Sequence[Message], start: int) -> bool:
    made: list[list[tuple[str, str]]] = []
    for at in range(len(messages) - 1, start, -1):
        if messages[at].get("tool_calls"):
            made.append([call[1:] for call in calls_of(messages[at])])
            if len(made) == _STALLED_ROUNDS:
                return bool(made[0]) and made[0] == made[1] == made[2]
    return False


def _troubled(messages: Sequence[Message], start: int, flags: Mapping[str, bool]) -> int:
    """Return how many of the newest rounds in a row failed or repeated the round before them."""
    count, end = 0, len(messages)
    made: list[tuple[str, str]] | None = None
    in_trouble = True
    for at in range(len(messages) - 1, start, -1):
        if not messages[at].get("tool_calls"):
            continue
        before, made = made, [call[1:] for call in calls_of(messages[at])]
        # Going backwards, this is where it is known whether the later round repeated this one.
        if not in_trouble and before != made:
            return count - 1
        in_trouble = _newest_failed(messages[at:end], flags)
        count, end = count + 1, at
    return count if in_trouble else max(count - 1, 0)


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
