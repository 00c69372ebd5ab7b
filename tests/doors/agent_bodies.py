"""What four coding agents send, in their own shapes (captured from the versions in tests/agents/package.json).

Shortened: fewer tools, shorter prompts, the same fields. Each builder gives the first request of a task, and the one
after the model has called two tools at once.
"""

from __future__ import annotations

import json
from typing import Any

TASK = "The test fails. Mend calc.py."
EDIT = {"type": "object", "properties": {"file_path": {"type": "string"}, "new_string": {"type": "string"}},
        "required": ["file_path"], "additionalProperties": False, "$schema": "https://json-schema.org/draft/2020-12/schema"}  # fmt: skip
RUN = {"type": "object", "properties": {"command": {"type": "string"}, "timeout": {"type": ["number", "null"]}}}
CALLS = (("call_function_a1b2c3d4e5f6_1", "Bash", {"command": "ls"}),
         ("call_function_a1b2c3d4e5f6_2", "Edit", {"file_path": "calc.py"}))  # fmt: skip
CACHED = {"type": "ephemeral"}


def claude_code(model: str, *, later: bool) -> tuple[str, dict[str, Any]]:
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": [
            {"type": "text", "text": "<system-reminder>\nAttribution …\n</system-reminder>"},
            {"type": "text", "text": TASK, "cache_control": {**CACHED, "ttl": "1h"}}]},
        {"role": "system", "content": [{"type": "text", "text": "# Environment\n…", "cache_control": CACHED}]},
    ]  # fmt: skip
    if later:
        messages += [
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Look first.", "signature": "ab" * 32},
                {"type": "text", "text": "I look."},
                *({"type": "tool_use", "id": i, "name": n, "input": a, "caller": {"type": "direct"}} for i, n, a in CALLS)]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": CALLS[0][0], "content": "", "is_error": False},
                {"type": "tool_result", "tool_use_id": CALLS[1][0], "is_error": True,
                 "content": [{"type": "text", "text": "<tool_use_error>old_string not found</tool_use_error>"}]},
                {"type": "text", "text": "<system-reminder>Be brief.</system-reminder>", "cache_control": CACHED}]},
            {"role": "system", "content": [
                {"type": "tool_addition", "tool": {"type": "tool_definition", "definition": {
                    "name": "WebFetch", "description": "…", "input_schema": RUN}}},
                {"type": "text", "text": "WebFetch can be used now."}]},
        ]  # fmt: skip
    return "/v1/messages?beta=true", {
        "model": model, "max_tokens": 32000, "stream": True, "messages": messages,
        "system": [
            {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.330.018; cc_entrypoint=sdk-cli;"},
            {"type": "text", "text": "You are an agent.", "cache_control": CACHED},
            {"type": "text", "text": "\nYou are an agent working …", "cache_control": {**CACHED, "scope": "global"}}],
        "metadata": {"user_id": json.dumps({"device_id": "d" * 64, "account_uuid": "", "session_id": "s"})},
        "thinking": {"type": "adaptive"}, "output_config": {"effort": "high"},
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        "tools": [
            {"name": "Bash", "description": "Runs a command.", "input_schema": RUN},
            {"name": "Edit", "description": "Edits.", "input_schema": EDIT},
            {"name": "DeferredToolPlaceholder", "description": "Never call it.", "defer_loading": True,
             "input_schema": {"type": "object", "properties": {}}},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 8}],
    }  # fmt: skip


def claude_code_older(model: str, *, later: bool) -> tuple[str, dict[str, Any]]:
    """With a budget, no system message in the middle, and a structured side call's format."""
    path, body = claude_code(model, later=later)
    body["messages"] = [message for message in body["messages"] if message["role"] != "system"]
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    return path, {
        **body, "thinking": {"type": "enabled", "budget_tokens": 31999}, "temperature": 1, "stop_sequences": ["</x>"],
        "output_config": {"format": {"type": "json_schema", "schema": schema}}, "top_k": 40,
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": False},
    }  # fmt: skip


