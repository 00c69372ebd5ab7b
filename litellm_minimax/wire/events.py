"""The content of a MiniMax answer as a few frozen events: all that the wire code and LiteLLM's side share.

A streamed answer and a whole one give the same events. Their order is fixed: first ``Started``; then
reasoning, text and tool calls as they arrive; at the end ``Usage`` (if the server sent it), ``ProviderFields``
and ``Finish``, in this order, once each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class Started:
    """The answer's envelope, taken from the first frame that has one."""

    id: str | None
    """MiniMax's trace id (32 hex digits), as in the ``Trace-Id`` header."""
    model: str | None
    """The model that says it answered; not always the one that was asked."""
    created: int | None
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A new piece of the model's thinking. Text that a snapshot repeats has been removed already."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer, without tags."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallStart:
    """A tool call begins. ``index`` counts from 0 in order of appearance, whatever index the server sent."""

    index: int
    id: str
    """As MiniMax sent it, byte for byte; generated only if MiniMax sent none."""
    name: str


@dataclass(frozen=True, slots=True)
class ToolCallArguments:
    """A fragment of the arguments (JSON text) of a call that has started."""

    index: int
    fragment: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts exactly as the server sent them; ``None`` for a count it did not send."""

    prompt_tokens: int
    completion_tokens: int
    """Includes the reasoning."""
    total_tokens: int
    reasoning_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderFields:
    """Everything else MiniMax sent (``base_resp``, sensitivity flags, the raw finish reason), as JSON values."""

    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of the answer, with the finish reason that OpenAI defines."""

    reason: FinishReason
    raw: str | None
    """MiniMax's own finish reason, or ``None`` when the stream ended without one."""


Event: TypeAlias = Started | Reasoning | Text | ToolCallStart | ToolCallArguments | Usage | ProviderFields | Finish
