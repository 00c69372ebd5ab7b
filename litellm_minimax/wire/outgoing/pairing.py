"""Pairs tool calls with their results.

MiniMax wants every result directly after the assistant turn that made the call, every call answered, and no
result for a call it does not have (2013, ``tool result's tool id(…) not found``, ``tool call result does not follow
tool call``). Agents that compact, interrupt or re-order their history break all three.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from litellm_minimax.wire.notes import Notes
from litellm_minimax.wire.outgoing.content import Content, Part, settled

NO_OUTPUT = "(The tool returned no output.)"
NO_RESULT = "(No result was recorded for this call.)"
MEDIA_FOLLOWS = "(The result is shown in the next message.)"


@dataclass(slots=True)
class Result:
    """The result of a tool call.

    Attributes:
    call_id: the id of its call as the client sent it; empty if the client sent none.
    name: the tool's name, if the client sent it.
    parts: text and media.
    original: the content as the client sent it; it decides between a string and a list of parts.
    mark: ``{"cache_control": …}`` or empty.
    where: the path of the message.
    turn: the number of the assistant turn before it, ``-1`` if there is none.
    placed: whether its call was found.
    """

    call_id: str
    name: str
    parts: list[Part]
    original: object
    mark: dict[str, object]
    where: str
    turn: int = -1
    placed: bool = False


@dataclass(slots=True)
class Call:
    """A tool call of an assistant turn, with its result."""

    id: str
    sent_id: str
    name: str
    arguments: str
    result: Result | None = None
    turn: int = -1

    def as_sent(self) -> dict[str, object]:
        """Return the entry of ``tool_calls``."""
        return {
            "id": self.sent_id,
            "type": "function",
            "function": {"name": self.name, "arguments": self.arguments},
        }


@dataclass(slots=True)
class Ledger:
    """Calls waiting for results, and results waiting for calls. Each step has a constant cost."""

    notes: Notes
    _turns: list[list[Call]] = field(default_factory=list)
    _unanswered: dict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    _answers: dict[str, Result] = field(default_factory=dict)
    _waiting: list[Result] = field(default_factory=list)
    _by_name: dict[tuple[int, str], Iterator[Call]] = field(default_factory=dict)

    def made(self, calls: list[Call]) -> None:
        """Add the calls of an assistant turn."""
        self._turns.append(calls)
        for call in reversed(calls):
            call.turn = len(self._turns) - 1
            self._unanswered[call.id].append(call)

    def received(self, result: Result, *, adjacent: bool) -> bool:
        """Add a result; ``adjacent`` if only other results stand between it and the last turn's calls.

        Returns:
            False if its call is not known yet; ``settle`` looks for it again.
        """
        result.turn = len(self._turns) - 1
        if result.call_id and (call := self._next_unanswered(result.call_id)):
            self._answer(call, result, moved=not (adjacent and call.turn == result.turn))
            return True
        if result.call_id in self._answers:
            self._add(self._answers[result.call_id], result)
            return True
        self._waiting.append(result)
        return False

    def settle(self) -> None:
        """Find the calls of results that came early or without an id; ``placed`` stays false for the others."""
        for result in self._waiting:
            call = self._next_unanswered(result.call_id) if result.call_id else self._unanswered_by_name(result)
            if call is not None:
                self._answer(call, result, moved=bool(result.call_id))
            elif result.call_id in self._answers:
                self._add(self._answers[result.call_id], result)

    def _next_unanswered(self, call_id: str) -> Call | None:
        calls = self._unanswered.get(call_id)
        return calls.pop() if calls else None

    def _unanswered_by_name(self, result: Result) -> Call | None:
        """Return the first open call of the turn before, by name if the result has one; each call is skipped once."""
        if result.turn < 0:
            return None
        key = result.turn, result.name
        if key not in self._by_name:
            calls = self._turns[result.turn]
            self._by_name[key] = iter([call for call in calls if result.name in ("", call.name)])
        return next((call for call in self._by_name[key] if call.result is None), None)

    def _answer(self, call: Call, result: Result, *, moved: bool) -> None:
        call.result = result
        result.placed = True
        if call.id:
            self._answers[call.id] = result
        if moved:
            self.notes.add("the tool result was moved directly after its call.", result.where)

    def _add(self, first: Result, result: Result) -> None:
        result.placed = True
        if first.parts == result.parts:
            self.notes.add("a repeated tool result was left out.", result.where)
            return
        first.parts.extend(result.parts)
        first.original = None
        self.notes.add("a second result of one tool call was added to the first.", result.where)


def unique_ids(calls: list[Call], message_index: int, notes: Notes) -> None:
    """Give every call of one turn a unique id, changing only ids that repeat or are missing."""
    used: set[str] = set()
    for number, call in enumerate(calls, 1):
        call.sent_id = call.id or f"call_function_{message_index}_{number}"
        stem, copy = call.sent_id, 1
        while call.sent_id in used:
            copy += 1
            call.sent_id = f"{stem}_{copy}"
        used.add(call.sent_id)
        if call.sent_id != call.id:
            notes.add("a tool call with a missing or repeated id was given a new one.", f"messages[{message_index}]")


def result_messages(calls: list[Call], notes: Notes, where: str) -> list[dict[str, object]]:
    """Return the messages that follow an assistant turn: a result per call, then media, which results can't carry."""
    messages: list[dict[str, object]] = []
    media: list[Part] = []
    for call in calls:
        result = call.result
        if result is None:
            notes.add("a tool call without a result was given a placeholder.", where)
        messages.append(_tool_message(call, result, notes))
        shown = [part for part in result.parts if part["type"] != "text"] if result else []
        if shown:
            media += [{"type": "text", "text": f"Returned by the tool call {call.sent_id}:"}, *shown]
    if media:
        notes.add("media in tool results were moved to a user message after them.", where)
        messages.append({"role": "user", "content": media})
    return messages


def orphan_message(result: Result, notes: Notes) -> dict[str, object]:
    """Return a result whose call is gone (a compacted history) as a user message; MiniMax refuses it otherwise."""
    notes.add("a tool result whose call is missing became a user message.", result.where)
    name = f" of the tool {result.name}" if result.name else ""
    call_id = f" (id {result.call_id})" if result.call_id else ""
    heading = f"Result{name}{call_id}, whose call is no longer part of this conversation:"
    parts = result.parts or [{"type": "text", "text": NO_OUTPUT}]
    if len(parts) == 1 and isinstance(result.original, str | None):
        return {"role": "user", "content": f"{heading}\n{parts[0]['text']}", **result.mark}
    return {"role": "user", "content": [{"type": "text", "text": heading}, *parts], **result.mark}


def _tool_message(call: Call, result: Result | None, notes: Notes) -> dict[str, object]:
    content: Content = NO_RESULT
    if result is not None:
        texts = [part for part in result.parts if part["type"] == "text"]
        blank = MEDIA_FOLLOWS if result.parts else NO_OUTPUT
        content = settled(texts, result.original) if texts else blank
        if not result.parts:
            notes.add("a blank tool result was given a placeholder.", result.where)
    return {"role": "tool", "tool_call_id": call.sent_id, "content": content, **(result.mark if result else {})}
