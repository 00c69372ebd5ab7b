"""Chooses which of LiteLLM's shared HTTP clients sends a request.

LiteLLM's own clients are used (aiohttp under httpx when async, one per event loop, kept alive), because they honour
LiteLLM's proxy, TLS and session settings and were the fastest we measured; see ``docs/decisions.md``.
"""

from __future__ import annotations

from typing import Any

import httpx


def async_client(client: Any, tls_verify: bool | str | None) -> httpx.AsyncClient:
    """Return the caller's own client if it gave one, else LiteLLM's shared client of this event loop."""
    for candidate in (client, getattr(client, "client", None)):
        if isinstance(candidate, httpx.AsyncClient):
            return candidate
    from litellm.llms.custom_httpx.http_handler import get_async_httpx_client

    handler = get_async_httpx_client(llm_provider="minimax", params=_client_options(tls_verify))
    shared: httpx.AsyncClient = handler.client
    return shared


def sync_client(client: Any, tls_verify: bool | str | None) -> httpx.Client:
    """Return the blocking client, chosen as in :func:`async_client`."""
    for candidate in (client, getattr(client, "client", None)):
        if isinstance(candidate, httpx.Client):
            return candidate
    handler = _sync_handlers.get(tls_verify)
    if handler is None or handler.client.is_closed:
        # The underscored name is the one that both the oldest and the newest supported LiteLLM have.
        from litellm.llms.custom_httpx.http_handler import _get_httpx_client

        handler = _sync_handlers[tls_verify] = _get_httpx_client(params=_client_options(tls_verify))
    shared: httpx.Client = handler.client
    return shared


_sync_handlers: dict[bool | str | None, Any] = {}
"""LiteLLM's blocking clients, kept here. LiteLLM's own cache has one per running event loop, and a Router's
``completion`` makes a loop for each call, so each call would open and keep its own connection (seen on 1.106.2)."""


def _client_options(tls_verify: bool | str | None) -> dict[str, Any] | None:
    return None if tls_verify is None else {"ssl_verify": tls_verify}


def plain_transport(http: httpx.AsyncClient) -> httpx.AsyncBaseTransport | None:
    """Return the transport of LiteLLM's shared client, which handles proxies and TLS; ``None`` for other clients."""
    from litellm.llms.custom_httpx.aiohttp_transport import LiteLLMAiohttpTransport

    transport = getattr(http, "_transport", None)
    mounts = getattr(http, "_mounts", None)
    hooks = any(http.event_hooks.values())
    if isinstance(transport, LiteLLMAiohttpTransport) and not mounts and not hooks and http.auth is None:
        plain: httpx.AsyncBaseTransport = transport
        return plain
    return None
