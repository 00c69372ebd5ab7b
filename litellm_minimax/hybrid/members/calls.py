"""Calling a member: through the running Router (its fallbacks, cooldowns and limits) or, in the SDK, LiteLLM itself.

Billing: the outer call is the one that is logged and charged, with the sum of both phases. So a sub-call is *disowned*
as soon as it is open: LiteLLM is told not to log its success, and the caller's identity leaves its metadata, because
the proxy's own spend writer ignores ``no-log``. Not earlier: a failed attempt is logged as usual, since the Router's
cooldowns live on that, and a team's deployments are found by the team's id. When the outer call fails or
its client leaves, what the members did until then is *charged* on its own: nothing of it is to be had for nothing.
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
"""Set while a hybrid calls a member: what is reached from there must not be a hybrid again."""

_RESERVATION = "user_api_key_budget_reservation"
_HEALTH_TAG = "litellm-internal-health-check"
"""LiteLLM's mark of its own calls for ``/health``: no deployment has it, so a router that goes by tags finds none."""
_IDENTITY = ("user_api_key", "user_api_end_user", "agent_id", "billing_agent_id", "actor_agent_id")
_DOORS_METADATA = ("metadata", "litellm_metadata")
_SAID_ALREADY = (
    "async_complete_streaming_response", "complete_streaming_response", "has_logged_async_success",
    "has_logged_sync_success",
)  # fmt: skip
"""Where LiteLLM notes that a stream has ended and was logged; one that was disowned by then was not."""


@dataclass(frozen=True, slots=True)
class RouterGroups:
    """A Router's model groups, as one caller sees them."""

    router: Any
    team_id: str | None = None

    def names(self) -> Collection[str]:
        """Names of groups and aliases; a team's own come with its id."""
        registry = self._registry()
        if registry is not None:
            return [*registry.names(team_id=self.team_id), *registry.aliases()]
        return [*self.router.get_model_names(team_id=self.team_id), *(self.router.model_group_alias or {})]

    def models(self, name: str) -> Sequence[str]:
        """LiteLLM's models behind ``name``."""
        params = self._params(name)
        return [_with_provider(str(each.get("model") or ""), each.get("custom_llm_provider")) for each in params]

    def drops_params(self, name: str) -> bool:
        """Whether a deployment says itself what becomes of parameters that its model has none of."""
        settings = ("drop_params", "allowed_openai_params", "additional_drop_params")
        return any(each.get(setting) for each in self._params(name) for setting in settings)

    def _params(self, name: str) -> list[Mapping[str, Any]]:
        registry = self._registry()
        found = (registry.deployments if registry is not None else self.router.get_model_list)(
            model_name=name, team_id=self.team_id
        )
        return [deployment.get("litellm_params") or {} for deployment in found or ()]

    def _registry(self) -> Any:
        """Where LiteLLM 1.110 and later keep this; their Router's own methods for it are deprecated."""
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
    """Open the member's stream. What comes is LiteLLM's chunks; its errors are LiteLLM's."""
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
    # The Router keeps what it was given for a fallback inside the open stream, which nobody sees begin.
    for name in [name for name in lent if name.startswith(_IDENTITY)]:
        del lent[name]
    return stream


def without_waiting(router: Any, target: Target) -> dict[str, Any]:
    """Parameters that keep the Router from trying ``target`` again after a rate limit.

    With one deployment the Router can only sleep, several seconds or as long as the provider says, and ask the same one
    again. What the operator's own retry policies say about the group stands.
    """
    if not target.in_router or target.deployments > 1 or router.retry_policy is not None:
        return {}
    policies = router.model_group_retry_policy or {}
    return {"model_group_retry_policy": {target.name: {"RateLimitErrorRetries": 0}, **policies}}


def disown(stream: Any) -> None:
    """Make LiteLLM neither log nor charge this stream: the outer call carries its spend."""
    for params in _logged_params(stream):
        params["no-log"] = True
        for name in _DOORS_METADATA:
            if isinstance(params.get(name), dict):
                params[name] = {key: value for key, value in params[name].items() if not key.startswith(_IDENTITY)}


async def charge(stream: Any, metadata: Mapping[str, Any], usage: Any = None, text: str = "") -> None:
    """Log a disowned stream to its caller after all, because there will be no outer answer to carry its spend.

    Args:
        stream: what :func:`open_stream` returned.
        metadata: the caller's, as the sub-call was given it.
        usage: what the stream used; by default LiteLLM's own estimate for the chunks that it has seen.
        text: what it said, if ``usage`` is given.
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
    """The dictionaries by which LiteLLM's logging decides on this stream."""
    logging = getattr(stream, "logging_obj", None)
    details = getattr(logging, "model_call_details", None)
    for params in (details.get("litellm_params") if details else None, getattr(logging, "litellm_params", None)):
        if isinstance(params, dict):
            yield params


def cost_of(stream: Any, usage: Any) -> float | None:
    """What this stream cost in US dollars by LiteLLM's own reckoning, with the deployment's own prices; or ``None``."""
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
    """The proxy's Router, or ``None`` outside a running proxy."""
    # Looked up in the loaded modules: importing the proxy into an SDK process costs a second.
    proxy = sys.modules.get("litellm.proxy.proxy_server")
    return getattr(proxy, "llm_router", None) if proxy else None


def proxy_is_guarded() -> bool:
    """Whether the running proxy asks its callers for keys."""
    proxy = sys.modules.get("litellm.proxy.proxy_server")
    return bool(getattr(proxy, "master_key", None)) or bool(getattr(proxy, "user_custom_auth", None))


@lru_cache(maxsize=512)
def supported_params(model: str) -> frozenset[str]:
    """OpenAI parameters that LiteLLM passes to ``model``; empty if it does not know."""
    import litellm

    try:
        name, provider, _, _ = litellm.get_llm_provider(model)
        return frozenset(litellm.get_supported_openai_params(model=name, custom_llm_provider=provider) or ())
    except Exception:  # noqa: BLE001 - an unknown model supports what its server says
        return frozenset()


@lru_cache(maxsize=512)
def thinks_unasked(model: str) -> bool:
    """Whether ``model`` thinks without being asked to, as hard as ``reasoning_effort`` says: OpenAI's and MiniMax's.

    Of other providers' models, to ask for little thinking is to ask for thinking.
    """
    import litellm

    try:
        _, provider, _, _ = litellm.get_llm_provider(model)
        return provider in {"openai", "azure", "minimax", "minimax-plugin"} and bool(litellm.supports_reasoning(model))
    except Exception:  # noqa: BLE001
        return False


def may_end_with_the_assistant(model: str) -> bool:
    """Whether a conversation for ``model`` may end with an assistant message without text; Claude answers 400."""
    return "claude" not in model.lower()


@lru_cache(maxsize=512)
def sees_images(model: str) -> bool:
    """Whether LiteLLM knows that ``model`` takes images."""
    import litellm

    try:
        return bool(litellm.supports_vision(model=model))
    except Exception:  # noqa: BLE001
        return False


def _lent(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The caller's metadata for one sub-call: its own copy, without the budget that is reserved for the outer call."""
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
