"""A streamed answer out of LiteLLM's cache, with its reasoning.

LiteLLM keeps the whole message in its cache and makes a stream of it again for a caller that wants one; the reasoning
is left out there (1.108.7), of every provider's answers. Only those that this package made are completed here.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from litellm_minimax.seams.wrapped import MARK

_OURS = ("minimax", "hybrid")
"""The provider-specific fields by which an answer of ours is known."""


def complete() -> None:
    """Put the reasoning back into both of LiteLLM's replays; one that a release no longer has is left out."""
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
    """The reasoning of the one choice of an answer of ours."""
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
    """A chunk in front of the first one, with nothing in it but the reasoning."""
    thought = chunk.model_copy(deep=True)
    thought.choices[0].finish_reason = None
    delta = thought.choices[0].delta
    delta.content = delta.tool_calls = delta.provider_specific_fields = None
    delta.reasoning_content = reasoning
    if hasattr(thought, "usage"):
        del thought.usage
    return thought
