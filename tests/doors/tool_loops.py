"""Clients that run a tool loop through one of the doors, each keeping the model's reasoning in its own way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from litellm_minimax.simulator import Answer, ToolCall

SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
TASK = "Read all the files."


def rounds() -> list[Answer]:
    """Four turns with calls (one with two at once, one with text beside it), and a last word."""
    return [
        Answer(reasoning="First I look at a.", tool_calls=[ToolCall("read", {"path": "a"})]),
        Answer("Now two at once.", reasoning="b and c\n\nbelong together: « é »", tool_calls=[
            ToolCall("read", {"path": "b"}), ToolCall("read", {"path": "c"})]),
        Answer(reasoning="One is left, d.", tool_calls=[ToolCall("read", {"path": "d"})]),
        Answer(reasoning="And e, to be sure.", tool_calls=[ToolCall("read", {"path": "e"})]),
        Answer("All read.", reasoning="That was all."),
    ]  # fmt: skip


LOOP_TURNS = 1 + 2 + 3 + 4
"""Turns of ours that a whole history brings back, over the four later requests."""

Keep = Callable[[dict[str, Any]], dict[str, Any]]


def events(response: httpx.Response) -> list[dict[str, Any]]:
    """The JSON of a stream's data lines."""
    lines = [line[5:].strip() for line in response.text.splitlines() if line.startswith("data:")]
    return [json.loads(line) for line in lines if line and line != "[DONE]"]


