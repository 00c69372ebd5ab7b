"""Answers as models were seen to write them without keeping to their template: calls as text, odd arguments, tokens.

Each spelling is from a public report; ``docs/wire-quirks.md`` names it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from litellm_minimax.simulator import markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from litellm_minimax.simulator.answers import Answer, ToolCall
    from litellm_minimax.simulator.quirks import Quirks


def _object(call: ToolCall) -> dict[str, Any]:
    return {"name": call.name, "arguments": json.loads(call.arguments_text or "{}")}


def _lines(calls: Sequence[ToolCall]) -> str:
    told = "\n".join(json.dumps(_object(call), ensure_ascii=False) for call in calls)
    return f"<tool_calls>\n{told}\n</tool_calls>"


def _array(calls: Sequence[ToolCall]) -> str:
    return f"<tool_calls>{json.dumps([_object(call) for call in calls], ensure_ascii=False)}</tool_calls>"


def _each(calls: Sequence[ToolCall]) -> str:
    return "\n".join(f"<tool_call>\n{json.dumps(_object(call), ensure_ascii=False)}\n</tool_call>" for call in calls)


def _python(calls: Sequence[ToolCall]) -> str:
    return "\n".join(f"<tool_call>{_object(call)!r}</tool_call>" for call in calls)


def _bare(calls: Sequence[ToolCall]) -> str:
    return markup.m2_invokes(calls)


def _neighbour(calls: Sequence[ToolCall]) -> str:
    return f"<function_calls>\n{markup.m2_invokes(calls)}</function_calls>"


def _own_tags(calls: Sequence[ToolCall]) -> str:
    """Return Cline's form: a parameter as a tag of its own name."""
    invokes = "".join(
        f'<invoke name="{call.name}">\n'
        + "".join(f"<{name}>{value}</{name}>\n" for name, value in _object(call)["arguments"].items())
        + "</invoke>\n"
        for call in calls
    )
    return f"<minimax:tool_call>\n{invokes}</minimax:tool_call>"


def _escaped(calls: Sequence[ToolCall]) -> str:
    return escape(markup.m2_calls(calls), quote=False)


SPELLINGS: Mapping[str, Callable[[Sequence[ToolCall]], str]] = {
    "m2": markup.m2_calls, "m3": markup.m3_calls, "json_lines": _lines, "json_array": _array, "json": _each,
    "python": _python, "bare": _bare, "neighbour": _neighbour, "own_tags": _own_tags, "escaped": _escaped,
}  # fmt: skip
ARGUMENTS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "python": repr,
    "javascript": lambda value: "{" + ", ".join(f"{name}: '{text}'" for name, text in value.items()) + ",}",
    "twice": lambda value: json.dumps(value) * 2,
    "fenced": lambda value: f"```json\n{json.dumps(value)}\n```",
    "encoded": lambda value: json.dumps(json.dumps(value)),
    "raw_breaks": lambda value: json.dumps(value).replace("\\n", "\n"),
}


def written(answer: Answer, quirks: Quirks) -> Answer:
    """Return the answer as written under ``calls_as``, ``arguments_as``, ``stray_closer`` and ``turn_end``."""
    text, calls = answer.text, answer.tool_calls
    if calls and quirks.arguments_as != "json":
        spell = ARGUMENTS[quirks.arguments_as]
        calls = [dataclasses.replace(call, arguments=spell(_object(call)["arguments"])) for call in calls]
    if calls and quirks.calls_as != "calls":
        text, calls = f"{text}\n{SPELLINGS[quirks.calls_as](answer.tool_calls)}", ()
    if quirks.stray_closer and answer.reasoning:
        text = f"</thinking>\n\n{text}"
    if quirks.turn_end != "none":
        text += quirks.turn_end
    return dataclasses.replace(answer, text=text, tool_calls=calls)
