"""Tools of an Anthropic-shaped request: only those that a client runs, with a name and a schema.

Claude Code declares tools that only Anthropic's servers run; one of them, or one with a blank ``type``, makes MiniMax
refuse the whole request (2013, ``invalid tool type``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litellm_minimax.wire.anthropic.blocks import Block, marked
from litellm_minimax.wire.notes import Notes
from litellm_minimax.wire.outgoing import tools
from litellm_minimax.wire.outgoing.dialect import Dialect
from litellm_minimax.wire.outgoing.tools import DeclaredTools


def declare_tools(given: Mapping[str, object], dialect: Dialect, notes: Notes) -> DeclaredTools:
    """Return ``tools`` and ``tool_choice`` of the body, and instructions for what MiniMax has no field for.

    Raises:
        InvalidRequest: the model takes no tools, or a schema that is not an object.
    """
    entries = given.get("tools")
    if isinstance(entries, Sequence) and not isinstance(entries, str):
        entries = [_with_type(entry) for entry in entries]
    choice = given.get("tool_choice")
    asked: dict[str, object] = {"tools": entries, "tool_choice": _choice(choice, entries, notes)}
    if isinstance(choice, Mapping) and choice.get("disable_parallel_tool_use") is True:
        asked["parallel_tool_calls"] = False
    declared = tools.declare_tools(asked, dialect, notes)
    fields: dict[str, object] = {}
    if "tools" in declared.fields:
        fields["tools"] = [_as_anthropic(tool) for tool in _entries(declared.fields["tools"])]
    if "tool_choice" in declared.fields:
        fields["tool_choice"] = _choice_as_anthropic(declared.fields["tool_choice"])
    return DeclaredTools(fields, declared.schemas, declared.instructions, declared.one_call)


def with_tool_changes(messages: Sequence[object], tools: object) -> tuple[Sequence[object], object]:
    """Apply the tool changes that system messages in the middle of a conversation announce.

    Claude Code declares a few tools at first and adds others later, with ``tool_addition`` blocks (its beta
    ``mid-conversation-tool-changes``). Only Anthropic reads those, so the tools are moved to ``tools``.
    """
    if not any(_changes(message) for message in messages):
        return messages, tools
    declared = {str(_name(tool)): tool for tool in _entries(tools)}
    kept: list[object] = []
    for message in messages:
        changes = _changes(message)
        for change in changes:
            tool = change.get("tool")
            definition = tool.get("definition") if isinstance(tool, Mapping) else None
            if change["type"] == "tool_removal":
                declared.pop(str(_name(tool)), None)
            elif isinstance(definition, Mapping):
                declared[str(_name(definition))] = definition
        if changes and isinstance(message, Mapping):
            changing = {id(change) for change in changes}
            rest = [block for block in _entries(message["content"]) if id(block) not in changing]
            kept += [{**message, "content": rest}] if rest else []
        else:
            kept.append(message)
    return kept, list(declared.values())


def _changes(message: object) -> list[Mapping[str, object]]:
    if not isinstance(message, Mapping) or message.get("role") != "system":
        return []
    blocks = [block for block in _entries(message.get("content")) if isinstance(block, Mapping)]
    return [block for block in blocks if block.get("type") in ("tool_addition", "tool_removal")]


def _name(tool: object) -> object:
    return tool.get("name") if isinstance(tool, Mapping) else None


def _with_type(entry: object) -> object:
    """Add the type to a tool: Anthropic's API does not require one, and some clients send it blank."""
    if isinstance(entry, Mapping) and not entry.get("type") and entry.get("name"):
        return {**entry, "type": "custom", "input_schema": entry.get("input_schema") or {}}
    return entry


def _choice(choice: object, entries: object, notes: Notes) -> object:
    """Return the choice; if it names a tool that is not sent, the choice is left to the model."""
    if not isinstance(choice, Mapping) or choice.get("type") != "tool":
        return choice
    runnable = [e for e in _entries(entries) if isinstance(e, Mapping) and e.get("type") in ("custom", "function")]
    if any(entry.get("name") == choice.get("name") for entry in runnable):
        return choice
    notes.add("tool_choice names a tool that MiniMax is not given: the choice is left to the model.")
    return None


def _entries(value: object) -> list[Any]:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []


def _as_anthropic(tool: Mapping[str, Any]) -> Block:
    function = tool["function"]
    described = {"description": function["description"]} if "description" in function else {}
    # MiniMax has answered "invalid tool type: " to tools without one.
    return {
        "type": "custom",
        "name": function["name"],
        **described,
        "input_schema": function["parameters"],
        **marked(tool),
    }


def _choice_as_anthropic(choice: object) -> Block:
    if isinstance(choice, Mapping):
        return {"type": "tool", "name": choice["function"]["name"]}
    return {"type": "any" if choice == "required" else str(choice)}
