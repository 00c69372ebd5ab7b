"""Turns a conversation into one that MiniMax accepts, without losing anything that the client sent.

Each rule avoids a known cause of a 2013: there is one system message, at the start; assistant turns with tool calls
have no blank content; arguments are JSON text; every call is followed directly by its result, and no result stands
alone. Reasoning goes back with the turn it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.notes import Notes
from litellm_minimax.wire.outgoing.arguments import arguments_text
from litellm_minimax.wire.outgoing.calls import call_entries, call_fields, identifier
from litellm_minimax.wire.outgoing.content import (
    Content,
    Part,
    cache_control_of,
    parts_of,
    plain_text,
    result_parts_of,
    settled,
    text_parts_of,
)
from litellm_minimax.wire.outgoing.dialect import Dialect
from litellm_minimax.wire.outgoing.pairing import (
    Call,
    Ledger,
    Result,
    orphan_message,
    result_messages,
    unique_ids,
)
from litellm_minimax.wire.outgoing.reasoning import Thought, kept_thought, split_head
from litellm_minimax.wire.outgoing.system import folded

EMPTY_MESSAGE = "(empty message)"
_SYSTEM_ROLES = frozenset({"system", "developer"})
_RESULT_ROLES = frozenset({"tool", "function"})
_PLAIN_KEYS = frozenset({"role", "content"})


@dataclass(slots=True)
class _AssistantTurn:
    message: dict[str, object]
    calls: list[Call]
    where: str


@dataclass(slots=True)
class _Builder:
    """Walks once over the messages, then puts the turns in order, when every result has found its call."""

    dialect: Dialect
    recalled: Mapping[int, str]
    notes: Notes
    ledger: Ledger = field(init=False)
    system: list[Part] = field(default_factory=list)
    turns: list[_AssistantTurn | Result | dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.notes)

    def add(self, message: object, index: int) -> None:
        if self._add_as_it_is(message, index):
            return
        where = f"messages[{index}]"
        if not isinstance(message, Mapping):
            raise InvalidRequest(where, "a message must be an object with a role.")
        role = message.get("role")
        if not isinstance(role, str) or role not in self.dialect.roles:
            raise InvalidRequest(where, f"{self.dialect.model} knows no role {role!r}.",
                                 "Use system, user, assistant or tool.")  # fmt: skip
        if role in _SYSTEM_ROLES:
            self._add_system(message, where)
        elif role in _RESULT_ROLES:
            self._add_result(message, where)
        elif role == "assistant":
            self._add_assistant(message, index)
        else:
            self._add_user(message, role, where)

    def _add_as_it_is(self, message: object, index: int) -> bool:
        """Take a turn that is only text, as most are; looking for more in it would be most of the work of the walk."""
        if not isinstance(message, dict) or message.keys() != _PLAIN_KEYS or index in self.recalled:
            return False
        role, content = message["role"], message["content"]
        if not isinstance(content, str) or not content or content[0] == "<" or content[0].isspace():
            return False  # it may be blank, or begin with a thought
        match role:
            case "user":
                self.turns.append({"role": role, "content": content})
            case "assistant":
                self.turns.append(_AssistantTurn({"role": role, "content": content}, [], ""))
            case _:
                return False
        return True

    def _add_system(self, message: Mapping[str, object], where: str) -> None:
        parts = text_parts_of(message.get("content"), f"{where}.content", self.dialect, "system")
        if parts:
            parts[-1] |= cache_control_of(message, self.dialect)
        if parts and (self.system or self.turns):
            self.notes.add("a later system message was folded into the first.", where)
        self.system += parts

    def _add_user(self, message: Mapping[str, object], role: str, where: str) -> None:
        content = message.get("content")
        parts = parts_of(content, f"{where}.content", self.dialect)
        if not parts:
            self.notes.add("a blank message was given a placeholder.", where)
        sent = settled(parts, content) if parts else EMPTY_MESSAGE
        mark = cache_control_of(message, self.dialect)
        self.turns.append({"role": role, **self._name(message), "content": sent, **mark})

    def _add_result(self, message: Mapping[str, object], where: str) -> None:
        content = message.get("content")
        result = Result(
            call_id=identifier(message.get("tool_call_id")),
            name=identifier(message.get("name")),
            parts=result_parts_of(content, f"{where}.content", self.dialect),
            original=content,
            mark=cache_control_of(message, self.dialect),
            where=where,
        )
        adjacent = bool(self.turns) and isinstance(self.turns[-1], _AssistantTurn)
        if not self.ledger.received(result, adjacent=adjacent):
            self.turns.append(result)

    def _add_assistant(self, message: Mapping[str, object], index: int) -> None:
        where = f"messages[{index}]"
        calls = self._calls(message, index)
        parts = text_parts_of(_spoken(message), f"{where}.content", self.dialect, "assistant")
        thought = self._thought(message, index, parts)
        content = _assistant_content(parts)
        sent: dict[str, object] = {"role": "assistant", **self._name(message)}
        if content:
            sent["content"] = content
        elif not calls and thought is None:
            self.notes.add("an assistant message that says nothing was left out.", where)
            return
        elif thought is not None and not calls:
            # Cut off while thinking: MiniMax itself writes this as a closed block without text.
            sent["content"] = f"<think>\n{thought.text.strip()}\n</think>\n"
            thought = None
        if calls:
            sent["tool_calls"] = [call.as_sent() for call in calls]
            self.ledger.made(calls)
        sent |= self._thought_fields(thought) | cache_control_of(message, self.dialect)
        self.turns.append(_AssistantTurn(sent, calls, where))

    def _calls(self, message: Mapping[str, object], index: int) -> list[Call]:
        calls = []
        for path, entry in call_entries(message, f"messages[{index}]"):
            call_id, name, given = call_fields(entry, path)
            arguments, repaired = arguments_text(given, f"{path}.arguments")
            if repaired:
                self.notes.add("arguments that were not a JSON object were repaired.", path)
            calls.append(Call(call_id, call_id, name, arguments))
        unique_ids(calls, index, self.notes)
        return calls

    def _thought(self, message: Mapping[str, object], index: int, parts: list[Part]) -> Thought | None:
        """Return the turn's reasoning; a copy of it at the start of the text is removed from ``parts``."""
        thought = kept_thought(message)
        if parts and self.dialect.reasons:
            head, rest = split_head(str(parts[0]["text"]))
            if head is not None and (thought is None or head == thought.text.strip() or not head):
                thought = thought or (Thought((head,)) if head else None)
                parts[0] = {**parts[0], "text": rest}
        if thought is None and (memory := self.recalled.get(index, "")).strip():
            thought = Thought((memory,))
        if thought is not None and not self.dialect.reasons:
            sentence = f"reasoning is not sent to {self.dialect.model}, which does not reason."
            self.notes.add(sentence, f"messages[{index}]")
            return None
        return thought

    def _thought_fields(self, thought: Thought | None) -> dict[str, object]:
        if thought is None:
            return {}
        if not self.dialect.minimax_host:  # what the chat templates of vLLM, SGLang and llama.cpp read
            return {"reasoning_content": thought.text}
        if self.dialect.reads_reasoning_content:
            return {"reasoning_content": thought.text, "reasoning_details": thought.reasoning_details()}
        return {"reasoning_details": thought.reasoning_details()}

    def _name(self, message: Mapping[str, object]) -> dict[str, object]:
        name = message.get("name")
        return {"name": name} if isinstance(name, str) and name and self.dialect.names_speakers else {}

    def built(self, instructions: Sequence[str]) -> list[dict[str, object]]:
        self.ledger.settle()
        if not self.turns:
            # A conversation of system messages alone is refused (2013, ``invalid chat setting``).
            self.notes.add("the system message was sent as the user's: there was no other.")
            self.turns.append({"role": "user", "content": folded(self.system, ())})
            self.system = []
        messages: list[dict[str, object]] = []
        if system := folded(self.system, instructions):
            messages.append({"role": "system", "content": system})
        for turn in self.turns:
            match turn:
                case _AssistantTurn():
                    messages.append(turn.message)
                    messages += result_messages(turn.calls, self.notes, turn.where)
                case Result():
                    if not turn.placed:
                        messages.append(orphan_message(turn, self.notes))
                case _:
                    messages.append(turn)
        return messages


