"""Which of LiteLLM's shared HTTP clients a request goes through.

They are LiteLLM's own (aiohttp under httpx when async, one per event loop, kept alive), because they honour LiteLLM's
proxy, TLS and session settings and measured fastest; see ``docs/decisions.md``.
"""

from __future__ import annotations

from typing import Any

import httpx


def async_client(client: Any, tls_verify: bool | str | None) -> httpx.AsyncClient:
    """The caller's own client where it gave one, or LiteLLM's shared one of this event loop."""
    for candidate in (client, getattr(client, "client", None)):
        if isinstance(candidate, httpx.AsyncClient):
            return candidate
    from litellm.llms.custom_httpx.http_handler import get_async_httpx_client

    handler = get_async_httpx_client(llm_provider="minimax", params=_client_options(tls_verify))
    shared: httpx.AsyncClient = handler.client
    return shared


def sync_client(client: Any, tls_verify: bool | str | None) -> httpx.Client:
    """The blocking twin of :func:`async_client`."""
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
"""LiteLLM's blocking clients, kept here: its own cache tells them apart by the running event loop, and a Router's
``completion`` makes a loop for each call, so each would open (and keep) a connection of its own; seen on 1.106.2."""


def _client_options(tls_verify: bool | str | None) -> dict[str, Any] | None:
    return None if tls_verify is None else {"ssl_verify": tls_verify}


def plain_transport(http: httpx.AsyncClient) -> httpx.AsyncBaseTransport | None:
    """The transport of LiteLLM's shared client, which does proxies and TLS itself; ``None`` for any other client."""
    from litellm.llms.custom_httpx.aiohttp_transport import LiteLLMAiohttpTransport

    transport = getattr(http, "_transport", None)
    mounts = getattr(http, "_mounts", None)
    hooks = any(http.event_hooks.values())
    if isinstance(transport, LiteLLMAiohttpTransport) and not mounts and not hooks and http.auth is None:
        plain: httpx.AsyncBaseTransport = transport
        return plain
    return None
