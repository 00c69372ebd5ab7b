"""What one call asks of a hybrid, and what its two members are asked in turn."""

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
"""LiteLLM takes it for every provider, and tells a stream's usage only then."""
_UNCACHED: Mapping[str, Any] = {"cache": {"no-cache": True, "no-store": True}}
"""LiteLLM's cache loses the thinking of what it gives out as a stream; a hybrid's whole answer is cached well."""
_STEERS_THINKING = ("reasoning_effort", "thinking", "verbosity")


@dataclass(frozen=True, slots=True)
class HybridRequest:
    """What one call asks of a hybrid."""

    model: str
    """The name the client asked for."""
    spec: HybridSpec
    preset: Preset
    messages: Sequence[Mapping[str, Any]]
    override: Override = field(default_factory=Override)
    params: Mapping[str, Any] = field(default_factory=dict)
    """The client's own parameters, for the executor."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    retried: bool = False
    """The Router sends the same request again, because the executor failed."""
    result_flags: Mapping[str, bool] = field(default_factory=dict)
    """By tool-call id, whether the client said that the tool failed; for doors that lose it on the way here."""
    advisor_tool: str | None = None
    """The name of the advisor's tool, if the client declared it by itself."""
    caller: str = "local"
    """Who is asking: a hash that the stores are keyed with."""
    trace: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that put the members' calls into the caller's trace."""
    logged: Mapping[str, Any] | None = None
    """The parameters by which LiteLLM will log the hybrid's own call."""
    session: str = ""
    """The client's own id of the conversation, where it sends one."""


@dataclass(frozen=True, slots=True)
class Members:
    """The two resolved members, and the Router that serves them."""

    reasoning: Target
    execution: Target
    router: Any = None


def reasoning_call(
    request: HybridRequest, preset: Preset, members: Members, messages: Sequence[Mapping[str, Any]]
) -> calls.SubCall:
    """The reasoner's call: the conversation as text, and parameters of its own.

    Args:
        request: the client's request.
        preset: the route's options, this request's overrides applied.
        members: the resolved members.
        messages: the client's messages, cleaned of this route's traces.
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
    # A thinking that has to wait for a rate limit to pass is not worth it: the executor answers without.
    params |= {**_WITH_USAGE, **_UNCACHED, **calls.without_waiting(members.router, target)}
    # Without its opening tag a thought ends at its closing one, which is otherwise taken out of an answer's text.
    metadata = {**request.metadata, KEEP_CLOSERS: True}
    return calls.SubCall(target, asked, params, metadata, members.router)


def advice_call(
    request: HybridRequest,
    preset: Preset,
    members: Members,
    messages: Sequence[Mapping[str, Any]],
    question: str,
) -> calls.SubCall:
    """The reasoner's call for advice in the middle of the executor's work.

    Args:
        request: the client's request.
        preset: the route's options.
        members: the resolved members.
        messages: the executor's messages so far, earlier consultations included.
        question: what the executor asks; empty for nothing in particular.
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
    """The reasoner's call to review ``draft``, the executor's answer to ``messages``."""
    sees_images = calls.sees_images(members.reasoning.model)
    tools = request.params.get("tools") or ()
    asked = reasoner_request.review_messages(messages, tools, draft, sees_images=sees_images)
    return _asked_call(request, preset, members, asked)


def answering_call(request: HybridRequest, members: Members, messages: Sequence[Mapping[str, Any]]) -> calls.SubCall:
    """The call of a reasoning model that answers by itself: the client's own, tools and wish for thinking included."""
    target = members.reasoning
    params = {**request.params, **request.spec.reasoning.params, **_WITH_USAGE, **_UNCACHED}
    params |= calls.without_waiting(members.router, target)
    # With one MiniMax key for both, the executor would otherwise be given the thinking that was taken out for it.
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
    """The executor's call: the client's own, with the notes among its messages.

    Args:
        request: the client's request.
        members: the resolved members.
        messages: the client's messages, with what is handed over.
        tools: tools instead of the client's.
        was_thought_for: the reasoner's thinking is handed over, so that the executor need not think as hard.
    """
    target = members.execution
    params = execution_params(request, target)
    if was_thought_for and "reasoning_effort" in calls.supported_params(target.model):
        params |= _lower_effort(params.get("reasoning_effort"), unasked=calls.thinks_unasked(target.model))
    params |= {**request.spec.execution.params, **_WITH_USAGE, **({"tools": tools} if tools else {})}
    return calls.SubCall(target, messages, params, request.metadata, members.router)


def execution_params(request: HybridRequest, target: Target) -> dict[str, Any]:
    """The client's parameters, but for a wish for thinking that an executor can't fulfil: it steers the reasoner."""
    supported = calls.supported_params(target.model)
    return {
        name: value
        for name, value in request.params.items()
        if name not in _STEERS_THINKING or not supported or name in supported
    }


def _lower_effort(wished: object, *, unasked: bool) -> dict[str, Any]:
    """The executor's ``reasoning_effort`` after the reasoner's; no word about it where it would not think anyhow."""
    level = wished.get("effort") if isinstance(wished, Mapping) else wished
    if level in _ABOVE_LOW or (wished is None and unasked):
        return {"reasoning_effort": {**wished, "effort": "low"} if isinstance(wished, Mapping) else "low"}
    return {}


_ABOVE_LOW = ("medium", "high", "xhigh", "max", "default", "auto")
