"""Calling a member: through the running Router (with its fallbacks, cooldowns and limits) or through LiteLLM directly.

Billing: the outer call is logged and charged, with the sum of all sub-calls. So a sub-call is *disowned* as soon as its
stream is open: LiteLLM is told not to log its success, and the caller's identity is removed from its metadata, because
the proxy's spend writer ignores ``no-log``. This can't happen earlier, because the Router's cooldowns need the logging
of failed attempts, and it finds a team's deployments by the team's id. If the outer call fails or the client
disconnects, the members' calls are *charged* separately, so that no usage goes unpaid.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from litellm_minimax.hybrid.members.resolution import Target

INSIDE: ContextVar[bool] = ContextVar("litellm_minimax_inside_hybrid", default=False)
"""Set while a hybrid calls a member, so that a hybrid inside a hybrid can be refused."""

_RESERVATION = "user_api_key_budget_reservation"
_HEALTH_TAG = "litellm-internal-health-check"
"""LiteLLM's tag for its own ``/health`` calls. No deployment has it, so a router that filters by tags finds none."""
_IDENTITY = ("user_api_key", "user_api_end_user", "agent_id", "billing_agent_id", "actor_agent_id")
_DOORS_METADATA = ("metadata", "litellm_metadata")
_SAID_ALREADY = (
    "async_complete_streaming_response", "complete_streaming_response", "has_logged_async_success",
    "has_logged_sync_success",
)  # fmt: skip
"""Where LiteLLM records that a stream was logged; cleared before charging, since a disowned stream was not."""


@dataclass(frozen=True, slots=True)
class RouterGroups:
    """A Router's model groups, as one caller sees them."""

    router: Any
    team_id: str | None = None

    def names(self) -> Collection[str]:
        """Return the names of groups and aliases, including those of the caller's team."""
        registry = self._registry()
        if registry is not None:
            return [*registry.names(team_id=self.team_id), *registry.aliases()]
        return [*self.router.get_model_names(team_id=self.team_id), *(self.router.model_group_alias or {})]

    def models(self, name: str) -> Sequence[str]:
        """Return LiteLLM's models behind ``name``."""
        params = self._params(name)
        return [_with_provider(str(each.get("model") or ""), each.get("custom_llm_provider")) for each in params]

    def drops_params(self, name: str) -> bool:
        """Whether a deployment's own settings decide about parameters that its model does not support."""
        settings = ("drop_params", "allowed_openai_params", "additional_drop_params")
        return any(each.get(setting) for each in self._params(name) for setting in settings)

    def _params(self, name: str) -> list[Mapping[str, Any]]:
        registry = self._registry()
        found = (registry.deployments if registry is not None else self.router.get_model_list)(
            model_name=name, team_id=self.team_id
        )
        return [deployment.get("litellm_params") or {} for deployment in found or ()]

    def _registry(self) -> Any:
        """Return the registry of LiteLLM 1.110 and later, where the Router's own methods for this are deprecated."""
        registry = getattr(self.router, "registry", None)
        return registry() if callable(registry) else None


@dataclass(frozen=True, slots=True)
class SubCall:
    """One call of a member, ready to be made."""

    target: Target
    messages: Sequence[Mapping[str, Any]]
    params: Mapping[str, Any]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    router: Any = None


async def open_stream(call: SubCall) -> AsyncIterator[Any]:
    """Open the member's stream of LiteLLM chunks. Raises LiteLLM's exceptions."""
    import litellm

    complete = call.router.acompletion if call.target.in_router else litellm.acompletion
    lent = _lent(call.metadata)
    token = INSIDE.set(True)
    try:
        stream = await complete(
            model=call.target.name,
            messages=[dict(message) for message in call.messages],
            stream=True,
            metadata=lent,
            **call.params,
        )
    finally:
        INSIDE.reset(token)
    disown(stream)
    # The Router keeps this dictionary for a fallback during the stream, whose start is not visible here.
    for name in [name for name in lent if name.startswith(_IDENTITY)]:
        del lent[name]
    return stream


def without_waiting(router: Any, target: Target) -> dict[str, Any]:
    """Return parameters that keep the Router from retrying ``target`` after a rate limit.

    With one deployment, the Router can only sleep, several seconds or as long as the provider says, and call the same
    one again. The operator's own retry policies for the group take precedence.
    """
    if not target.in_router or target.deployments > 1 or router.retry_policy is not None:
        return {}
    policies = router.model_group_retry_policy or {}
    return {"model_group_retry_policy": {target.name: {"RateLimitErrorRetries": 0}, **policies}}


def disown(stream: Any) -> None:
    """Make LiteLLM neither log nor charge this stream, because the outer call includes its cost."""
    for params in _logged_params(stream):
        params["no-log"] = True
        for name in _DOORS_METADATA:
            if isinstance(params.get(name), dict):
                params[name] = {key: value for key, value in params[name].items() if not key.startswith(_IDENTITY)}


