"""Who really answered a member's call, and what its provider said beside the answer: LiteLLM's notes on the stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_GROUP, _FALLBACKS = "x-litellm-model-group", "x-litellm-attempted-fallbacks"
_PROVIDERS = ("llm_provider-", "x-ratelimit-")
_REQUEST_ID = "request-id"


def stood_in(stream: Any) -> str | None:
    """The model group that answered in place of the one that was asked, or ``None`` where there was no fallback."""
    headers = _headers(stream)
    group = headers.get(_GROUP)
    return group if headers.get(_FALLBACKS) and isinstance(group, str) else None


def request_id(stream: Any) -> str | None:
    """The provider's id of the request, by which its support finds it."""
    value = _headers(stream).get(_REQUEST_ID)
    return value if isinstance(value, str) else None


def provider_headers(stream: Any) -> dict[str, Any]:
    """The provider's headers as LiteLLM names them: rate limits, request id and the rest; none of LiteLLM's own."""
    return {name: value for name, value in _headers(stream).items() if name.startswith(_PROVIDERS)}


def _headers(stream: Any) -> Mapping[str, Any]:
    hidden = getattr(stream, "_hidden_params", None)
    headers = hidden.get("additional_headers") if isinstance(hidden, Mapping) else None
    return headers if isinstance(headers, Mapping) else {}
