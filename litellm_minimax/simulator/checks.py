"""The strict validation of the hosted API: each known 2013 text and what triggers it.

There is one function per rule. Each takes an OpenAI-shaped body and returns the reason (the text between
``invalid params, `` and `` (2013)``) or ``None``. If a source gives a text without a cause, the most likely cause is
used here and marked "assumed".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from litellm_minimax.catalog import MODELS, ModelFacts, Thinking, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from litellm_minimax.simulator.quirks import Quirks

_ROLES = frozenset({"user", "assistant", "tool", "root"})
_HER_ROLES = frozenset({"user_system", "group", "sample_message_user", "sample_message_ai"})
_THOUGHT = re.compile(r"\A\s*+<think>.*?</think>\s*+", re.DOTALL)
_IDS = frozenset(facts.id for facts in MODELS)

Body = dict[str, Any]


def syntax_error(raw: bytes) -> str | None:
    """Refuse malformed JSON; the server's parser quotes the body back."""
    try:
        json.loads(raw)
    except UnicodeDecodeError as wrong:
        return f'"Syntax error at index {wrong.start}: invalid utf-8"'
    except ValueError as wrong:
        at = wrong.pos if isinstance(wrong, json.JSONDecodeError) else 0
        text = raw.decode("utf-8", "replace")
        kind = "eof" if at >= len(text.rstrip()) else "invalid char"
        near = text[max(0, at - 32) : at + 32]
        return f'"Syntax error at index {at}: {kind}\\n\\n\\t{near}\\n"'
    return None


def required(body: Body, _quirks: Quirks) -> str | None:
    """Require ``model`` and ``messages``."""
    for name in ("model", "messages"):
        if body.get(name) is None:
            return f"binding: expr_path={name}, cause=missing required parameter"
    return None


def model(body: Body, quirks: Quirks) -> str | None:
    """Require a known model; its name comes back in lower case."""
    name = body["model"]
    known = find(name) if quirks.id_case == "insensitive" else (name in _IDS)
    return None if known and not _gone(name, quirks) else f"unknown model '{name.lower()}'"


def _gone(name: str, quirks: Quirks) -> bool:
    facts = find(name)
    if facts is None:
        return True
    if facts.status == "retired" and quirks.retired == "refused":
        return True
    families = {
        "m2": facts.id == "MiniMax-M2",
        "m2.1": facts.id.startswith("MiniMax-M2.1"),
        "abab": facts.id.startswith("abab"),
    }
    return families.get(quirks.gone, False)


def thinking(body: Body, quirks: Quirks) -> str | None:
    """Check ``thinking``: M3 takes ``adaptive`` and ``disabled``, M3.1 can't stop thinking, the others ignore it."""
    facts = _facts(body)
    wanted = (body.get("thinking") or {}).get("type")
    if facts.thinking is Thinking.EFFORT:
        if wanted == "disabled":
            return f"model[{facts.id}] requires adaptive thinking"
        if body.get("reasoning_effort") == "none":
            return 'invalid reasoning_effort: "none" (allowed: low, medium, high, xhigh, max)'
    if (
        facts.thinking in {Thinking.EFFORT, Thinking.SWITCH}
        and wanted not in {None, "adaptive", "disabled"}
        and quirks.thinking_types == "strict"
    ):
        return f'invalid thinking.type: "{wanted}" (allowed: adaptive, disabled)'
    return None


def sampling(body: Body, quirks: Quirks) -> str | None:
    """Check the ranges of ``temperature`` and ``top_p``."""
    temperature, top_p = body.get("temperature"), body.get("top_p")
    if temperature is not None:
        good = 0 <= temperature <= 2 if quirks.temperature == "[0,2]" else 0 < temperature <= 1
        if not good:
            return f"temperature must be in range {quirks.temperature}, got {temperature}"
    if top_p is not None and not 0 <= top_p <= 1:
        return f"top_p must be in range [0,1], got {top_p}"
    return None


def lengths(body: Body, quirks: Quirks) -> str | None:
    """Check ``max_completion_tokens`` and ``max_tokens``: at least 1, at most what the model can write."""
    facts = _facts(body)
    most = quirks.output_cap if quirks.output_cap and facts.thinking is Thinking.ALWAYS else facts.max_output
    for name in ("max_completion_tokens", "max_tokens"):
        value = body.get(name)
        if value is None:
            continue
        if value < 1:
            return f"{name} must be greater than 0, got {value}"
        if value > most:
            return f"model[{facts.id}] does not support max tokens > {most}"
    return None


def choices(body: Body, quirks: Quirks) -> str | None:
    """Refuse ``n`` above 1, if the switch says so."""
    if quirks.n == "reject" and (body.get("n") or 1) > 1:
        return f"model[{_facts(body).id}] does not support n > 1"
    return None


def tools(body: Body, quirks: Quirks) -> str | None:
    """Require every tool to be a function with a name and a non-empty schema."""
    return _first(_tool(tool, quirks) for tool in body.get("tools") or [])


