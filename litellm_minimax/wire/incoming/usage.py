"""Reads MiniMax's token counts as they are sent."""

from __future__ import annotations

from collections.abc import Mapping

from litellm_minimax.wire.events import Usage


def read_usage(told: object) -> Usage | None:
    """Return the counts of one ``usage`` object; ``None`` for a placeholder (absent, null, or all zero).

    MiniMax reports cached tokens in one of two sets of fields: ``cached_tokens`` for its automatic cache, and
    ``cache_read_input_tokens`` with ``cache_creation_input_tokens`` where the request set ``cache_control``.
    """
    if not isinstance(told, Mapping):
        return None
    prompt = _count(told.get("prompt_tokens"))
    completion = _count(told.get("completion_tokens"))
    if not prompt and not completion:
        return None
    of_prompt = _mapping(told.get("prompt_tokens_details"))
    of_completion = _mapping(told.get("completion_tokens_details"))
    read = _count(of_prompt.get("cache_read_input_tokens"))
    return Usage(
        prompt_tokens=prompt or 0,
        completion_tokens=completion or 0,
        total_tokens=_count(told.get("total_tokens")) or (prompt or 0) + (completion or 0),
        reasoning_tokens=_count(of_completion.get("reasoning_tokens")),
        cache_read_tokens=_count(of_prompt.get("cached_tokens")) if read is None else read,
        cache_write_tokens=_count(of_prompt.get("cache_creation_input_tokens")),
    )


def summed(one: Usage | None, other: Usage | None) -> Usage | None:
    """Return the counts of two calls added up; a count that only one of them has is taken from that one."""
    if one is None or other is None:
        return one or other
    return Usage(
        prompt_tokens=one.prompt_tokens + other.prompt_tokens,
        completion_tokens=one.completion_tokens + other.completion_tokens,
        total_tokens=one.total_tokens + other.total_tokens,
        reasoning_tokens=_together(one.reasoning_tokens, other.reasoning_tokens),
        cache_read_tokens=_together(one.cache_read_tokens, other.cache_read_tokens),
        cache_write_tokens=_together(one.cache_write_tokens, other.cache_write_tokens),
    )


def _together(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
