"""The request to the reasoner: a description of its role, and the client's conversation as readable text.

The reasoner gets no callable tools, because with them it might take over the turn. Many providers refuse tool messages
in a request without tools, so the catalogue and the tool history become text. Parameters that shape the executor's
answer (``max_tokens``, ``stop``, ``response_format``, ``tools`` …) are not sent to the reasoner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from litellm_minimax.hybrid.accounting.tokens import shorten
from litellm_minimax.hybrid.asking.conversation import Message, calls_of, text_of
from litellm_minimax.hybrid.asking.preset import HandOver
from litellm_minimax.hybrid.asking.spec import Value

_ROLE = (
    "You are the thinking half of a pair. Another assistant, the executor, answers the person: it alone writes the "
    "answer and calls the tools. You can't call tools, so don't try, not even as text; say instead what the executor "
    "should look up, run or change. Consider what is wanted, what the transcript shows, what can go wrong, and how the "
    "executor should proceed."
)
_THINKING = " Your thinking is handed to the executor; an answer after it is not read."
_PLAN = (
    " Then write the plan that is handed to the executor, short and concrete: the goal, the approach, the places to "
    "change or to look at, the order of steps, the pitfalls. Describe code rather than write it."
)
_PLAN_NOW = "Write the plan for the executor now."
_CONTINUE = "Think about what the executor should do next."
_ADVISER = (
    "You are the adviser of another assistant, the executor, which works for the person: it alone writes the answer "
    "and calls the tools. You can't call tools, so don't try, not even as text. It consults you in the middle of its "
    "work. Tell it what you see that it does not: the approach to take, what it has overlooked, the risk, the next "
    "steps, and whether it is really done. Be concrete and short; describe code rather than write it."
)
_ADVISE_NOW = "Advise the executor now, in at most about {words} words."
_ASKS = "The executor asks: {question}"
_APPROVED = "APPROVED"
_REVIEWER = (
    "You review the work of another assistant, the executor, before the person reads its last answer. You can't call "
    "tools, so don't try, not even as text. Look for what is wrong, missing, untrue about the work shown in the "
    "transcript, or not what was asked for. Be concrete and short; leave style alone."
)
_DRAFT = "The executor would answer:"
_REVIEW_NOW = f"Review this answer. If it may stand as it is, write only {_APPROVED}; else say what must change."
_RESULT_TOKENS = 6000
_DESCRIPTION_TOKENS = 120
_CATALOGUE_TOKENS = 8000


def messages(
    conversation: Sequence[Message], tools: Iterable[object], hand_over: HandOver, *, sees_images: bool
) -> list[dict[str, Any]]:
    """Return one system message, then alternating user and assistant messages, of which the last is a user's."""
    built = _transcript(
        _ROLE + (_THINKING if hand_over == "thinking" else _PLAN), conversation, tools, sees_images=sees_images
    )
    if hand_over != "thinking":
        _append(built, {"role": "user", "content": _PLAN_NOW})
    elif built[-1]["role"] != "user":
        _append(built, {"role": "user", "content": _CONTINUE})
    return built


