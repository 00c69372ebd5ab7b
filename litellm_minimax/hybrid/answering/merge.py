"""Two streams as one well-formed answer: one id, one role, one finish, one usage, and the model that was asked for.

The executor's deltas are passed on unchanged in chunks of this answer. The last chunks are usage (without choices),
the breakdown and the finish, in this order: LiteLLM 1.94.3 to 1.110.2 loses usage on the finish chunk or after it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import litellm
from litellm.types.utils import Delta, ModelResponse, ModelResponseStream, StreamingChoices, Usage

_OF_THE_WHOLE = ("system_fingerprint", "service_tier")


class Merger:
    """Builds the chunks of one hybrid answer."""

    def __init__(self, model: str) -> None:
        self.id = f"chatcmpl-{uuid.uuid4()}"
        self.created = int(time.time())
        self.model = model
        self.usage: Usage | None = None
        """The executor's usage, once it was reported."""
        self.told: dict[str, Any] = {}
        """The fingerprint and service tier that the executor's provider reported."""
        self._role_sent = False
        self._finishes: dict[int, str] = {}

    def reasoning(self, text: str) -> ModelResponseStream:
        """Return a chunk with a piece of the reasoner's thinking."""
        return self._delta(reasoning_content=text)

    def text(self, text: str) -> ModelResponseStream:
        """Return a chunk with text that the executor did not write."""
        return self._delta(content=text)

    def keep_alive(self) -> ModelResponseStream:
        """Return a chunk without content, which keeps the client's connection alive."""
        return self._delta(provider_specific_fields={"hybrid": {"waiting": True}})

    def pass_on(self, chunk: Any) -> ModelResponseStream | None:
        """Return the executor's chunk as a chunk of this answer; ``None`` if it has nothing for the client.

        The given chunk is not changed, because LiteLLM keeps it for its own accounting.
        """
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self.usage = usage
        self.told |= {name: value for name in _OF_THE_WHOLE if (value := getattr(chunk, name, None))}
        choices = [choice for choice in map(self._choice, chunk.choices or ()) if choice is not None]
        if not choices:
            return None
        extra = (
            {"provider_specific_fields": fields} if (fields := getattr(chunk, "provider_specific_fields", None)) else {}
        )
        return self._of(choices, **extra)

    def ending(self, usage: Usage, fields: Mapping[str, Any]) -> Iterator[ModelResponseStream]:
        """Yield the last chunks, in the order in which LiteLLM loses none of them."""
        yield self._of([], usage=usage)
        yield self._delta(provider_specific_fields={"hybrid": dict(fields)})
        finishes = self._finishes or {0: "stop"}
        yield self._of([StreamingChoices(index=at, finish_reason=why, delta=Delta()) for at, why in finishes.items()])

    def _choice(self, choice: Any) -> StreamingChoices | None:
        if choice.finish_reason:
            self._finishes[choice.index] = choice.finish_reason
        delta = choice.delta
        if _is_empty(delta) and getattr(choice, "logprobs", None) is None:
            return None
        changed: dict[str, Any] = {}
        if getattr(delta, "role", None) and self._role_sent and choice.index == 0:
            changed["delta"] = delta.model_copy(update={"role": None})
        if choice.finish_reason:
            changed["finish_reason"] = None
        if choice.index == 0 and not self._role_sent:
            self._role_sent = True
            changed["delta"] = delta.model_copy(update={"role": "assistant"})
        return choice.model_copy(update=changed) if changed else choice

    def _delta(self, **fields: Any) -> ModelResponseStream:
        role, self._role_sent = None if self._role_sent else "assistant", True
        return self._of([StreamingChoices(delta=Delta(role=role, **fields))])

    def _of(self, choices: list[StreamingChoices], **fields: Any) -> ModelResponseStream:
        whole = {"id": self.id, "created": self.created, "model": self.model, **self.told}
        return ModelResponseStream(choices=choices, **whole, **fields)


def to_response(
    chunks: Sequence[Any],
    merger: Merger,
    *,
    shown: str,
    usage: Usage,
    cost: float,
    fields: Mapping[str, Any],
    headers: Mapping[str, Any],
) -> ModelResponse:
    """Return the whole answer.

    Args:
        chunks: the executor's chunks.
        merger: the merger that built the answer's chunks.
        shown: the reasoner's text that was shown to the client.
        usage: the usage of all calls.
        cost: the cost of all calls.
        fields: the breakdown.
        headers: the headers of the executor's provider.
    """
    # Without a cost in the usage, LiteLLM would look for a price by the executor's bare name, find none and log that.
    told = ModelResponseStream(id=merger.id, model=merger.model, choices=[], usage=usage)
    response = litellm.stream_chunk_builder([*chunks, told]) if chunks else None
    if not isinstance(response, ModelResponse) or not response.choices:
        response = ModelResponse()
        response.choices[0].message.content = ""
    message: Any = response.choices[0].message
    if shown:
        blocks = getattr(message, "thinking_blocks", None)
        message.reasoning_content = shown + (getattr(message, "reasoning_content", None) or "")
        if blocks:
            # /v1/messages shows the blocks if there are any, so the reasoner's text becomes an unsigned block.
            message.thinking_blocks = [{"type": "thinking", "thinking": shown, "signature": ""}, *blocks]
    own = getattr(message, "provider_specific_fields", None) or {}
    message.provider_specific_fields = {**own, "hybrid": dict(fields)}
    response.id, response.created, response.model = merger.id, merger.created, merger.model
    response.usage = usage
    for name, value in merger.told.items():
        setattr(response, name, value)
    # LiteLLM reads a custom handler's cost, headers and provider from here.
    response._hidden_params |= {"response_cost": cost, "custom_llm_provider": "hybrid"}  # noqa: SLF001
    response._hidden_params["additional_headers"] = dict(headers)  # noqa: SLF001
    return response


def _is_empty(delta: Any) -> bool:
    if delta.content or delta.tool_calls or getattr(delta, "reasoning_content", None):
        return False
    told = delta.model_dump(exclude_none=True)
    told.pop("role", None)
    return not any(value not in ("", [], {}) for value in told.values())


def reasons(chunk: ModelResponseStream) -> bool:
    """Whether a chunk carries reasoning, in any field."""
    shapes = ("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks")
    return any(getattr(choice.delta, shape, None) for choice in chunk.choices for shape in shapes)
