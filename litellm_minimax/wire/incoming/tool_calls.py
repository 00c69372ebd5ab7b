"""Reads the several ways in which servers stream tool calls, and produces OpenAI's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from litellm_minimax.wire.call_ids import call_id
from litellm_minimax.wire.events import Event, ToolCallArguments, ToolCallStart
from litellm_minimax.wire.faults import ProtocolFault
from litellm_minimax.wire.incoming.call_arguments import CallArguments

MOST_CALLS = 1024
"""Most calls in one answer. No caller could use more, and LiteLLM makes several objects of each."""


@dataclass(slots=True)
class _Call:
    ordinal: int
    id: str = ""
    name: str = ""
    started: bool = False
    fragments: list[str] = field(default_factory=list)
    """The arguments as they came, to detect repetitions."""
    length: int = 0
    named: bool = False
    """Whether the server gave the call its id."""
    empty: bool = False
    """Whether an empty object was sent."""
    snapshots: bool = False
    arguments: CallArguments = field(default_factory=CallArguments)
    waiting: list[str] = field(default_factory=list)
    """Arguments that came before the name."""


class ToolCallReader:
    """Puts the deltas of tool calls in order: indexes from 0, one start per call, arguments as they come.

    It handles all that has been seen: an index that begins at 1, that is missing, or that all parallel calls share; an
    id and a name that come only once, are repeated, or are null; arguments that come whole, in fragments, as an object,
    as growing snapshots, or again at the end.

    Attributes:
    told: whether a call came as a structured call, and not as markup in the text.
    torn: whether a call's arguments ended inside a value.
    """

    def __init__(self, *, one_call: bool = False) -> None:
        self.told = self.torn = False
        self._one_call = one_call
        self._seed = ""
        self._calls: list[_Call] = []
        self._by_id: dict[str, _Call] = {}
        self._by_index: dict[int, _Call] = {}
        self._of_markup: dict[int, int] = {}

    @property
    def notes(self) -> dict[str, list[int] | list[str]]:
        """Return notes about the calls, as provider fields.

        ``mended_arguments`` and ``unreadable_arguments`` list, by index, the calls whose arguments were not JSON, once
        all calls are closed. ``dropped_calls`` names the calls that are not reported because only one was wanted.
        """
        told = [call for call in self._calls if not self._drops(call)]
        notes: dict[str, list[int] | list[str]] = {
            "mended_arguments": [call.ordinal for call in told if call.arguments.verdict == "mended"],
            "unreadable_arguments": [call.ordinal for call in told if call.arguments.verdict == "unreadable"],
            "dropped_calls": [call.name for call in self._calls[len(told) :]],
        }
        return {name: calls for name, calls in notes.items() if calls}

    @property
    def any(self) -> bool:
        """Whether there was a call."""
        return bool(self._calls)

    def seed(self, answer_id: str) -> None:
        """Set the text from which ids are made for calls without one."""
        self._seed = answer_id

    def take(self, delta: Mapping[str, Any]) -> list[Event]:
        """Return the events of one entry of a ``tool_calls`` list."""
        self.told = True
        function = delta.get("function")
        function = function if isinstance(function, dict) else {}
        name = function.get("name")
        name = name if isinstance(name, str) else ""
        arguments = _arguments_text(function.get("arguments"))
        call = self._call_of(delta, name, arguments)
        if not call.started:
            call.name = call.name or name
        if arguments == "{}" and not call.length:
            # Some servers open a call with it, then send the real arguments. If they don't, it is reported at the end.
            call.empty, arguments = True, ""
        if arguments and call.length and len(arguments) >= call.length:
            arguments = _new_arguments(call, arguments)
        if arguments:
            call.fragments.append(arguments)
            call.length += len(arguments)
        return self._more(call, call.arguments.take(arguments))

    def _more(self, call: _Call, arguments: str) -> list[Event]:
        if self._drops(call):
            return []
        if call.started:
            return [ToolCallArguments(call.ordinal, arguments)] if arguments else []
        call.waiting.append(arguments)
        return self._start(call) if call.name else []

    def from_markup(self, event: ToolCallStart | ToolCallArguments) -> list[Event]:
        """Number a call found in the text's markup with the next free index; ignore one that was never begun here."""
        if isinstance(event, ToolCallStart):
            call = self._new(event.id)
            call.name, call.started = event.name, True
            self._of_markup[event.index] = call.ordinal
            return [] if self._drops(call) else [ToolCallStart(call.ordinal, call.id, call.name)]
        ordinal = self._of_markup.get(event.index)
        if ordinal is None or self._drops(self._calls[ordinal]):
            return []
        return [ToolCallArguments(ordinal, event.fragment)]

    def _drops(self, call: _Call) -> bool:
        return self._one_call and call.ordinal > 0

    def close(self) -> list[Event]:
        """Complete all arguments, and report calls whose name never came, too."""
        events: list[Event] = []
        markup = set(self._of_markup.values())
        for call in self._calls:
            if call.ordinal in markup or self._drops(call):
                continue
            events += [] if call.started else self._start(call)
            events += self._more(call, call.arguments.close())
            self.torn = self.torn or call.arguments.torn
        return events

    def held_back(self) -> list[Event]:
        """Return what was held back, because the answer breaks off here."""
        return [event for call in self._calls if call.started for event in self._more(call, call.arguments.held())]

    def _call_of(self, delta: Mapping[str, Any], name: str, arguments: str) -> _Call:
        given = delta.get("id")
        given = given if isinstance(given, str) else ""
        index = delta.get("index")
        at_index = self._by_index.get(index) if isinstance(index, int) else None
        if given:
            call = self._by_id.get(given)
            if call is None:
                # An id that comes late belongs to this call, which keeps the id that the client already knows.
                call = at_index if at_index is not None and not at_index.named else self._new(given)
                call.id, call.named = call.id or given, True
                self._by_id[given] = call
        elif isinstance(index, int):
            call = at_index if at_index and not _begins_another(at_index, name, arguments) else self._new("")
        elif self._calls and not (name and arguments and (self._calls[-1].length or self._calls[-1].empty)):
            call = self._calls[-1]
        else:
            call = self._new("")
        if isinstance(index, int):
            self._by_index[index] = call
        return call

    def _new(self, given: str) -> _Call:
        if len(self._calls) >= MOST_CALLS:
            raise ProtocolFault(f"The answer makes more than {MOST_CALLS} tool calls.")
        call = _Call(len(self._calls), given)
        self._calls.append(call)
        if given:
            self._by_id[given] = call
        return call

    def _start(self, call: _Call) -> list[Event]:
        call.started = True
        call.id = call.id or call_id(self._seed, call.ordinal + 1)
        events: list[Event] = [ToolCallStart(call.ordinal, call.id, call.name)]
        arguments = "".join(call.waiting)
        return [*events, ToolCallArguments(call.ordinal, arguments)] if arguments else events


def _new_arguments(call: _Call, told: str) -> str:
    """Return what a piece adds that is at least as long as all before it; usually all of it.

    Two servers' habits are handled here: the whole arguments again at the end of a call, and growing snapshots. After
    ``:``, ``,`` or ``[`` a value may begin that happens to look like its parents, so nothing counts as repeated there.
    """
    so_far = "".join(call.fragments)
    if not told.startswith(so_far) or not so_far.startswith("{"):
        return told
    if len(told) == call.length:
        return "" if call.snapshots or call.arguments.whole else told
    if call.snapshots or so_far.rstrip()[-1] not in ":,[":
        call.snapshots = True
        return told[call.length :]
    return told


def _begins_another(call: _Call, name: str, arguments: str) -> bool:
    """Whether another call begins although the index is the same: a name again, and an object after a complete one."""
    if not (name and call.name and arguments.startswith("{")):
        return False
    if call.empty and not call.length:
        return name != call.name
    return call.arguments.whole and not arguments.startswith("".join(call.fragments))


def _arguments_text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)
