"""Serves a client's own advisor tool on ``/v1/messages`` as a hybrid in mode advisor.

LiteLLM takes a request with ``advisor_20260301`` before any handler sees it, and runs its own loop (1.94.3 to 1.110.2).
That loop never checks whether the key may use the advisor's model, charges the advisor to nobody, streams nothing
until the whole answer has come, and fails the request when the advisor can't be reached or was asked too often. Our
interceptor is therefore put before LiteLLM's, for the models that this package serves on a proxy.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import Any

from litellm_minimax.hybrid import refusals
from litellm_minimax.hybrid.asking import spec
from litellm_minimax.hybrid.consulting import clients_tool
from litellm_minimax.hybrid.members import calls
from litellm_minimax.seams.claim_chat import HYBRID, PROVIDERS
from litellm_minimax.wire.faults import InvalidRequest

_MODULE = "interceptors"
_CLIENTS = frozenset({"max_tokens", "messages", "stop_sequences", "stream", "system", "temperature", "thinking",
                      "tool_choice", "tools", "top_k", "top_p"})  # fmt: skip
"""What a client of ``/v1/messages`` may set. A deployment may set the same names, but the client's values stay."""


class ServedAsHybrid:
    """A ``MessagesInterceptor`` of LiteLLM that serves the advisor tool on our models."""

    def __init__(self, module: Any) -> None:
        """Set up the interceptor.

        Args:
            module: LiteLLM's module with ``anthropic_messages_handler``, which a call continues with.
        """
        self._module = module

    def can_handle(self, tools: Any, custom_llm_provider: str | None) -> bool:
        """Whether this is the proxy, the model is one of ours, and the request has the tool."""
        ours = custom_llm_provider in PROVIDERS and calls.running_router() is not None
        return ours and clients_tool.is_declared(tools)

    async def handle(self, *, model: str, **given: Any) -> Any:
        """Continue the call as if the client had asked for a hybrid.

        Raises:
            Exception: LiteLLM's: a 400 for a malformed tool, else what the hybrid raises.
        """
        metadata = dict(given.get("litellm_metadata") or {})
        group = str(metadata.get("model_group") or model)
        try:
            tool, tools = clients_tool.read(given["tools"])
            options = tool.options(_executor(model, group, given), _route(given), first=_is_chosen(given, tool.name))
        except InvalidRequest as fault:
            raise refusals.bad_request(fault, group) from None
        if _is_chosen(given, tool.name):
            given["tool_choice"] = None
        metadata[clients_tool.TOOL_NAME] = tool.name
        named = "advisor" if spec.looks_like_spec(group) else group
        given = _without_deployment(given) | {
            "model": f"hybrid/{named}",
            "custom_llm_provider": HYBRID,
            "hybrid": options,
            "tools": tools or None,
            "litellm_metadata": metadata,
            "messages": _without_blocks(given["messages"]),
            "is_async": True,
        }
        answer = self._module.anthropic_messages_handler(**given)
        return await answer if inspect.isawaitable(answer) else answer


def leave_tries_to_members(data: dict[str, Any], team_id: str | None) -> None:
    """Stop the Router from retrying the whole call: it retries the executor already, and the two would multiply."""
    model, router = data.get("model"), calls.running_router()
    if router is None or not isinstance(model, str) or not clients_tool.is_declared(data.get("tools")):
        return
    behind = calls.RouterGroups(router, team_id).models(model)
    if any(each.partition("/")[0] in PROVIDERS for each in behind):
        data["num_retries"] = 0


def install() -> None:
    """Put our interceptor before LiteLLM's own; a second call does nothing.

    Raises:
        AttributeError, ImportError: this LiteLLM has moved them.
    """
    from litellm.llms.minimax.messages.transformation import MinimaxMessagesConfig

    beside = MinimaxMessagesConfig.__mro__[1].__module__.removesuffix("transformation")
    interceptors: list[Any] = importlib.import_module(beside + _MODULE).get_messages_interceptors()
    if not any(isinstance(each, ServedAsHybrid) for each in interceptors):
        interceptors.insert(0, ServedAsHybrid(importlib.import_module(beside + "handler")))


def _executor(model: str, group: str, given: Mapping[str, Any]) -> str:
    """Return the executor as a hybrid's member: the model group, or the executor of the hybrid that was asked for."""
    name = model.removeprefix("hybrid/")
    if given.get("custom_llm_provider") != HYBRID:
        return group
    if name.startswith("["):
        spec.parse(name)
        return spec.restore(name)[1:-1].partition(",")[2].strip()
    return str(_route(given).get("execution_model") or "")


def _route(given: Mapping[str, Any]) -> Mapping[str, Any]:
    options = given.get("hybrid")
    return options if isinstance(options, Mapping) else {}


def _is_chosen(given: Mapping[str, Any], name: str) -> bool:
    choice = given.get("tool_choice")
    return isinstance(choice, Mapping) and choice.get("type") == "tool" and choice.get("name") == name


def _without_deployment(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the call without the fields of the deployment that the Router chose; it chooses again for the executor."""
    info = given.get("model_info")
    found = calls.running_router().get_deployment(model_id=info.get("id")) if isinstance(info, Mapping) else None
    own = found.litellm_params.model_dump(exclude_none=True) if found is not None else {}
    return {name: value for name, value in given.items() if name not in own or name in _CLIENTS}


def _without_blocks(messages: Any) -> Any:
    """Return the history with another server's advice as text, because no other provider accepts the blocks."""
    from litellm.llms.anthropic.common_utils import strip_advisor_blocks_from_messages

    return strip_advisor_blocks_from_messages([dict(message) for message in messages], replace_with_text=True)