def post(http: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response:
    response = http.post(path, json=body)
    assert response.status_code == 200, response.text
    return response


# -- /v1/chat/completions ---------------------------------------------------------------------------------------------


def chat(http: httpx.Client, model: str, keep: Keep, *, stream: bool) -> str:
    """An OpenAI-style agent; returns its last words."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": "Work."}, {"role": "user", "content": TASK}]
    tools = [{"type": "function", "function": {"name": "read", "parameters": SCHEMA}}]
    while True:
        body = {"model": model, "messages": messages, "tools": tools, "stream": stream}
        response = post(http, "/v1/chat/completions", body)
        said = _chat_stream(response) if stream else response.json()["choices"][0]["message"]
        assert "<think>" not in (said.get("content") or "")
        if not said.get("tool_calls"):
            return said["content"]
        messages.append(keep(said))
        messages += [
            {"role": "tool", "tool_call_id": call["id"], "content": f"text of {call['function']['arguments']}"}
            for call in said["tool_calls"]
        ]


def _chat_stream(response: httpx.Response) -> dict[str, Any]:
    said: dict[str, Any] = {"role": "assistant", "content": "", "reasoning_content": ""}
    calls: dict[int, dict[str, Any]] = {}
    for chunk in events(response):
        assert "error" not in chunk, chunk
        for choice in chunk["choices"]:
            delta = choice["delta"]
            said["content"] += delta.get("content") or ""
            said["reasoning_content"] += delta.get("reasoning_content") or ""
            for piece in delta.get("tool_calls") or ():
                empty = {"id": piece.get("id"), "type": "function", "function": {"name": "", "arguments": ""}}
                call = calls.setdefault(piece["index"], empty)
                call["function"]["name"] += piece["function"].get("name") or ""
                call["function"]["arguments"] += piece["function"].get("arguments") or ""
    return said | ({"tool_calls": [calls[index] for index in sorted(calls)]} if calls else {})


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": said.get("content"), "tool_calls": said["tool_calls"]}


CHAT_SHAPES: dict[str, Keep] = {
    "whole message": lambda said: json.loads(json.dumps(said)),
    "reasoning_content": lambda said: _plain(said) | {"reasoning_content": said["reasoning_content"]},
    "reasoning_details": lambda said: _plain(said) | {"reasoning_details": [{"text": said["reasoning_content"]}]},
    "signed thinking_blocks": lambda said: _plain(said) | {"thinking_blocks": [
        {"type": "thinking", "thinking": said["reasoning_content"], "signature": "0f" * 32}]},
    "unsigned thinking_blocks": lambda said: _plain(said) | {"thinking_blocks": [
        {"type": "thinking", "thinking": said["reasoning_content"]}]},
    "think text": lambda said: _plain(said) | {
        "content": f"<think>\n{said['reasoning_content']}\n</think>\n\n{said.get('content') or ''}"},
    "nothing": _plain,
    "nothing, blank content": lambda said: _plain(said) | {"content": ""},
}  # fmt: skip


# -- /v1/messages -----------------------------------------------------------------------------------------------------


def messages(http: httpx.Client, model: str, keep: Keep, *, stream: bool) -> str:
    """An Anthropic-style agent."""
    turns: list[dict[str, Any]] = [{"role": "user", "content": TASK}]
    tools = [{"name": "read", "input_schema": SCHEMA}]
    while True:
        body = {"model": model, "max_tokens": 4000, "messages": turns, "tools": tools, "stream": stream,
                "system": "Work.", "thinking": {"type": "enabled", "budget_tokens": 1024}}  # fmt: skip
        response = post(http, "/v1/messages", body)
        blocks = _messages_stream(response) if stream else response.json()["content"]
        calls = [block for block in blocks if block["type"] == "tool_use"]
        if not calls:
            return "".join(block["text"] for block in blocks if block["type"] == "text")
        turns.append(keep({"role": "assistant", "content": blocks}))
        results = [
            {"type": "tool_result", "tool_use_id": call["id"], "content": f"text of {call['input']}"} for call in calls
        ]
        turns.append({"role": "user", "content": results})


def _messages_stream(response: httpx.Response) -> list[dict[str, Any]]:
    blocks: dict[int, dict[str, Any]] = {}
    for event in events(response):
        assert event["type"] != "error", event
        if event["type"] == "content_block_start":
            blocks[event["index"]] = {**event["content_block"], "json": ""}
        elif event["type"] == "content_block_delta":
            block, delta = blocks[event["index"]], event["delta"]
            for name in ("text", "thinking"):
                if name in delta:
                    block[name] = block.get(name, "") + delta[name]
            block["signature"] = delta.get("signature", block.get("signature"))
            block["json"] += delta.get("partial_json", "")
    made = []
    for block in blocks.values():
        text = block.pop("json")
        if block["type"] != "thinking":
            block.pop("signature", None)
        made.append({**block, "input": json.loads(text or "{}")} if block["type"] == "tool_use" else block)
    return made


def _mapped(turn: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> dict[str, Any]:
    changed = [change(block) if block["type"] == "thinking" else block for block in turn["content"]]
    return {**turn, "content": [block for block in changed if block is not None]}


MESSAGES_SHAPES: dict[str, Keep] = {
    "blocks as received": lambda turn: turn,
    "blocks without signature": lambda turn: _mapped(
        turn, lambda block: {"type": "thinking", "thinking": block["thinking"]}),
    "nothing": lambda turn: _mapped(turn, lambda _: None),
}  # fmt: skip


# -- /v1/responses ----------------------------------------------------------------------------------------------------


def responses(http: httpx.Client, model: str, keep: Keep, *, stream: bool) -> str:
    """A client of the Responses API that keeps its own history, as Codex does."""
    items: list[dict[str, Any]] = [{"type": "message", "role": "user", "content": TASK}]
    tools = [{"type": "function", "name": "read", "parameters": SCHEMA}]
    while True:
        body = {"model": model, "input": items, "tools": tools, "stream": stream, "store": False,
                "instructions": "Work.", "include": ["reasoning.encrypted_content"]}  # fmt: skip
        response = post(http, "/v1/responses", body)
        output = _responses_stream(response) if stream else response.json()["output"]
        calls = [item for item in output if item["type"] == "function_call"]
        if not calls:
            return "".join(part["text"] for item in output if item["type"] == "message" for part in item["content"])
        items += keep({"items": output})["items"]
        items += [
            {"type": "function_call_output", "call_id": call["call_id"], "output": f"text of {call['arguments']}"}
            for call in calls
        ]


def _responses_stream(response: httpx.Response) -> list[dict[str, Any]]:
    done = [event for event in events(response) if event["type"] == "response.output_item.done"]
    return [event["item"] for event in sorted(done, key=lambda event: event["output_index"])]


RESPONSES_SHAPES: dict[str, Keep] = {
    "items as received": lambda kept: kept,
    "nothing": lambda kept: {"items": [item for item in kept["items"] if item["type"] != "reasoning"]},
}

DOORS: dict[str, tuple[Callable[..., str], dict[str, Keep]]] = {
    "chat": (chat, CHAT_SHAPES),
    "messages": (messages, MESSAGES_SHAPES),
    "responses": (responses, RESPONSES_SHAPES),
}
