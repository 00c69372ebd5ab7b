"""Control from inside a prompt: ``[[simulate: fault=error code=1002]]`` gets through any proxy or agent.

Directives may be in a user message of the current task or in a system message, several at once. Their
settings are ``name=value`` pairs, quoted as in a shell. ``model=``, ``turn=`` and ``times=`` say when it applies: only
for a model whose name contains this; only in this round of the tool loop (0 is the first request); only the first so
many times.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from litellm_minimax.simulator import prose
from litellm_minimax.simulator.answers import Answer, ToolCall
from litellm_minimax.simulator.faults import Fault

if TYPE_CHECKING:
    from collections import Counter

    from litellm_minimax.simulator.conversation import Conversation
    from litellm_minimax.simulator.quirks import Quirks

_DIRECTIVE = re.compile(r"\[\[simulate:\s*([^\]]*)\]\]")
_WHEN = frozenset({"model", "turn", "times"})
_BENCH = frozenset({"deltas", "think", "bytes", "kind"})
_NUMBERS = {"at": int, "code": int, "status": int, "after_chunks": int, "size": int, "seconds": float, "delay": float}


@dataclass(slots=True)
class Orders:
    """The settings from the directives of one request.

    Attributes:
        settings: all pairs other than ``quirk`` and the conditions; for a repeated name, the last one.
        quirks: ``quirk=`` values.
    """

    settings: dict[str, str] = field(default_factory=dict)
    quirks: list[str] = field(default_factory=list)

    def changed(self, quirks: Quirks) -> Quirks:
        """Return a copy of the switches with the directives' quirks applied."""
        for setting in self.quirks:
            quirks = quirks.with_named(setting)
        return quirks

    def fault(self) -> Fault | None:
        """Return the requested fault.

        Raises:
            ValueError: a setting does not exist on a fault, or has the wrong type.
        """
        if "fault" not in self.settings:
            return None
        return fault_from({**self.settings, "kind": self.settings["fault"]})

    def bench(self, talk: Conversation) -> Answer | None:
        """Return the requested load for a benchmark: the number of deltas, their size and their rate."""
        if not _BENCH & self.settings.keys():
            return None
        chars = int(self.settings.get("chars", "20"))
        kind = self.settings.get("kind", "text")
        amount = (
            int(self.settings["bytes"]) if "bytes" in self.settings else int(self.settings.get("deltas", "0")) * chars
        )
        nonce = nonce_of(talk)
        long_text = (f"[simulated] {nonce} " + prose.filler(nonce, amount))[:amount]
        thought = prose.filler(f"thought {nonce}", int(self.settings.get("think", "0")) * chars)
        rate = float(self.settings.get("rate", "0"))
        return Answer(
            text=long_text if kind == "text" else "",
            reasoning=thought + (long_text if kind == "reasoning" else ""),
            tool_calls=[ToolCall(next(iter(talk.tools), "write"), {"text": long_text})] if kind == "tool" else (),
            chunk_chars=chars,
            delay=1 / rate if rate else 0.0,
            first_delay=float(self.settings.get("first_delay", "0")),
            chunks_per_write=int(self.settings.get("per_write", "1")),
        )


def read(talk: Conversation, used: Counter[str]) -> Orders:
    """Return the directives that apply to a request; ``used`` counts those with ``times=`` over all requests."""
    orders = Orders()
    for text in (talk.system, *talk.user_texts):
        for found in _DIRECTIVE.finditer(text):
            pairs = [pair.partition("=") for pair in shlex.split(found.group(1))]
            when = {name: value for name, _, value in pairs if name in _WHEN}
            if not _applies(when, talk, used, found.group(0)):
                continue
            orders.quirks += [value for name, _, value in pairs if name == "quirk"]
            orders.settings |= {name: value for name, _, value in pairs if name not in _WHEN | {"quirk"}}
    return orders


def _applies(when: dict[str, str], talk: Conversation, used: Counter[str], text: str) -> bool:
    if when.get("model", "").lower() not in talk.model.lower():
        return False
    if "turn" in when and int(when["turn"]) != talk.rounds:
        return False
    if "times" in when:
        used[text] += 1
        return used[text] <= int(when["times"])
    return True


def fault_from(settings: dict[str, Any]) -> Fault:
    """Make a fault from names and values as they come in a directive or as JSON.

    Raises:
        ValueError: an unknown setting or kind.
    """
    known = {entry.name for entry in fields(Fault)}
    chosen = {name: value for name, value in settings.items() if name in known and name != "answer"}
    for name, number in _NUMBERS.items():
        if chosen.get(name) is not None:
            chosen[name] = number(chosen[name])
    return Fault(**chosen)


def answer_from(settings: dict[str, Any]) -> Answer:
    """Make an answer from JSON, with its tool calls as objects with ``name``, ``arguments`` and ``id``.

    Raises:
        TypeError: a field that an answer does not have.
    """
    calls = [ToolCall(**call) for call in settings.get("tool_calls", ())]
    given = {**settings, "tool_calls": calls}
    if isinstance(given.get("raw_sse"), str):
        given["raw_sse"] = given["raw_sse"].encode()
    return Answer(**given)


def nonce_of(talk: Conversation) -> str:
    """Return ``nonce=…`` of the task's user messages, or ``""``; answers repeat it, so that mixed-up answers show."""
    found = re.search(r"nonce=[\w.:-]+", "\n".join(talk.user_texts))
    return found.group(0) if found else ""
