"""Checks about tools: whether the choice is obeyed, and which histories of calls and results are refused."""

from __future__ import annotations

from typing import Any

from litellm_minimax.verify.asking import Asker
from litellm_minimax.verify.check import Check, Verdict, verdict, verdict_or_cut
from litellm_minimax.verify.told import Told

_WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city, now.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
_ASKED = "What is the weather in Paris? Use get_weather."


def _loop(call_id: str, result_id: str, **content: Any) -> list[dict[str, Any]]:
    function = {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    return [
        {"role": "user", "content": _ASKED},
        {"role": "assistant", **content, "tool_calls": [{"id": call_id, "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": result_id, "content": "14 °C, rain"},
    ]


def _calls(told: Told) -> str:
    names = ", ".join(name for name, _ in told.calls)
    return f"it calls {names}" if names else f"it calls nothing, and says {told.said[:80]!r}"


_ID, _OTHER = "call_function_weather00001_1", "call_function_weather00002_1"


async def _none_on_m3(asker: Asker) -> Verdict:
    told = await asker.chat(_ASKED, tools=[_WEATHER], tool_choice="none")
    if told.code or told.calls:
        return Verdict("refuted", told.error or _calls(told))
    return verdict_or_cut(True, _calls(told), told)


async def _none_on_m2(asker: Asker) -> Verdict:
    told = await asker.chat(_ASKED, tools=[_WEATHER], tool_choice="none")
    if told.calls:
        return Verdict("confirmed", _calls(told))
    return verdict_or_cut(False, told.error or _calls(told), told)


async def _tool_loop(asker: Asker) -> Verdict:
    told = await asker.chat(_loop(_ID, _ID), tools=[_WEATHER])
    return verdict(not told.code, told.error or f"it answers {told.said[:80]!r}")


async def _empty_content(asker: Asker) -> Verdict:
    told = await asker.chat(_loop(_ID, _ID, content=""), tools=[_WEATHER], most=64)
    return verdict(told.code == 2013, told.error or "it was accepted")


async def _orphan(asker: Asker) -> Verdict:
    told = await asker.chat(_loop(_ID, _OTHER), tools=[_WEATHER], most=64)
    return verdict(told.code == 2013, told.error or "it was accepted")


CHECKS = (
    Check(
        "tool-loop", "A call without `content`, and its result, are accepted",
        "a question, a call without `content`, and its result", "an answer",
        "a 2013", ("MiniMax-M2", "MiniMax-M3", "MiniMax-M3.1-Flash"), 1, 1_200, 512,
        "report it with the exchange: no agent works until it is fixed", _tool_loop,
    ),
    Check(
        "orphan-results", "A result whose call is not there is refused", "a call, and a result with another id",
        "a 2013", "an answer", ("MiniMax-M2", "MiniMax-M3"), 1, 1_200, 64,
        "nothing: results are moved to their calls in any case", _orphan,
    ),
    Check(
        "empty-content", "An empty `content` beside tool calls is refused",
        'a call with `content: ""` beside it, and its result', "a 2013", "an answer", ("MiniMax-M2", "MiniMax-M3"), 1,
        1_200, 64, "nothing: it is left out in any case", _empty_content,
    ),
    Check(
        "tool-choice-m2", "`tool_choice` is ignored on M2.x", "a question that needs a tool, with `tool_choice: none`",
        "a call", "no call", ("MiniMax-M2", "MiniMax-M2.1"), 1, 800, 512,
        "nothing: with `none` the tools are left out in any case", _none_on_m2,
    ),
    Check(
        "tool-choice-m3", "`tool_choice: none` is obeyed on M3",
        "a question that needs a tool, with `tool_choice: none`", "no call", "a call", ("MiniMax-M3",), 1, 800, 512,
        "send no tools where none may be called", _none_on_m3,
    ),
)  # fmt: skip
