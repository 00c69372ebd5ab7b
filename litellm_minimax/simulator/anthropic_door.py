"""``/anthropic/v1/messages``: MiniMax's Anthropic-compatible endpoint, with its own translation."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from litellm_minimax.simulator import prose
from litellm_minimax.simulator.chat import dumps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litellm_minimax.simulator.answers import Answer
    from litellm_minimax.simulator.quirks import Quirks
    from litellm_minimax.simulator.reply import Exchange

_STOPS = {"tool_calls": "tool_use", "length": "max_tokens", "stop": "end_turn"}
_PASSED = ("model", "stream", "temperature", "top_p", "max_tokens", "thinking", "n")


# -- the request ----------------------------------------------------------------------------------------------------


def refusal(body: dict[str, Any], quirks: Quirks) -> str | None:
    """Return why this endpoint refuses a request, before the chat's own rules.

    Only user and assistant messages may be in ``messages``: a system message there is the well-known 2013.
    """
    if quirks.anthropic_tool_type == "reject" and any("type" in tool for tool in body.get("tools") or []):
        return "invalid tool type: custom"
    if quirks.signatures == "checked" and not all(map(_is_signed, _thoughts(body))):
        return "invalid signature in thinking block"
    for message in body.get("messages") or []:
        role = message.get("role")
        if role not in {"user", "assistant"}:
            return f"chat content has invalid message role: {role or ''}"
    return None


def _thoughts(body: dict[str, Any]) -> list[dict[str, Any]]:
    contents = [message.get("content") for message in body.get("messages") or []]
    blocks = [block for content in contents if isinstance(content, list) for block in content]
    return [block for block in blocks if isinstance(block, dict) and block.get("type") == "thinking"]


def _is_signed(block: dict[str, Any]) -> bool:
    return bool(block.get("signature") == prose.digest(str(block.get("thinking"))))


def as_chat(body: dict[str, Any]) -> dict[str, Any]:
    """Return the request in the shape of the chat endpoints, which the checks and the simulated model use."""
    chat = {name: body[name] for name in _PASSED if name in body}
    effort = (body.get("output_config") or {}).get("effort")
    if effort:
        chat["reasoning_effort"] = effort
    if body.get("tools") is not None:
        chat["tools"] = [_tool(tool) for tool in body["tools"]]
    choice = (body.get("tool_choice") or {}).get("type")
    if choice:
        chat["tool_choice"] = {"any": "required", "tool": "required"}.get(choice, choice)
    if body.get("messages") is None:
        return chat
    messages: list[dict[str, Any]] = []
    if body.get("system"):
        messages.append(_marked({"role": "system", "content": _text(body["system"])}, body["system"]))
    for message in body["messages"]:
        messages += _messages(message)
    return chat | {"messages": messages}


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    kind = tool.get("type", "custom")
    function = {name: tool.get(key) for name, key in (("name", "name"), ("description", "description"))}
    made = {
        "type": "function" if kind == "custom" else kind,
        "function": {**function, "parameters": tool.get("input_schema")},
    }
    return _marked(made, [tool])


def _messages(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one Anthropic message as one or more OpenAI messages."""
    blocks = message.get("content")
    if not isinstance(blocks, list):
        return [{"role": message.get("role"), "content": blocks}]
    if message.get("role") == "assistant":
        return [_marked(_assistant(blocks), blocks)]
    results = [_result(block) for block in blocks if block.get("type") == "tool_result"]
    parts = [_part(block) for block in blocks if block.get("type") != "tool_result"]
    if not results:
        return [_marked({"role": "user", "content": parts}, blocks)]
    # Text next to results belongs to the same turn: it does not start a new tool loop.
    beside = "\n".join(part.get("text", "") for part in parts)
    if beside:
        results[-1]["content"] += f"\n{beside}"
    return [*results[:-1], _marked(results[-1], blocks)]


def _assistant(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    calls = [
        {
            "id": block.get("id"),
            "type": "function",
            "function": {"name": block.get("name"), "arguments": json.dumps(block.get("input"))},
        }
        for block in blocks
        if block.get("type") == "tool_use"
    ]
    text = _text(blocks)
    told: dict[str, Any] = {"role": "assistant", "content": text or None}
    thought = "".join(block.get("thinking") or "" for block in blocks if block.get("type") == "thinking")
    if thought:
        told["reasoning_content"] = thought
    return told | ({"tool_calls": calls} if calls else {})


def _result(block: dict[str, Any]) -> dict[str, Any]:
    # An empty result is a command without output to Claude Code, which MiniMax serves: accepted here.
    text = _text(block.get("content")) or "(no output)"
    return {"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": text}


def _part(block: dict[str, Any]) -> dict[str, Any]:
    kind = {"image": "image_url", "video": "video_url"}.get(str(block.get("type")), block.get("type"))
    return {"type": kind, "text": block["text"]} if isinstance(block.get("text"), str) else {"type": kind}


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in content or [] if block.get("text"))