async def charge(stream: Any, metadata: Mapping[str, Any], usage: Any = None, text: str = "") -> None:
    """Log a disowned stream to its caller after all, because no outer answer will include its cost.

    Args:
        stream: the stream that :func:`open_stream` returned.
        metadata: the caller's metadata that the sub-call was given.
        usage: the stream's usage; by default LiteLLM's estimate from the chunks so far.
        text: the stream's text, if ``usage`` is given.
    """
    import litellm

    logging = getattr(stream, "logging_obj", None)
    if logging is None:
        return
    if usage is None:
        response = litellm.stream_chunk_builder(list(getattr(stream, "chunks", None) or ()), stream.messages)
    else:
        response = litellm.ModelResponse(model=getattr(stream, "model", None), usage=usage)
        response.choices[0].message.content = text
    if response is None:
        return
    identity = {key: value for key, value in _lent(metadata).items() if key.startswith(_IDENTITY)}
    for params in _logged_params(stream):
        params.pop("no-log", None)
        for name in _DOORS_METADATA:
            if isinstance(params.get(name), dict):
                params[name] = {**params[name], **identity}
    for name in _SAID_ALREADY:
        logging.model_call_details.pop(name, None)
    await logging.async_success_handler(response)


def _logged_params(stream: Any) -> Iterator[dict[str, Any]]:
    """Yield the dictionaries from which LiteLLM decides whether to log this stream."""
    logging = getattr(stream, "logging_obj", None)
    details = getattr(logging, "model_call_details", None)
    for params in (details.get("litellm_params") if details else None, getattr(logging, "litellm_params", None)):
        if isinstance(params, dict):
            yield params


def cost_of(stream: Any, usage: Any) -> float | None:
    """Return LiteLLM's cost of this stream in US dollars, with the deployment's own prices, or ``None``."""
    import litellm

    logging = getattr(stream, "logging_obj", None)
    # 1.94 has the calculator under a private name, newer releases under a public one.
    calculate = getattr(logging, "response_cost_calculator", None) or getattr(
        logging, "_response_cost_calculator", None
    )
    if calculate is None or usage is None:
        return None
    model = getattr(stream, "model", None) or ""
    try:
        cost = calculate(result=litellm.ModelResponse(model=model, usage=usage))
    except Exception:  # noqa: BLE001 - an unknown price must not break an answer
        return None
    return float(cost) if isinstance(cost, (int, float)) else None


def running_router() -> Any:
    """Return the proxy's Router, or ``None`` outside a running proxy."""
    # This looks in the loaded modules, because importing the proxy into an SDK process takes a second.
    proxy = sys.modules.get("litellm.proxy.proxy_server")
    return getattr(proxy, "llm_router", None) if proxy else None


def proxy_is_guarded() -> bool:
    """Whether the running proxy requires keys."""
    proxy = sys.modules.get("litellm.proxy.proxy_server")
    return bool(getattr(proxy, "master_key", None)) or bool(getattr(proxy, "user_custom_auth", None))


@lru_cache(maxsize=512)
def supported_params(model: str) -> frozenset[str]:
    """Return the OpenAI parameters that LiteLLM supports for ``model``; empty if it does not know the model."""
    import litellm

    try:
        name, provider, _, _ = litellm.get_llm_provider(model)
        return frozenset(litellm.get_supported_openai_params(model=name, custom_llm_provider=provider) or ())
    except Exception:  # noqa: BLE001 - for an unknown model, its server decides
        return frozenset()


@lru_cache(maxsize=512)
def thinks_unasked(model: str) -> bool:
    """Whether ``model`` thinks by default, so that ``reasoning_effort`` only sets how much: OpenAI's and MiniMax's.

    For other providers' models, even a low ``reasoning_effort`` turns thinking on.
    """
    import litellm

    try:
        _, provider, _, _ = litellm.get_llm_provider(model)
        return provider in {"openai", "azure", "minimax", "minimax-plugin"} and bool(litellm.supports_reasoning(model))
    except Exception:  # noqa: BLE001
        return False


def may_end_with_the_assistant(model: str) -> bool:
    """Whether a conversation may end with an assistant message without text; Claude models answer 400 to that."""
    return "claude" not in model.lower()


@lru_cache(maxsize=512)
def sees_images(model: str) -> bool:
    """Whether ``model`` supports images, as far as LiteLLM knows."""
    import litellm

    try:
        return bool(litellm.supports_vision(model=model))
    except Exception:  # noqa: BLE001
        return False


def _lent(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the caller's metadata for a sub-call, without the budget reserved for the outer call."""
    lent = {key: value for key, value in metadata.items() if key != _RESERVATION}
    tags = lent.get("tags")
    if isinstance(tags, list) and _HEALTH_TAG in tags:
        lent["tags"] = [tag for tag in tags if tag != _HEALTH_TAG]
    auth: Any = lent.get("user_api_key_auth")
    if getattr(auth, "budget_reservation", None) is not None:
        lent["user_api_key_auth"] = auth.model_copy(update={"budget_reservation": None})
    return lent


def _with_provider(model: str, provider: object) -> str:
    return f"{provider}/{model}" if isinstance(provider, str) and not model.startswith(f"{provider}/") else model
