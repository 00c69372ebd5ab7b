"""Pairs tool calls with their results in Anthropic-shaped turns: each result directly after its call, none alone."""

from __future__ import annotations

from typing import Any

from litellm_minimax.wire.anthropic.blocks import Block, text_block
from litellm_minimax.wire.notes import Notes
from litellm_minimax.wire.outgoing.pairing import NO_RESULT


def paired(turns: list[Block], notes: Notes) -> list[Block]:
    """Return the turns with every result in its place.

    Results may come later than directly after the calls, or in several user turns; they are moved forward. A call
    without a result gets a placeholder. A result whose call is gone (a compacted history) is sent as text.
    """
    made: list[Block] = []
    for number, turn in enumerate(turns):
        if turn["role"] == "assistant":
            made.append(turn)
            called = [str(block["id"]) for block in _blocks(turn) if block["type"] == "tool_use"]
            results = _results_of(called, turns[number + 1 :], notes)
            if results:
                made.append({"role": "user", "content": results})
        else:
            _add_user(made, _without_results(turn, turns[:number], notes))
    return made


def _blocks(turn: Block) -> list[dict[str, Any]]:
    blocks = turn["content"]
    assert isinstance(blocks, list)  # noqa: S101 -- made by anthropic_blocks
    return blocks


def _results_of(called: list[str], later: list[Block], notes: Notes) -> list[Block]:
    found: dict[str, Block] = {}
    for turn in later:
        for block in _blocks(turn):
            if block["type"] == "tool_result" and block["tool_use_id"] in called:
                found.setdefault(block["tool_use_id"], block)
    missing = [identity for identity in called if identity not in found]
    if missing:
        notes.add(f"{len(missing)} tool calls without a result were given a placeholder.")
    return [
        found.get(identity) or {"type": "tool_result", "tool_use_id": identity, "content": NO_RESULT}
        for identity in dict.fromkeys(called)
    ]


def _without_results(turn: Block, before: list[Block], notes: Notes) -> list[Block]:
    """Return the blocks of a user turn other than the results that were moved to their calls."""
    called = {block["id"] for earlier in before for block in _blocks(earlier) if block["type"] == "tool_use"}
    said: list[Block] = []
    for block in _blocks(turn):
        if block["type"] != "tool_result":
            said.append(block)
        elif block["tool_use_id"] not in called:
            notes.add("a tool result whose call is not in the history was sent as text.")
            said.append(text_block(f"[Result of an earlier tool call]\n{_as_text(block['content'])}"))
    return said


def _add_user(made: list[Block], said: list[Block]) -> None:
    if not said:
        return
    last = made[-1] if made else None
    if last is not None and last["role"] == "user" and _blocks(last)[-1]["type"] == "tool_result":
        # The text that agents put next to results belongs to the same turn.
        made[-1] = {"role": "user", "content": [*_blocks(last), *said]}
        return
    made.append({"role": "user", "content": said})


def _as_text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(block.get("text") or f"({block['type']})") for block in content)