def _marked(message: dict[str, Any], source: Any) -> dict[str, Any]:
    """Return the message with the cache marker of its source, if there is one."""
    marked = isinstance(source, list) and any("cache_control" in block for block in source)
    return message | ({"cache_control": {"type": "ephemeral"}} if marked else {})


# -- the answer -----------------------------------------------------------------------------------------------------


def whole(answer: Answer, exchange: Exchange) -> dict[str, Any]:
    """Return the body of a non-streaming answer."""
    told = {
        "id": exchange.trace_id, "type": "message", "role": "assistant", "model": answer.model or exchange.model,
        "content": _blocks(answer), "stop_reason": _STOPS.get(answer.finish, answer.finish), "stop_sequence": None,
        "usage": _usage(answer, exchange), "service_tier": "standard",
    }  # fmt: skip
    return told | dict(answer.extra)


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if answer.reasoning:
        signature = prose.digest(answer.reasoning)
        blocks.append({"type": "thinking", "thinking": answer.reasoning, "signature": signature})
    if answer.text or answer.chunks is not None:
        said = "".join(chunk for chunk in answer.chunks or () if isinstance(chunk, str)) or answer.text
        blocks.append({"type": "text", "text": said})
    for call in answer.tool_calls:
        try:
            given = json.loads(call.arguments_text or "{}")
        except ValueError:
            given = {}
        blocks.append({"type": "tool_use", "id": call.id, "name": call.name, "input": given})
    return blocks


def _usage(answer: Answer, exchange: Exchange) -> dict[str, Any]:
    if answer.usage is not None:
        given = dict(answer.usage)
        if "prompt_tokens" not in given:
            return given
        return {"input_tokens": given["prompt_tokens"], "output_tokens": given.get("completion_tokens", 0)}
    return exchange.usage.as_anthropic() if exchange.usage else {}


def stream(answer: Answer, exchange: Exchange) -> Iterator[bytes]:
    """Yield the events of a streamed answer."""
    if answer.raw_sse is not None:
        yield answer.raw_sse
        return
    message = whole(answer, exchange)
    none = {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    yield event("message_start", exchange, message={**message, "content": [], "stop_reason": None, "usage": none})
    yield event("ping", exchange)
    arguments = iter(call.arguments_text for call in answer.tool_calls)
    for index, block in enumerate(message["content"]):
        text = next(arguments) if block["type"] == "tool_use" else block.get("text") or block.get("thinking")
        yield from _block(block, index, str(text), answer, exchange)
    stop = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield event("message_delta", exchange, delta=stop, usage=message["usage"], **dict(answer.extra))
    if exchange.quirks.anthropic_full_message:
        yield event("message", exchange, **{name: value for name, value in message.items() if name != "type"})
    yield event("message_stop", exchange)


def _block(block: dict[str, Any], index: int, text: str, answer: Answer, exchange: Exchange) -> Iterator[bytes]:
    """Yield start, deltas and stop of one content block."""
    kind, delta, member = {
        "thinking": ("thinking", "thinking_delta", "thinking"),
        "text": ("text", "text_delta", "text"),
        "tool_use": ("tool_use", "input_json_delta", "partial_json"),
    }[block["type"]]
    size = answer.chunk_chars
    starts = text[:size] if exchange.quirks.anthropic_start_repeats and kind != "tool_use" else ""
    opened = {"tool_use": {**block, "input": {}}, "thinking": {"type": "thinking", "thinking": starts, "signature": ""},
              "text": {"type": "text", "text": starts}}[kind]  # fmt: skip
    yield event("content_block_start", exchange, index=index, content_block=opened)
    count = exchange.record.answered
    for at in range(0, len(text), size):
        count.reasoning_chunks += kind == "thinking"
        if kind == "text":
            count.text_chunks += 1
            count.text_began = count.text_began or time.monotonic()
        count.tool_chunks += kind == "tool_use"
        yield event("content_block_delta", exchange, index=index, delta={"type": delta, member: text[at : at + size]})
    if kind == "thinking":
        signed = {"type": "signature_delta", "signature": block["signature"]}
        yield event("content_block_delta", exchange, index=index, delta=signed)
    yield event("content_block_stop", exchange, index=index)


def event(name: str, exchange: Exchange, **members: Any) -> bytes:
    """Return one server-sent event; its data repeats its type."""
    eol = "\r\n" if exchange.quirks.crlf else "\n"
    comment = f": keep-alive{eol}{eol}" if exchange.quirks.comments else ""
    return f"{comment}event: {name}{eol}data: {dumps({'type': name, **members})}{eol}{eol}".encode()
