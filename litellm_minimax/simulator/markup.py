"""Raw output of the open weights, as a server without parsers passes it on inside ``content``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from litellm_minimax.simulator.answers import Answer, ToolCall
    from litellm_minimax.simulator.reply import Exchange

_M3 = "]<]minimax[>["


def raw(answer: Answer, exchange: Exchange) -> str:
    """Return thinking, text and calls in the markup of M2 or M3."""
    quirks = exchange.quirks
    m3 = quirks.markup == "m3" or (quirks.markup == "by_model" and "m3" in exchange.model.lower())
    thought = ""
    if answer.reasoning:
        opener, closer = ("<mm:think>", "</mm:think>") if m3 else ("<think>\n", "\n</think>\n\n")
        # M2's prompt already ends with the opening tag, so its raw output starts inside the thought.
        thought = f"{'' if quirks.implicit_open and not m3 else opener}{answer.reasoning}{closer}"
    calls = m3_calls(answer.tool_calls) if m3 else m2_calls(answer.tool_calls)
    return f"{thought}{answer.text}\n{calls}" if calls else f"{thought}{answer.text}"


def m2_calls(calls: Sequence[ToolCall]) -> str:
    """M2's block."""
    return f"<minimax:tool_call>\n{m2_invokes(calls)}</minimax:tool_call>" if calls else ""


def m2_invokes(calls: Sequence[ToolCall]) -> str:
    """Return the content of M2's block, one call per line."""
    return "".join(
        f'<invoke name="{call.name}">\n'
        + "".join(f'<parameter name="{name}">{_value(value)}</parameter>\n' for name, value in _arguments(call).items())
        + "</invoke>\n"
        for call in calls
    )


def m3_calls(calls: Sequence[ToolCall]) -> str:
    """Return M3's block, with its special token before every tag."""
    if not calls:
        return ""
    invokes = "".join(
        f'{_M3}<invoke name="{call.name}">'
        + "".join(_m3_value(name, value) for name, value in _arguments(call).items())
        + f"{_M3}</invoke>\n"
        for call in calls
    )
    return f"{_M3}<tool_call>\n{invokes}{_M3}</tool_call>"


def _m3_value(name: str, value: Any) -> str:
    """Return a nested value: an object's members are tags, an array's are ``<item>``."""
    if isinstance(value, dict):
        inner = "".join(_m3_value(key, member) for key, member in value.items())
    elif isinstance(value, list):
        inner = "".join(_m3_value("item", member) for member in value)
    else:
        inner = _value(value)
    return f"{_M3}<{name}>{inner}{_M3}</{name}>"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _arguments(call: ToolCall) -> dict[str, Any]:
    parsed = json.loads(call.arguments_text or "{}")
    return parsed if isinstance(parsed, dict) else {"value": parsed}
