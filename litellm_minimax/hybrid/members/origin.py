"""Which model group answered a member's call, and its provider's headers, as LiteLLM notes them on the stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_GROUP, _FALLBACKS = "x-litellm-model-group", "x-litellm-attempted-fallbacks"
_PROVIDERS = ("llm_provider-", "x-ratelimit-")
_REQUEST_ID = "request-id"


def stood_in(stream: Any) -> str | None:
    """Return the model group that answered as a fallback, or ``None`` if there was no fallback."""
    headers = _headers(stream)
    group = headers.get(_GROUP)
    return group if headers.get(_FALLBACKS) and isinstance(group, str) else None


def request_id(stream: Any) -> str | None:
    """Return the provider's id of the request, which its support may ask for."""
    value = _headers(stream).get(_REQUEST_ID)
    return value if isinstance(value, str) else None


def provider_headers(stream: Any) -> dict[str, Any]:
    """Return the provider's headers as LiteLLM names them (rate limits, request id …), without LiteLLM's own."""
    return {name: value for name, value in _headers(stream).items() if name.startswith(_PROVIDERS)}


def _headers(stream: Any) -> Mapping[str, Any]:
    hidden = getattr(stream, "_hidden_params", None)
    headers = hidden.get("additional_headers") if isinstance(hidden, Mapping) else None
    return headers if isinstance(headers, Mapping) else {}
