"""Adds the reasoning to streamed answers from LiteLLM's cache.

LiteLLM caches the whole message, and turns it back into a stream for a caller that wants one. It leaves out the
reasoning there (1.108.7), for every provider. Only answers that this package made are completed here.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from litellm_minimax.seams.wrapped import MARK

_OURS = ("minimax", "hybrid")
"""The provider-specific fields by which our answers are recognised."""


def complete() -> None:
    """Put the reasoning back into both of LiteLLM's replay functions; one that a release no longer has is skipped."""
    import litellm

    for name, completed in (
        ("convert_to_streaming_response_async", _completed_async),
        ("convert_to_streaming_response", _completed),
    ):
        original = getattr(litellm.utils, name, None)
        if original is not None and not hasattr(original, MARK):
            wrapped = completed(original)
            setattr(wrapped, MARK, original)
            setattr(litellm.utils, name, wrapped)


def _completed_async(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    @functools.wraps(original)
    async def replay(response_object: dict[str, Any] | None = None) -> AsyncIterator[Any]:
        reasoning = _left_out(response_object)
        async for chunk in original(response_object):
            if reasoning and not _has_reasoning(chunk):
                yield _thought(chunk, reasoning)
            reasoning = None
            yield chunk

    return replay


def _completed(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    @functools.wraps(original)
    def replay(response_object: dict[str, Any] | None = None) -> Iterator[Any]:
        reasoning = _left_out(response_object)
        for chunk in original(response_object):
            if reasoning and not _has_reasoning(chunk):
                yield _thought(chunk, reasoning)
            reasoning = None
            yield chunk

    return replay


def _left_out(response: Mapping[str, Any] | None) -> str | None:
    """Return the reasoning of the one choice, if the answer is ours."""
    choices = (response or {}).get("choices")
    if not isinstance(choices, list) or len(choices) != 1:
        return None
    message = choices[0].get("message")
    fields = message.get("provider_specific_fields") if isinstance(message, Mapping) else None
    if not isinstance(fields, Mapping) or not any(name in fields for name in _OURS):
        return None
    reasoning = message.get("reasoning_content")
    return reasoning if isinstance(reasoning, str) else None


def _has_reasoning(chunk: Any) -> bool:
    return bool(getattr(chunk.choices[0].delta, "reasoning_content", None))


def _thought(chunk: Any, reasoning: str) -> Any:
    """Return a chunk that holds only the reasoning, to send before the first one."""
    thought = chunk.model_copy(deep=True)
    thought.choices[0].finish_reason = None
    delta = thought.choices[0].delta
    delta.content = delta.tool_calls = delta.provider_specific_fields = None
    delta.reasoning_content = reasoning
    if hasattr(thought, "usage"):
        del thought.usage
    return thought