def codex(model: str, *, later: bool) -> tuple[str, dict[str, Any]]:
    items: list[dict[str, Any]] = [
        {"type": "message", "id": "msg_1", "role": "developer", "content": [
            {"type": "input_text", "text": "You are a coding agent running in the Codex CLI …"}]},
        {"type": "message", "id": "msg_2", "role": "developer", "content": [
            {"type": "input_text", "text": "<skills_instructions>…"}, {"type": "input_text", "text": "<permissions …"}]},
        {"type": "message", "id": "msg_3", "role": "user", "content": [
            {"type": "input_text", "text": "<environment_context>\n  <cwd>/w</cwd>…"}]},
        {"type": "message", "id": "msg_4", "role": "user", "content": [{"type": "input_text", "text": TASK}]},
    ]  # fmt: skip
    if later:
        items += [
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look first."}],
             "content": [{"type": "reasoning_text", "text": "Look first."}], "encrypted_content": None},
            {"type": "message", "id": "msg_5", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
            *({"type": "function_call", "name": "exec_command", "arguments": json.dumps(a), "call_id": i}
              for i, _, a in CALLS),
            {"type": "function_call_output", "call_id": CALLS[0][0], "output": ""},
            {"type": "message", "id": "msg_6", "role": "developer", "content": [
                {"type": "input_text", "text": "<permissions …"}]},
            {"type": "function_call_output", "call_id": CALLS[1][0], "output": "exited 1"},
        ]  # fmt: skip
    function = {"type": "function", "strict": False, "description": "…", "parameters": RUN}
    return "/v1/responses", {
        "model": model, "stream": True, "store": False, "input": items, "tool_choice": "auto",
        "parallel_tool_calls": True, "reasoning": {"effort": "medium", "summary": "auto"},
        "include": ["reasoning.encrypted_content"], "prompt_cache_key": "01a2", "instructions": "Be exact.",
        "client_metadata": {"session_id": "s", "thread_id": "t"}, "text": {"verbosity": "low"},
        "tools": [
            {**function, "name": "exec_command"}, {**function, "name": "write_stdin"},
            {"type": "namespace", "name": "multi_agent_v1", "description": "…", "tools": [{**function, "name": "spawn"}]},
            {"type": "web_search", "external_web_access": False}],
    }  # fmt: skip


def _openai_tools(*names: str) -> list[dict[str, Any]]:
    return [{"type": "function", "function": {"name": name, "description": "…", "parameters": RUN}} for name in names]


def _openai_round(**kept: Any) -> list[dict[str, Any]]:
    calls = [
        {"id": i, "type": "function", "function": {"name": "bash", "arguments": json.dumps(a)}} for i, _, a in CALLS
    ]
    return [
        {"role": "assistant", "content": "", "tool_calls": calls, **kept},
        {"role": "tool", "tool_call_id": CALLS[1][0], "content": "exited 1"},
        {"role": "tool", "tool_call_id": CALLS[0][0], "content": ""},
    ]


def opencode(model: str, *, later: bool) -> tuple[str, dict[str, Any]]:
    messages = [{"role": "system", "content": "You are opencode …"}, {"role": "user", "content": f'"{TASK}"'}]
    messages += _openai_round(reasoning_content="Look first.") if later else []
    return "/v1/chat/completions", {
        "model": model, "max_tokens": 32000, "top_p": 0.95, "stream": True, "stream_options": {"include_usage": True},
        "tool_choice": "auto", "messages": messages, "tools": _openai_tools("bash", "edit", "read", "todowrite"),
    }  # fmt: skip


def opencode_title(model: str, *, later: bool) -> tuple[str, dict[str, Any]]:
    """The side call: two user messages after each other, no tools, an effort."""
    path, body = opencode(model, later=False)
    del body["tools"], body["tool_choice"]
    body["messages"] = [{"role": "system", "content": "You write titles."}, {"role": "user", "content": "A title for:\n"},
                        {"role": "user", "content": TASK}]  # fmt: skip
    return path, body | {"reasoning_effort": "minimal" if later else "none"}


def qwen_code(model: str, *, later: bool) -> tuple[str, dict[str, Any]]:
    parts = [f"<system-reminder>\n{part} …\n</system-reminder>" for part in ("Skills", "Context", "Tools", "Date")]
    content = [{"type": "text", "text": text} for text in (*parts, TASK)]
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You are Qwen Code …"},
        {"role": "user", "content": content},
    ]
    messages += _openai_round() if later else []
    return "/v1/chat/completions", {
        "model": model, "max_tokens": 32000, "stream": True, "stream_options": {"include_usage": True},
        "messages": messages, "tools": _openai_tools("run_shell_command", "edit", "read_file", "tool_search"),
    }  # fmt: skip


def qwen_code_older(model: str, *, later: bool) -> tuple[str, dict[str, Any]]:
    """User, "Got it…", user; `max_tokens` 8000; a tool whose parameters are left out."""
    path, body = qwen_code(model, later=later)
    said = [{"role": "user", "content": "This is the context."}, {"role": "assistant", "content": "Got it. Thanks!"}]
    body["messages"][1:1] = said
    del body["tools"][0]["function"]["parameters"]
    return path, body | {"max_tokens": 8000, "metadata": {"sessionId": "s", "promptId": "p"}}


AGENTS = (claude_code, claude_code_older, codex, opencode, opencode_title, qwen_code, qwen_code_older)