def _tool(tool: dict[str, Any], quirks: Quirks) -> str | None:
    kind = tool.get("type") or ""
    if kind == "web_search":
        return None if quirks.web_search == "accept" else "web_search is not support"
    if kind != "function":
        return f"invalid tool type: {kind}"
    function = tool.get("function") or {}
    if not function.get("name"):
        return "function name or parameters is empty"
    return None if function.get("parameters") else "function parameters is empty"


def messages(body: Body, quirks: Quirks) -> str | None:
    """Check roles, their order, and that contents are not empty."""
    listed: list[dict[str, Any]] = body["messages"]
    if not listed:
        return "messages is empty"
    reason = _first(_role(message, at, body, quirks) for at, message in enumerate(listed))
    if reason is None and all(message.get("role") == "system" for message in listed):
        # The text is known from CodexPlusPlus#267 and next-ai-draw-io#221; the cause is assumed.
        return "invalid chat setting"
    return reason or _first(_content(message, quirks) for message in listed)


def _role(message: dict[str, Any], at: int, body: Body, quirks: Quirks) -> str | None:
    role = message.get("role")
    if role == "system":
        allowed = at == 0 or quirks.several_system == "accept"
    else:
        allowed = role in _ROLES or (role in _HER_ROLES and not _facts(body).tools)
    return None if allowed else f"chat content has invalid message role: {role or ''}"


def _content(message: dict[str, Any], quirks: Quirks) -> str | None:
    content = message.get("content")
    switch = quirks.missing_content if content is None else quirks.empty_content
    unsaid = not content and switch == "accept"
    if message.get("role") == "assistant" and message.get("tool_calls") and unsaid:
        return None
    if message.get("role") == "assistant" and quirks.thought_only == "reject" and isinstance(content, str):
        content = _THOUGHT.sub("", content)
    if isinstance(content, list):
        return _parts(content)
    return None if isinstance(content, str) and content.strip() else "chat content is empty"


def _parts(parts: list[dict[str, Any]]) -> str | None:
    kinds = [part.get("type") for part in parts]
    for kind in kinds:
        if kind not in {"text", "image_url", "video_url", "mid_conv_system"}:
            return f"invalid content type: {kind}"
    said = any((part.get("text") or "").strip() for part in parts)
    return None if said or {"image_url", "video_url"} & set(kinds) else "chat content is empty"


def tool_calls(body: Body, _quirks: Quirks) -> str | None:
    """Require calls in the history to have ids and JSON arguments."""
    for message in body["messages"]:
        for call in message.get("tool_calls") or []:
            function = call.get("function") or {}
            if not function.get("name"):
                return "function name or parameters is empty"
            if not (call.get("id") or "").strip():
                return "tool call id is invalid"
            if not _json_text(function.get("arguments")):
                return f"invalid function arguments json string, tool_call_id: {call['id']}"
    return None


def tool_results(body: Body, quirks: Quirks) -> str | None:
    """Require results directly after their calls, all of them, each with an id of the assistant turn before."""
    if quirks.orphans == "accept":
        return None
    listed: list[dict[str, Any]] = body["messages"]
    issued: set[str] = set()
    open_ids: set[str] = set()
    for at, message in enumerate(listed):
        if message.get("role") == "tool":
            reason = _result(message, issued, open_ids)
            if reason:
                return reason
            open_ids.discard(message["tool_call_id"])
            continue
        if open_ids:
            return _interrupted(open_ids, listed[at:])
        issued = {call["id"] for call in message.get("tool_calls") or []}
        open_ids = set(issued)
    return "tool call and result not match" if open_ids else None


def _result(message: dict[str, Any], issued: set[str], open_ids: set[str]) -> str | None:
    identity = message.get("tool_call_id") or ""
    if not identity.strip():
        return "tool call id is invalid"
    if identity not in issued:
        return f"tool result's tool id({identity}) not found"
    # A second result for one call; this text for it is assumed.
    return None if identity in open_ids else "tool call and result not match"


def _interrupted(open_ids: set[str], rest: list[dict[str, Any]]) -> str:
    """Return the reason when another message comes before a result: the result is late, or missing (assumed causes)."""
    later = any(message.get("role") == "tool" and message.get("tool_call_id") in open_ids for message in rest)
    return "tool call result does not follow tool call" if later else "tool call and result not match"


def service_tier(body: Body, quirks: Quirks) -> str | None:
    """Refuse the field, if the switch says so."""
    return "service_tier is not support" if body.get("service_tier") and quirks.service_tier == "reject" else None


RULES: tuple[Callable[[Body, Quirks], str | None], ...] = (
    required, model, thinking, sampling, lengths, choices, service_tier, tools, messages, tool_calls, tool_results,
)  # fmt: skip


def refusal(body: Body, quirks: Quirks) -> str | None:
    """Return the first rule that a body of the right shape breaks, in the server's apparent order."""
    return _first(rule(body, quirks) for rule in RULES)


def _first(reasons: Iterator[str | None]) -> str | None:
    return next((reason for reason in reasons if reason), None)


def _facts(body: Body) -> ModelFacts:
    facts = find(body["model"])
    if facts is None:  # the model rule comes first
        raise LookupError(body["model"])
    return facts


def _json_text(arguments: Any) -> bool:
    if not isinstance(arguments, str):
        return False
    try:
        json.loads(arguments)
    except ValueError:
        return False
    return True
