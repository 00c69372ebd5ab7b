"""Whether the caller's key may use a member: LiteLLM's own check, as if the caller had requested that model directly.

Without it, a hybrid would bypass the model lists of keys, teams, users and projects. The check uses the resolved group,
never the name that the client typed, so no spelling can bypass it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def caller_of(metadata: Mapping[str, Any]) -> Any:
    """Return the authenticated caller that LiteLLM's proxy put into the request's metadata, or ``None``.

    Only LiteLLM's own object counts: a client can send JSON under the same name.
    """
    from litellm.proxy._types import UserAPIKeyAuth

    auth = metadata.get("user_api_key_auth")
    return auth if isinstance(auth, UserAPIKeyAuth) else None


def aliases_of(auth: Any) -> dict[str, str]:
    """Return the caller's own aliases, resolved: its team's, then its key's, as LiteLLM applies them."""
    team = getattr(auth, "team_model_aliases", None) or {}
    key = getattr(auth, "aliases", None) or {}
    names = {name for name in (*team, *key) if isinstance(name, str)}
    return {name: str(_applied(name, team, key)) for name in names}


async def may_use(auth: Any, name: str, router: Any) -> bool:
    """Whether the caller may use the model group ``name``, as named before the caller's aliases are applied."""
    from litellm.proxy._types import ProxyException
    from litellm.proxy.auth.auth_checks import can_key_call_resolved_model

    try:
        await can_key_call_resolved_model(model=name, llm_model_list=None, valid_token=auth, llm_router=router)
        if auth.user_id is not None and auth.team_id is None:
            await _check_user(auth, name, router)
    except ProxyException:
        return False
    return True


async def _check_user(auth: Any, name: str, router: Any) -> None:
    """Check a personal key against its owner's models too."""
    from litellm.proxy import proxy_server
    from litellm.proxy.auth.auth_checks import can_user_call_model, get_user_object

    if proxy_server.prisma_client is None:
        return
    user = await get_user_object(
        user_id=auth.user_id,
        prisma_client=proxy_server.prisma_client,
        user_api_key_cache=proxy_server.user_api_key_cache,
        user_id_upsert=False,
        parent_otel_span=auth.parent_otel_span,
        proxy_logging_obj=proxy_server.proxy_logging_obj,
    )
    await can_user_call_model(model=name, llm_router=router, user_object=user)


def _applied(name: str, team: Mapping[str, Any], key: Mapping[str, Any]) -> Any:
    after_team = team.get(name, name)
    return key.get(after_team, after_team)
