"""What a MiniMax answer says, as a few frozen events: the only vocabulary between the wire and LiteLLM.

A streamed answer and a whole one give the same events. Their order is fixed: first ``Started``; then
reasoning, text and tool calls as they arrive; at the end ``Usage`` (if the server told it), ``ProviderFields``
and ``Finish``, in this order, once each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class Started:
    """The answer's envelope, from the first frame that carries it."""

    id: str | None
    """MiniMax's trace id (32 hex digits), as in the ``Trace-Id`` header."""
    model: str | None
    """The model that says it answered; not always the one that was asked."""
    created: int | None
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of the model's thinking, never seen before (snapshots have been reduced to what is new)."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer, free of tags."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallStart:
    """A tool call begins. ``index`` counts from 0 in order of appearance, whatever the server counted."""

    index: int
    id: str
    """As MiniMax sent it, byte for byte; generated only where none came."""
    name: str


@dataclass(frozen=True, slots=True)
class ToolCallArguments:
    """A fragment of the JSON text of a started call's arguments."""

    index: int
    fragment: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts exactly as the server told them; ``None`` where it told nothing."""

    prompt_tokens: int
    completion_tokens: int
    """Includes the reasoning."""
    total_tokens: int
    reasoning_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderFields:
    """Whatever else MiniMax said (``base_resp``, sensitivity flags, the raw finish reason), JSON values only."""

    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of the answer, in OpenAI's words."""

    reason: FinishReason
    raw: str | None
    """MiniMax's own word, or ``None`` when the stream ended without one."""


Event: TypeAlias = Started | Reasoning | Text | ToolCallStart | ToolCallArguments | Usage | ProviderFields | Finish
