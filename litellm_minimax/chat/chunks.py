"""The one place that builds LiteLLM's objects: events become ``ModelResponse`` and ``ModelResponseStream``.

It sets the order at the end of a stream: *content, usage (with no choices), provider fields, finish*. LiteLLM accepts
usage only before the finish chunk. On that chunk or after it, LiteLLM replaces the usage with its own estimate, and a
stream without ``stream_options`` is then logged as 0 tokens and $0 (measured on 1.94.3 to 1.110.2; pinned by a contract
test).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, assert_never

from litellm.types.utils import (
    ChatCompletionDeltaToolCall,
    ChatCompletionMessageToolCall,
    Delta,
    Function,
    Message,
    ModelResponse,
    ModelResponseStream,
    StreamingChoices,
)
from litellm.types.utils import Usage as LiteLLMUsage

from litellm_minimax.wire.events import (
    Event,
    Finish,
    ProviderFields,
    Reasoning,
    Started,
    Text,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from litellm_minimax.wire.incoming.collector import AnswerCollector


def to_usage(usage: Usage, cost: float | None = None) -> LiteLLMUsage:
    """Return LiteLLM's usage object with exactly the upstream's numbers; LiteLLM's cost and logs read it."""
    details: dict[str, Any] = {}
    if usage.reasoning_tokens is not None:
        details["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    if usage.cache_read_tokens is not None or usage.cache_write_tokens is not None:
        details["prompt_tokens_details"] = {
            "cached_tokens": usage.cache_read_tokens or 0,
            "cache_creation_tokens": usage.cache_write_tokens or 0,
        }
        details["cache_read_input_tokens"] = usage.cache_read_tokens or 0
        details["cache_creation_input_tokens"] = usage.cache_write_tokens or 0
    if cost is not None:
        details["cost"] = cost
    return LiteLLMUsage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.total_tokens,
        **details,
    )


class ChunkBuilder:
    """Builds the chunks of one streamed answer: one id, one role, one finish."""

    __slots__ = ("_choice", "_created", "_id", "_model", "_role")

    def __init__(self, model: str) -> None:
        self._model = model
        # A copy of a choice costs a fifth of a new one, which is half of a whole chunk (measured on 1.108.7).
        self._choice = StreamingChoices()
        self._id: str | None = None
        self._created = int(time.time())
        self._role: str | None = "assistant"

    def chunks(self, events: Iterable[Event]) -> Iterator[ModelResponseStream]:
        """Yield a chunk for each event that a client sees; a call's start and its first arguments share one."""
        started: ToolCallStart | None = None
        for event in events:
            if started is not None:
                if isinstance(event, ToolCallArguments) and event.index == started.index:
                    yield self._tool_call(started, event.fragment)
                    started = None
                    continue
                yield self._tool_call(started, "")
                started = None
            if isinstance(event, ToolCallStart):
                started = event
                continue
            chunk = self._chunk(event)
            if chunk is not None:
                yield chunk
        if started is not None:
            yield self._tool_call(started, "")

    def _chunk(self, event: Event) -> ModelResponseStream | None:
        match event:
            case Text():
                return self._delta(content=event.text)
            case Reasoning():
                return self._delta(reasoning_content=event.text)
            case ToolCallArguments():
                return self._delta(tool_calls=[_call_delta(event.index, None, None, event.fragment)])
            case ToolCallStart():
                return self._tool_call(event, "")
            case Started():
                self._id = event.id
                self._created = event.created or self._created
                return None
            case Usage():
                return self._of([], usage=to_usage(event))
            case ProviderFields():
                return self._delta(provider_specific_fields=_named(event.fields))
            case Finish():
                return self._of([StreamingChoices(finish_reason=event.reason, delta=Delta())])
        assert_never(event)

    def _tool_call(self, start: ToolCallStart, arguments: str) -> ModelResponseStream:
        return self._delta(tool_calls=[_call_delta(start.index, start.id, start.name, arguments)])

    def _delta(self, **fields: Any) -> ModelResponseStream:
        role, self._role = self._role, None
        return self._of([self._choice.model_copy(update={"delta": Delta(role=role, **fields)})])

    def _of(self, choices: list[StreamingChoices], **fields: Any) -> ModelResponseStream:
        return ModelResponseStream(id=self._id, created=self._created, model=self._model, choices=choices, **fields)


def _named(fields: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Put fields under ``minimax``, also for ``minimax-plugin/``: readers need not know which name was called."""
    return {"minimax": dict(fields)}


def _call_delta(index: int, call_id: str | None, name: str | None, arguments: str) -> ChatCompletionDeltaToolCall:
    return ChatCompletionDeltaToolCall(
        index=index, id=call_id, type="function", function=Function(name=name, arguments=arguments)
    )


def to_response(answer: AnswerCollector, response: ModelResponse, model: str) -> ModelResponse:
    """Fill LiteLLM's ``response`` with a whole answer and return it."""
    calls = [
        ChatCompletionMessageToolCall(
            id=call.id, type="function", function=Function(name=call.name, arguments=call.arguments or "{}")
        )
        for _, call in sorted(answer.calls.items())
    ]
    text = answer.text
    fields = _named(answer.provider_fields) if answer.provider_fields else None
    choice = response.choices[0]
    choice.message = Message(
        content=text or (None if calls else ""),
        role="assistant",
        tool_calls=calls or None,
        reasoning_content=answer.reasoning or None,
        provider_specific_fields=fields,
    )
    choice.finish_reason = answer.finish.reason if answer.finish else "stop"
    if answer.started:
        response.id = answer.started.id or response.id
        response.created = answer.started.created or response.created
    response.model = model
    if answer.usage is not None:
        response.usage = to_usage(answer.usage)
    return response