def advice_messages(
    conversation: Sequence[Message], tools: Iterable[object], question: str, most: int, *, sees_images: bool
) -> list[dict[str, Any]]:
    """Return the messages of a consultation in the middle of the executor's work.

    Args:
        conversation: the executor's messages so far.
        tools: the client's tools.
        question: what the executor asks; empty if it asks nothing in particular.
        most: the length of the advice, in tokens.
        sees_images: whether the reasoner takes images.
    """
    built = _transcript(_ADVISER, conversation, tools, sees_images=sees_images)
    now = _ADVISE_NOW.format(words=max(most * 3 // 4, 10))
    asks = f"{_ASKS.format(question=question)}\n\n" if question else ""
    _append(built, {"role": "user", "content": asks + now})
    return built


def review_messages(
    conversation: Sequence[Message], tools: Iterable[object], draft: str, *, sees_images: bool
) -> list[dict[str, Any]]:
    """Return the messages of a review: the conversation, and the executor's draft of its last answer."""
    built = _transcript(_REVIEWER, conversation, tools, sees_images=sees_images)
    _append(built, {"role": "user", "content": f"{_DRAFT}\n\n{draft}\n\n{_REVIEW_NOW}"})
    return built


def approves(review: str) -> bool:
    """Whether a review approves the draft."""
    return review.lstrip("*#`\"' \n").startswith(_APPROVED)


def _transcript(
    role: str, conversation: Sequence[Message], tools: Iterable[object], *, sees_images: bool
) -> list[dict[str, Any]]:
    system = [role]
    catalogue = _catalogue(tools)
    if catalogue:
        system.append("The executor's tools:\n" + catalogue)
    instructions = [text_of(m.get("content")) for m in conversation if m.get("role") in {"system", "developer"}]
    if any(instructions):
        system.append(
            "The executor's own instructions, for your information:\n" + "\n\n".join(filter(None, instructions))
        )
    built: list[dict[str, Any]] = [{"role": "system", "content": "\n\n".join(system)}]
    names = {call_id: name for message in conversation for call_id, name, _ in calls_of(message)}
    for message in conversation:
        _append(built, _as_text(message, names, sees_images=sees_images))
    return built


def parameters(
    own: Mapping[str, Value], client_effort: object, supported: AbstractSet[str], *, most: int
) -> dict[str, Any]:
    """Return the reasoner's request parameters: those of its member, and the one with which its model is told to think.

    Args:
        own: the parameters of the reasoning member in the model string.
        client_effort: the client's ``reasoning_effort``, if it sent one.
        supported: the names of the parameters that the model supports.
        most: the limit of its output, in tokens.
    """
    chosen: dict[str, Any] = {"max_tokens": most, **own}
    if "reasoning_effort" not in chosen and "reasoning_effort" in supported:
        chosen["reasoning_effort"] = client_effort if isinstance(client_effort, str) else "high"
    elif "reasoning_effort" not in chosen and "thinking" in supported:
        chosen["thinking"] = {"type": "enabled", "budget_tokens": max(1024, most // 2)}
        chosen["max_tokens"] = max(most, 2048)
    return chosen


def _as_text(message: Message, names: Mapping[str, str], *, sees_images: bool) -> dict[str, Any] | None:
    content = message.get("content")
    match message.get("role"):
        case "user":
            return {"role": "user", "content": content if isinstance(content, str) else _parts(content, sees_images)}
        case "assistant":
            said = [text_of(content)] if text_of(content) else []
            said += [f"[called the tool {name} with {arguments or '{}'}]" for _, name, arguments in calls_of(message)]
            return {"role": "assistant", "content": "\n".join(said)} if said else None
        case "tool" | "function":
            name = names.get(str(message.get("tool_call_id") or ""), str(message.get("name") or "a tool"))
            return {"role": "user", "content": f"[result of {name}]\n{shorten(text_of(content), _RESULT_TOKENS)}"}
    return None


def _parts(content: object, sees_images: bool) -> str | list[Any]:
    parts = content if isinstance(content, Sequence) else []
    if sees_images and any(isinstance(part, Mapping) and part.get("type") == "image_url" for part in parts):
        return [_bare(part) if _readable(part) else _placeholder(part) for part in parts]
    return "\n".join(
        text_of([part]) if isinstance(part, str) or part.get("type") == "text" else str(_placeholder(part)["text"])
        for part in parts
    )


def _readable(part: object) -> bool:
    return isinstance(part, Mapping) and part.get("type") in {"text", "image_url"}


def _bare(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "cache_control"}


def _placeholder(part: object) -> dict[str, Any]:
    kind = part.get("type") if isinstance(part, Mapping) else None
    return {"type": "text", "text": f"[here is an attachment of the kind {kind} that only the executor sees]"}


def _append(built: list[dict[str, Any]], message: dict[str, Any] | None) -> None:
    # Consecutive messages of one role are joined, because many chat templates require alternating roles.
    if message is None or message["content"] in ("", []):
        return
    last = built[-1]
    if last["role"] != message["role"]:
        built.append(message)
    elif isinstance(last["content"], str) and isinstance(message["content"], str):
        built[-1] = {**last, "content": f"{last['content']}\n\n{message['content']}"}
    else:
        built[-1] = {**last, "content": [*_listed(last["content"]), *_listed(message["content"])]}


def _listed(content: str | list[Any]) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _catalogue(tools: Iterable[object]) -> str:
    lines: list[str] = []
    for tool in tools:
        function = tool.get("function", tool) if isinstance(tool, Mapping) else {}
        if not isinstance(function, Mapping) or not function.get("name"):
            continue
        schema = function.get("parameters") or function.get("input_schema") or {}
        properties = schema.get("properties") or {} if isinstance(schema, Mapping) else {}
        described = ", ".join(f"{name}: {_type(value)}" for name, value in properties.items())
        about = shorten(str(function.get("description") or ""), _DESCRIPTION_TOKENS).strip()
        lines.append(f"- {function['name']}({described})" + (f": {about}" if about else ""))
    return shorten("\n".join(lines), _CATALOGUE_TOKENS)


def _type(schema: object) -> str:
    return str(schema.get("type") or "any") if isinstance(schema, Mapping) else "any"