def build_messages(
    messages: Sequence[Mapping[str, object]],
    dialect: Dialect,
    *,
    recalled: Mapping[int, str],
    instructions: Sequence[str],
    notes: Notes,
) -> list[dict[str, object]]:
    """Build the messages of the body.

    Args:
        messages: OpenAI-shaped messages; not changed.
        dialect: the receiver.
        recalled: reasoning from the plugin's memory, by message index; used if the client sent none.
        instructions: sentences to append to the system message, each only once.
        notes: collects what was repaired.

    Raises:
        InvalidRequest: a message can't be sent without losing or inventing content.
    """
    builder = _Builder(dialect, recalled, notes)
    for index, message in enumerate(messages):
        builder.add(message, index)
    if not builder.turns and not builder.system:
        raise InvalidRequest("messages", "there is no message to send.", "Send at least one user message.")
    return builder.built(instructions)


def _assistant_content(parts: list[Part]) -> Content:
    parts = [part for part in parts if str(part["text"]).strip()]
    if any("cache_control" in part for part in parts):
        return parts
    return "".join(str(part["text"]) for part in parts)


def _spoken(message: Mapping[str, object]) -> object:
    content = message.get("content")
    refusal = message.get("refusal")
    if isinstance(refusal, str) and not plain_text(content).strip():
        return refusal
    return content
