"""Whole answers of the chat endpoints: ``/v1/chat/completions``, the native endpoint, and OpenAI-compatible servers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from litellm_minimax.simulator import markup

if TYPE_CHECKING:
    from litellm_minimax.simulator.answers import Answer
    from litellm_minimax.simulator.quirks import Quirks
    from litellm_minimax.simulator.reply import Exchange
    from litellm_minimax.simulator.usage import Usage

SENSITIVE = {
    "input_sensitive": False, "output_sensitive": False,
    "input_sensitive_type": 0, "output_sensitive_type": 0, "output_sensitive_int": 0,
}  # fmt: skip
FINE = {"status_code": 0, "status_msg": ""}
_TAGS = {
    "think": ("<think>\n", "\n</think>\n\n"), "mm:think": ("<mm:think>\n", "\n</mm:think>\n\n"),
    "mm_closer": ("<think>\n", "\n</mm:think>\n\n"), "lone_closer": ("", "\n</think>\n\n"),
    "missing_closer": ("<think>\n", "\n\n"), "thinking": ("<think>\n", "\n</thinking>\n\n"),
    "thought": ("<think>\n", "\n</thought>\n\n"), "blank": ("<think>\n", "\n</ think >\n\n"),
}  # fmt: skip


def dumps(value: Any) -> str:
    """Return compact JSON with unescaped characters, as the server writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def content_of(answer: Answer, exchange: Exchange) -> tuple[str, str]:
    """Return ``(separate reasoning, content)`` of an answer under the exchange's settings."""
    quirks = exchange.quirks
    if quirks.dialect == "self_hosted":
        return "", markup.raw(answer, exchange)
    if quirks.dialect == "openai" or exchange.split or not answer.reasoning:
        return answer.reasoning, answer.text
    opener, closer = _TAGS[quirks.tags]
    if answer.finish_reason == "length" and not answer.text and not answer.tool_calls:
        closer = closer.rstrip("\n") + "\n"  # cut inside the thought: the server closes the tag itself
    apart = answer.reasoning if quirks.reasoning_mirrored_in_think else ""
    return apart, f"{opener}{answer.reasoning}{closer}{answer.text}"


def reasoning_fields(text: str, quirks: Quirks) -> dict[str, Any]:
    """Return the fields that carry thinking when it is separate from the content."""
    if quirks.reasoning_fields == "reasoning":
        return {"reasoning": text}
    details = [
        {
            "type": "reasoning.text",
            "id": "reasoning-text-1",
            "format": "MiniMax-response-v1",
            "index": 0,
            "text": text,
        }
    ]
    both = {"reasoning_content": text, "reasoning_details": details}
    if quirks.dialect != "minimax" or quirks.reasoning_fields == "content":
        del both["reasoning_details"]
    elif quirks.reasoning_fields == "details":
        del both["reasoning_content"]
    return both


def _calls(answer: Answer, quirks: Quirks) -> list[dict[str, Any]]:
    if quirks.dialect == "self_hosted":
        return []
    return [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments_text},
            "index": at,
        }
        for at, call in enumerate(answer.tool_calls)
    ]


def message(answer: Answer, exchange: Exchange) -> dict[str, Any]:
    """Return the ``message`` of a whole answer."""
    quirks = exchange.quirks
    apart, content = content_of(answer, exchange)
    told: dict[str, Any] = {"content": content, "role": "assistant"}
    if quirks.dialect == "minimax":
        told |= {"name": "MiniMax AI", "audio_content": ""}
    if apart:
        told |= reasoning_fields(apart, quirks)
    calls = _calls(answer, quirks)
    if calls:
        told["tool_calls"] = calls
        if quirks.dialect == "openai" and not content:
            told["content"] = None
    return told


def whole(answer: Answer, exchange: Exchange) -> dict[str, Any]:
    """Return the body of a non-streaming answer; also the summary frame of a stream."""
    quirks = exchange.quirks
    choice = {"finish_reason": finish(answer, quirks), "index": 0, "message": message(answer, exchange)}
    told: dict[str, Any] = {
        "id": answer_id(exchange), "choices": [choice], "created": exchange.created,
        "model": answer.model or exchange.model, "object": "chat.completion", "usage": usage(answer, exchange),
    }  # fmt: skip
    if quirks.dialect == "minimax":
        told |= SENSITIVE | {"base_resp": dict(FINE)}
        asked = exchange.body.get("service_tier")
        if asked and (quirks.service_tier == "everywhere" or "m3" in exchange.model.lower()):
            told["service_tier"] = asked
    return told | dict(answer.extra)


def finish(answer: Answer, quirks: Quirks) -> str:
    """Return the finish reason; a server without parsers knows no tool calls."""
    given = answer.finish
    return "stop" if given == "tool_calls" and quirks.dialect == "self_hosted" else given


def usage(answer: Answer, exchange: Exchange) -> dict[str, Any]:
    """Return the usage object: the answer's own, or the estimate."""
    if answer.usage is not None:
        return dict(answer.usage)
    counted: Usage | None = exchange.usage
    return counted.as_chat(exchange.quirks) if counted else {}


def answer_id(exchange: Exchange) -> str:
    """Return the answer's id: MiniMax's is the bare trace id; others have a prefix."""
    return exchange.trace_id if exchange.quirks.dialect == "minimax" else f"chatcmpl-{exchange.trace_id}"
