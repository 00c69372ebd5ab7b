"""Checks about thinking: where it arrives, how it is switched, and whether returned thinking reaches the model."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from litellm_minimax.verify.asking import Asker
from litellm_minimax.verify.check import Check, Verdict, verdict, verdict_or_cut

_PUZZLE = "Is 91 a prime number? Think, then answer yes or no."
_WORD = "quokka"
_TASK = (
    "Think of an animal, silently. Then call the tool `pause`. When it has answered, tell me the animal that you had "
    "thought of before the pause, in one word."
)
_PAUSE = {
    "type": "function",
    "function": {
        "name": "pause",
        "description": "Waits a moment.",
        "parameters": {"type": "object", "properties": {"seconds": {"type": "integer"}}},
    },
}


async def _split(asker: Asker) -> Verdict:
    told = await asker.chat(_PUZZLE, reasoning_split=True)
    if told.code:
        return Verdict("refuted", told.error)
    inside = "<think>" in told.text
    if not told.thoughts and not inside:
        return Verdict("not settled", f"nothing was thought; the text begins {told.text[:60]!r}")
    return verdict(not inside, f"the text begins {told.text[:60]!r}" if inside else "thinking came in its own field")


async def _increments(asker: Asker) -> Verdict:
    told = await asker.chat(_PUZZLE, reasoning_split=True, stream=True, stream_options={"include_usage": True})
    if told.code:
        return Verdict("not settled", f"error {told.code}: {told.error}")
    thoughts = told.thoughts
    if len(thoughts) < 2:
        return Verdict("not settled", f"the stream had {len(thoughts)} pieces of thinking")
    repeats = sum(later.startswith(earlier) for earlier, later in pairwise(thoughts))
    because = f"{len(thoughts)} pieces, of which {repeats} repeat the one before"
    return verdict(repeats < len(thoughts) / 2, because)


def _returned(field: dict[str, Any]) -> list[dict[str, Any]]:
    call = {"id": "call_function_pause0000001_1", "type": "function", "function": {"name": "pause", "arguments": "{}"}}
    return [
        {"role": "user", "content": _TASK},
        {"role": "assistant", "tool_calls": [call], **field},
        {"role": "tool", "tool_call_id": call["id"], "content": "The pause is over."},
    ]


_THOUGHT = f"I think of an animal: a {_WORD}. The animal I have thought of is the {_WORD}. Now I call pause."


async def _history(asker: Asker, field: dict[str, Any]) -> Verdict:
    told = await asker.chat(_returned(field), tools=[_PAUSE], reasoning_split=True)
    if "content is empty" in told.error:
        return Verdict("not settled", f"the loop itself was refused: {told.error}")
    if told.code:
        return Verdict("refuted", f"error {told.code}: {told.error}")
    because = f"asked for the animal of the returned thought, it says {told.said[:120]!r}"
    if _WORD in told.text.lower():
        return Verdict("confirmed", because)
    return verdict_or_cut(False, because, told)


async def _details(asker: Asker) -> Verdict:
    return await _history(asker, {"reasoning_details": [{"type": "reasoning.text", "text": _THOUGHT}]})


async def _content(asker: Asker) -> Verdict:
    return await _history(asker, {"reasoning_content": _THOUGHT})


async def _switch(asker: Asker) -> Verdict:
    told = await asker.chat(_PUZZLE, reasoning_split=True, thinking={"type": "disabled"})
    if told.code:
        return Verdict("refuted", told.error)
    quiet = not told.thoughts and "<think>" not in told.text
    return verdict(quiet, "nothing was thought" if quiet else "it thought anyway")


async def _types(asker: Asker) -> Verdict:
    told = await asker.chat(_PUZZLE, most=64, thinking={"type": "enabled"})
    return verdict(told.code == 2013, f"error {told.code}: {told.error}" if told.code else "it was accepted")


async def _thought_only(asker: Asker) -> Verdict:
    history = [
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": "<think>\nA greeting.\n</think>\n"},
        {"role": "user", "content": "Say OK."},
    ]
    told = await asker.chat(history, most=64)
    return verdict(not told.code, f"error {told.code}: {told.error}" if told.code else "it was accepted")


CHECKS = (
    Check(
        "split", "`reasoning_split` is understood by M2, M2.1, M2.5 too, not only M2.7 and M3",
        "a puzzle with `reasoning_split: true`", "thinking in its own field", "`<think>` in the text",
        ("MiniMax-M2", "MiniMax-M2.1"), 1, 400, 512, "nothing: `<think>` in the text is read as well", _split,
    ),
    Check(
        "increments", "Split reasoning comes in increments (the official sample expects snapshots)",
        "a stream with `reasoning_split`", "pieces that are all new", "pieces that repeat what came before",
        ("MiniMax-M2", "MiniMax-M3"), 1, 400, 512, "nothing: both are read", _increments,
    ),
    Check(
        "history-details", "Returned thinking reaches the model as `reasoning_details`",
        "a tool loop whose returned thought names an animal, and the question which", "the animal",
        "another word, or a 2013", ("MiniMax-M2", "MiniMax-M3"), 1, 1_500, 512,
        '`self_hosted: "on"` under the model sends it as `reasoning_content` (and more: see docs/configuration.md)',
        _details,
    ),
    Check(
        "history-content", "Returned thinking reaches M3.1 as `reasoning_content`",
        "a tool loop whose returned thought names an animal, and the question which", "the animal",
        "another word, or a 2013", ("MiniMax-M3.1-Flash",), 1, 1_500, 512,
        "set `MINIMAX_REASONING_MEMORY=off` to save the tokens, and report it", _content,
    ),
    Check(
        "thinking-switch", "`thinking: {type: disabled}` keeps M3 from thinking",
        "a puzzle with `thinking: {type: disabled}`", "no thinking", "thinking", ("MiniMax-M3",), 1, 400, 512,
        "use a model that does not think where speed matters", _switch,
    ),
    Check(
        "thinking-types", "`thinking: {type: enabled}` is refused on M3", "a puzzle with `thinking: {type: enabled}`",
        "a 2013", "an answer", ("MiniMax-M3",), 1, 400, 64,
        "nothing: `adaptive` is sent in its place, and means the same", _types,
    ),
    Check(
        "thought-only", "A closed `<think>` block counts as content for a turn that only thought",
        "a history with a turn that is nothing but `<think>…</think>`", "an answer", "a 2013",
        ("MiniMax-M2", "MiniMax-M3"), 1, 500, 64, "leave such turns out of the history your client sends",
        _thought_only,
    ),
)  # fmt: skip
