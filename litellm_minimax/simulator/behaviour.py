"""What the simulated model does without a script: it thinks, calls the tool it was asked for, and answers.

Deterministic from the request. Every answer says that it is simulated.
"""

from __future__ import annotations

import json
import re
from typing import Any

from litellm_minimax.simulator import prose
from litellm_minimax.simulator.answers import Answer, ToolCall
from litellm_minimax.simulator.conversation import Conversation
from litellm_minimax.simulator.directives import nonce_of
from litellm_minimax.simulator.quirks import Quirks

LABEL = "[simulated]"
_REPEAT = "Repeat exactly:"
_SENTENCES = {"minimal": 2, "low": 2, "medium": 4, "high": 8, "xhigh": 12, "max": 16}
_TOO_COMMON = frozenset(
    {"get", "set", "the", "list", "run", "tool", "fetch", "make", "use", "user", "and", "for", "mcp"}
)

_PUZZLE_THOUGHT = (
    "A logic puzzle is announced but not given in full, so I take a classic one. Three boxes are labelled apples, "
    "oranges and mixed, and every label is wrong. If I draw from the box labelled mixed, it must hold one kind only. "
    "Say it is an apple: that box is apples. The box labelled oranges can't be oranges, and apples are taken, so it "
    "is mixed. The last one holds oranges. One draw is enough."
)
_PUZZLE_ANSWER = (
    "Take the box labelled *mixed* first. Every label is wrong, so it holds only one kind; one fruit tells you which. "
    "The other two boxes then follow, because neither may keep its label. One draw solves the puzzle."
)
_QUANTUM_THOUGHT = (
    "The user wants quantum physics explained. I should keep to three ideas: states are described by amplitudes, "
    "measurement gives one outcome with a probability, and entangled parts share one state. Then an everyday "
    "consequence, so that it does not stay abstract."
)
_QUANTUM_ANSWER = (
    "Quantum physics describes matter and light at small scales. A particle's state is a sum of possibilities with "
    "amplitudes; measuring it yields one of them, with a probability that the amplitudes fix. Two particles can share "
    "one state, so that their results agree however far apart they are. Lasers, chips and MRI scanners all rest on "
    "these rules."
)
_HELLO_THOUGHT = "The user greets me. A short, friendly greeting is the right reply; no tool or research is needed."
_HELLO_ANSWER = "Hello! I am a simulated MiniMax model running on your own machine. How can I help you today?"

_SORT_THOUGHT = (
    "A sort is asked for, without a language. Python's own sort is the right answer in earnest, but a sort that can be "
    "read is what is meant: insertion sort is short and stable. It must not change the caller's list."
)
_SORT_ANSWER = """A stable insertion sort that leaves its input alone:

```python
def insertion_sort(items):
    ordered = []
    for item in items:
        at = len(ordered)
        while at and item < ordered[at - 1]:
            at -= 1
        ordered.insert(at, item)
    return ordered
```

For real work call `sorted(items)`."""

_CANNED: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("hello", "hi there", "good morning"), _HELLO_THOUGHT, _HELLO_ANSWER),
    (("puzzle", "riddle"), _PUZZLE_THOUGHT, _PUZZLE_ANSWER),
    (("quantum",), _QUANTUM_THOUGHT, _QUANTUM_ANSWER),
    (("write a sort",), _SORT_THOUGHT, _SORT_ANSWER),
)


def respond(talk: Conversation, body: dict[str, Any], *, thinking: bool, obeyed: str, quirks: Quirks) -> Answer:
    """Return the answer to a conversation.

    Args:
        talk: the conversation.
        body: the request, for its parameters.
        thinking: whether the model thinks on this request.
        obeyed: which ``tool_choice`` the model obeys: ``ignored``, ``none`` or ``all``.
        quirks: the switches in force.
    """
    nonce = nonce_of(talk)
    seed = prose.digest(talk.system, *(f"{turn.role}:{turn.text}" for turn in talk.turns[-4:]))
    calls = _calls(talk, body, seed, obeyed)
    thought, said = _words(talk, seed, calls)
    if "you had thought of" in talk.asked and not calls:
        said = _remembered(body, quirks)
    reasoning = ""
    if thinking:
        more = _SENTENCES.get(str(body.get("reasoning_effort")), 3)
        reasoning = " ".join(part for part in (nonce, thought, prose.sentences(seed, more)) if part)
    if calls:
        return Answer(reasoning=reasoning, tool_calls=calls, text="" if thinking else f"{LABEL} {said} {nonce}".strip())
    structured = _structured(talk, body, seed, quirks)
    if structured is not None:
        return Answer(text=structured, reasoning=reasoning)
    return Answer(text=" ".join(part for part in (LABEL, nonce, said) if part), reasoning=reasoning)


