"""LiteLLM's front doors, each asked in the four ways there are, and what came out of them in one shape."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import litellm
from openai.types.chat import ChatCompletionChunk

WAYS = ("sync", "async", "sync-stream", "async-stream")
STREAMED = ("sync-stream", "async-stream")
WHOLE = ("sync", "async")
MODEL = "minimax/MiniMax-M2"
HELLO = [{"role": "user", "content": "Hello!"}]


def tool(name: str = "get_weather", *properties: str) -> dict[str, Any]:
    fields = {name: {"type": "string"} for name in properties or ("city",)}
    schema = {"type": "object", "properties": fields, "required": list(fields)}
    return {"type": "function", "function": {"name": name, "description": name, "parameters": schema}}


@dataclass
class Heard:
    """One answer, whichever way it came."""

    content: str = ""
    reasoning: str = ""
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    finish: str | None = None
    ids: set[str] = field(default_factory=set)
    model: str | None = None
    usage: Any = None
    minimax: dict[str, Any] = field(default_factory=dict)
    chunks: list[Any] = field(default_factory=list)

    @property
    def message(self) -> tuple:
        """What must not depend on the way it was asked for."""
        return self.content, self.reasoning, self.calls, self.finish

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.usage.prompt_tokens, self.usage.completion_tokens, self.usage.total_tokens


async def ask(way: str, via: Any = litellm, **kwargs: Any) -> Heard:
    """Ask one of LiteLLM's doors (``litellm`` itself or a Router) one question."""
    call = {"model": MODEL, "messages": HELLO, **kwargs}
    match way:
        case "sync":
            return of_response(await asyncio.to_thread(via.completion, **call))
        case "async":
            return of_response(await via.acompletion(**call))
        case "sync-stream":
            chunks = await asyncio.to_thread(lambda: list(via.completion(**call, stream=True)))
        case "async-stream":
            chunks = [chunk async for chunk in await via.acompletion(**call, stream=True)]
    return of_chunks(chunks)


def of_response(response: Any) -> Heard:
    message = response.choices[0].message
    return Heard(
        content=message.content or "",
        reasoning=getattr(message, "reasoning_content", None) or "",
        calls=[(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or []],
        finish=response.choices[0].finish_reason,
        ids={response.id},
        model=response.model,
        usage=response.usage,
        minimax=(message.provider_specific_fields or {}).get("minimax", {}),
    )


def of_chunks(chunks: list[Any]) -> Heard:
    """Fold a stream as any OpenAI client does, and hold it against OpenAI's own model of a chunk."""
    heard = Heard(chunks=chunks)
    calls: dict[int, list[str]] = {}
    finishes = []
    for number, chunk in enumerate(chunks):
        ChatCompletionChunk.model_validate(chunk.model_dump(exclude_none=True))
        heard.ids.add(chunk.id)
        heard.model = chunk.model
        heard.usage = getattr(chunk, "usage", None) or heard.usage
        for choice in chunk.choices:
            delta = choice.delta
            if number == 0:
                assert delta.role == "assistant"
            heard.content += delta.content or ""
            heard.reasoning += getattr(delta, "reasoning_content", None) or ""
            heard.minimax |= (getattr(delta, "provider_specific_fields", None) or {}).get("minimax", {})
            for call in delta.tool_calls or []:
                known = calls.setdefault(call.index, ["", "", ""])
                known[0] += call.id or ""
                known[1] += call.function.name or ""
                known[2] += call.function.arguments or ""
            if choice.finish_reason:
                finishes.append(choice.finish_reason)
    assert len(finishes) == 1, f"a stream has one finish, not {finishes}"
    heard.finish = finishes[0]
    heard.calls = [tuple(call) for _, call in sorted(calls.items())]
    return heard
