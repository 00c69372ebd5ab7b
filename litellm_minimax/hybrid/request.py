"""One call of a hybrid, and the calls of its two members that are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litellm_minimax.hybrid.asking.preset import Override, Preset
from litellm_minimax.hybrid.asking.spec import HybridSpec
from litellm_minimax.hybrid.members import calls
from litellm_minimax.hybrid.members.resolution import Target
from litellm_minimax.hybrid.thinking import reasoner_request
from litellm_minimax.wire.options import KEEP_CLOSERS, MEMORY_PART

_WITH_USAGE: Mapping[str, Any] = {"stream_options": {"include_usage": True}}
"""LiteLLM accepts this for every provider, and reports a stream's usage only with it."""
_UNCACHED: Mapping[str, Any] = {"cache": {"no-cache": True, "no-store": True}}
"""LiteLLM's cache loses the reasoning of streams, so members' calls are not cached. A hybrid's whole answer can be."""
_STEERS_THINKING = ("reasoning_effort", "thinking", "verbosity")


@dataclass(frozen=True, slots=True)
class HybridRequest:
    """One call of a hybrid."""

    model: str
    """The model name that the client asked for."""
    spec: HybridSpec
    preset: Preset
    messages: Sequence[Mapping[str, Any]]
    override: Override = field(default_factory=Override)
    params: Mapping[str, Any] = field(default_factory=dict)
    """The client's own parameters, for the executor."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    retried: bool = False
    """Whether the Router sends the same request again because the executor failed."""
    result_flags: Mapping[str, bool] = field(default_factory=dict)
    """By tool-call id, whether the client said that the tool failed; for endpoints whose translation drops the flag."""
    advisor_tool: str | None = None
    """The name of the advisor's tool, if the client itself declared it."""
    caller: str = "local"
    """Identifies the caller; a part of the keys of all stores."""
    trace: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that put the members' calls into the caller's trace."""
    logged: Mapping[str, Any] | None = None
    """The parameters by which LiteLLM will log the hybrid's own call."""
    session: str = ""
    """The client's own id of the conversation, if it sent one."""


@dataclass(frozen=True, slots=True)
class Members:
    """The two resolved members, and the Router that calls them."""

    reasoning: Target
    execution: Target
    router: Any = None


def reasoning_call(
    request: HybridRequest, preset: Preset, members: Members, messages: Sequence[Mapping[str, Any]]
) -> calls.SubCall:
    """Return the reasoner's call: the conversation as text, with the reasoner's own parameters.

    Args:
        request: the client's request.
        preset: the route's options, with this request's overrides.
        members: the resolved members.
        messages: the client's messages, without what this route added to them.
    """
    target = members.reasoning
    asked = reasoner_request.messages(
        messages,
        request.params.get("tools") or (),
        preset.hand_over,
        sees_images=calls.sees_images(target.model),
    )
    return _asked_call(request, preset, members, asked)


def _asked_call(
    request: HybridRequest, preset: Preset, members: Members, asked: Sequence[Mapping[str, Any]]
) -> calls.SubCall:
    target = members.reasoning
    params = reasoner_request.parameters(
        request.spec.reasoning.params,
        request.params.get("reasoning_effort"),
        calls.supported_params(target.model),
        most=preset.max_reasoning_tokens,
    )
    # Thinking is not worth waiting for a rate limit to pass: the executor answers without it.
    params |= {**_WITH_USAGE, **_UNCACHED, **calls.without_waiting(members.router, target)}
    # The closing tag is kept, because it alone marks the end of a thought whose opening tag is missing.
    metadata = {**request.metadata, KEEP_CLOSERS: True}
    return calls.SubCall(target, asked, params, metadata, members.router)


def advice_call(
    request: HybridRequest,
    preset: Preset,
    members: Members,
    messages: Sequence[Mapping[str, Any]],
    question: str,
) -> calls.SubCall:
    """Return the reasoner's call for advice in the middle of the executor's work.

    Args:
        request: the client's request.
        preset: the route's options.
        members: the resolved members.
        messages: the executor's messages so far, earlier consultations included.
        question: what the executor asks; empty if it asks nothing in particular.
    """
    target = members.reasoning
    asked = reasoner_request.advice_messages(
        messages,
        request.params.get("tools") or (),
        question,
        preset.max_advice_tokens,
        sees_images=calls.sees_images(target.model),
    )
    return _asked_call(request, preset, members, asked)


def review_call(
    request: HybridRequest, preset: Preset, members: Members, messages: Sequence[Mapping[str, Any]], draft: str
) -> calls.SubCall:
    """Return the reasoner's call to review ``draft``, the executor's answer to ``messages``."""
    sees_images = calls.sees_images(members.reasoning.model)
    tools = request.params.get("tools") or ()
    asked = reasoner_request.review_messages(messages, tools, draft, sees_images=sees_images)
    return _asked_call(request, preset, members, asked)


def answering_call(request: HybridRequest, members: Members, messages: Sequence[Mapping[str, Any]]) -> calls.SubCall:
    """Return the call of a reasoning model that answers by itself, with all of the client's parameters and tools."""
    target = members.reasoning
    params = {**request.params, **request.spec.reasoning.params, **_WITH_USAGE, **_UNCACHED}
    params |= calls.without_waiting(members.router, target)
    # The reasoning memory keeps the members apart: where both use one MiniMax key, the executor would otherwise get
    # back the reasoner's thinking, which was removed from its messages.
    metadata = {**request.metadata, MEMORY_PART: "reasoning member"}
    return calls.SubCall(target, messages, params, metadata, members.router)


def execution_call(
    request: HybridRequest,
    members: Members,
    messages: Sequence[Mapping[str, Any]],
    *,
    tools: Sequence[object] | None = None,
    was_thought_for: bool = False,
) -> calls.SubCall:
    """Return the executor's call: the client's own, with the notes among its messages.

    Args:
        request: the client's request.
        members: the resolved members.
        messages: the client's messages, with what is handed over.
        tools: tools to send instead of the client's.
        was_thought_for: whether the reasoner's thinking is handed over, so that the executor can think less.
    """
    target = members.execution
    params = execution_params(request, target)
    if was_thought_for and "reasoning_effort" in calls.supported_params(target.model):
        params |= _lower_effort(params.get("reasoning_effort"), unasked=calls.thinks_unasked(target.model))
    params |= {**request.spec.execution.params, **_WITH_USAGE, **({"tools": tools} if tools else {})}
    return calls.SubCall(target, messages, params, request.metadata, members.router)


def execution_params(request: HybridRequest, target: Target) -> dict[str, Any]:
    """Return the client's parameters for the executor.

    Those that steer thinking are left out if the executor does not support them; they still apply to the reasoner.
    """
    supported = calls.supported_params(target.model)
    return {
        name: value
        for name, value in request.params.items()
        if name not in _STEERS_THINKING or not supported or name in supported
    }


def _lower_effort(wished: object, *, unasked: bool) -> dict[str, Any]:
    """Return a low ``reasoning_effort`` for the executor; nothing if it would think little or not at all anyway."""
    level = wished.get("effort") if isinstance(wished, Mapping) else wished
    if level in _ABOVE_LOW or (wished is None and unasked):
        return {"reasoning_effort": {**wished, "effort": "low"} if isinstance(wished, Mapping) else "low"}
    return {}


_ABOVE_LOW = ("medium", "high", "xhigh", "max", "default", "auto")