def _words(talk: Conversation, seed: str, calls: list[ToolCall]) -> tuple[str, str]:
    """Return ``(thinking, answer)`` without label and filler."""
    if calls:
        names = " and ".join(call.name for call in calls)
        return f"The request needs {names}, so I call it before I answer.", f"I call {names}."
    if talk.results:
        told = "; ".join(_shortened(result) for result in talk.results)
        return "The tool has answered; I can put its result into words.", f"The tool result says: {told}"
    if talk.asked.startswith(_REPEAT):
        return "I am to repeat a text.", talk.asked.removeprefix(_REPEAT).strip()
    asked = talk.asked.lower()
    for words, thought, said in _CANNED:
        if any(re.search(rf"\b{word}\b", asked) for word in words):
            return thought, said
    subject = _shortened(re.sub(r"\[\[simulate:[^\]]*\]\]", "", talk.asked), 80)
    return f'The user asks: "{subject}".', f'This answers "{subject}". {prose.sentences(seed + "answer", 4)}'


def _shortened(text: str, most: int = 200) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


# -- tools ----------------------------------------------------------------------------------------------------------


def _calls(talk: Conversation, body: dict[str, Any], seed: str, obeyed: str) -> list[ToolCall]:
    """Return the calls to make now: only at the start of a tool loop, and only if the text asks for a tool."""
    choice = body.get("tool_choice")
    if not talk.tools or (choice == "none" and obeyed != "ignored"):
        return []
    names = _directed(talk)
    if not names and talk.rounds == 0:
        forced = _forced(choice, talk) if obeyed == "all" else None
        names = [name for name in (forced or _asked_for(talk),) if name]
    return [
        ToolCall(name, _arguments(talk, name, f"{seed}/{position}"))
        for position, name in enumerate(names)
        if name in talk.tools
    ]


def _directed(talk: Conversation) -> list[str]:
    """Return the tools of ``[[simulate: tool=a,b]]``, obeyed once per user turn unless ``rounds=`` is given."""
    found = re.search(r"\[\[simulate:[^\]]*\btool=([\w.,-]+)([^\]]*)\]\]", " ".join(talk.user_texts))
    if not found:
        return []
    rounds = re.search(r"\brounds=(\d+)", found.group(0))
    return found.group(1).split(",") if talk.rounds < (int(rounds.group(1)) if rounds else 1) else []


def _forced(choice: Any, talk: Conversation) -> str | None:
    if isinstance(choice, dict):
        function = choice.get("function")
        return function.get("name") if isinstance(function, dict) else None
    return (_asked_for(talk) or next(iter(talk.tools))) if choice == "required" else None


def _asked_for(talk: Conversation) -> str | None:
    """Return the tool whose name, or a typical word of it, is in the user's text."""
    text = talk.asked.lower()
    words = set(re.findall(r"[a-z0-9]+", text))
    for name in talk.tools:
        parts = {part.lower() for part in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)} - _TOO_COMMON
        if name.lower() in text or any(len(part) >= 4 and part in words for part in parts):
            return name
    return None


def _arguments(talk: Conversation, name: str, seed: str) -> dict[str, Any]:
    """Return arguments that fit the tool's schema, with a place from the user's text if it names one."""
    made = prose.instance(talk.tools[name] or {"type": "object"}, seed, name)
    arguments: dict[str, Any] = made if isinstance(made, dict) else {}
    place = re.search(r"\b(?:in|for|at|of)\s+([A-Z][\w-]+)", talk.asked)
    for key in ("city", "location", "place"):
        if place and isinstance(arguments.get(key), str):
            arguments[key] = place.group(1)
    return arguments


# -- structured answers ---------------------------------------------------------------------------------------------


def stopped(text: str, stop: Any) -> str:
    """Return the text up to the first of the stop sequences."""
    marks = [stop] if isinstance(stop, str) else [mark for mark in stop or [] if isinstance(mark, str) and mark]
    return text[: min([at for at in map(text.find, marks) if at >= 0], default=len(text))]


def _remembered(body: dict[str, Any], quirks: Quirks) -> str:
    """Return what the model had thought of, if that thinking came back in a form that reaches it."""
    for message in body["messages"]:
        details = message.get("reasoning_details") if quirks.history_reasoning != "details_lost" else None
        thought = "".join(str(entry.get("text") or "") for entry in details or [])
        if not thought and quirks.history_reasoning != "content_lost":
            thought = str(message.get("reasoning_content") or "")
        found = re.search(r"thought of is the (\w+)", thought)
        if found:
            return f"The {found[1]}."
    return "I do not remember having thought of one."


def _structured(talk: Conversation, body: dict[str, Any], seed: str, quirks: Quirks) -> str | None:
    """Return JSON in a fence if the prompt has a schema or asks for JSON; ``response_format`` alone only affects M3."""
    prompt = "\n".join([talk.system, *talk.user_texts])
    schema = prose.schema_in(prompt)
    asked = body.get("response_format")
    enforced = quirks.json_answers == "enforced"
    if schema is None and isinstance(asked, dict) and (enforced or "m3" in talk.model.lower()):
        wrapped = asked.get("json_schema")
        schema = wrapped.get("schema") if isinstance(wrapped, dict) else None
        if enforced and schema is not None:
            return _pretty(prose.instance(schema, seed))
    if schema is None:
        if "json" not in prompt.lower():
            return None
        schema = {"type": "object", "properties": {"answer": {"type": "string"}, "simulated": {"const": True}}}
    return f"```json\n{_pretty(prose.instance(schema, seed))}\n```"


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
