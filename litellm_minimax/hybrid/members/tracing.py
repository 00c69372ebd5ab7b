"""The parameters that put a member's call into its caller's trace, and name the phase of each call.

LiteLLM's loggers (Langfuse, OpenTelemetry and others) read a call's trace and session from its parameters and its
metadata, its name from ``generation_name``, and Langfuse's own headers from the request to the proxy. Both members are
given the caller's metadata; this module adds the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from litellm_minimax.hybrid.members.calls import SubCall

PHASE = "hybrid_phase"
"""The key in a member's metadata for the phase of the hybrid that the call belongs to."""
_IDS = ("litellm_trace_id", "litellm_session_id")
_LANGFUSE = "langfuse_"


def of_caller(litellm_params: Mapping[str, Any], logging: Any) -> dict[str, Any]:
    """Return the parameters that put a member's call into its caller's trace.

    Args:
        litellm_params: the parameters with which LiteLLM called the hybrid.
        logging: the hybrid's own logging object, which has a new trace id if the caller sent none.
    """
    ids = {name: litellm_params.get(name) or getattr(logging, name, None) for name in _IDS}
    carried: dict[str, Any] = {name: value for name, value in ids.items() if isinstance(value, str) and value}
    request = litellm_params.get("proxy_server_request")
    headers = request.get("headers") if isinstance(request, Mapping) else None
    wanted = {name: value for name, value in (headers or {}).items() if str(name).lower().startswith(_LANGFUSE)}
    if wanted:
        carried["proxy_server_request"] = {"url": None, "method": None, "headers": wanted, "body": None}
    return carried


def named(call: SubCall, phase: str, trace: Mapping[str, Any]) -> SubCall:
    """Return ``call`` with its caller's trace, and a name that includes its phase."""
    own = call.metadata.get("generation_name")
    name = f"{own} ({phase})" if isinstance(own, str) and own else f"hybrid {phase}"
    metadata = {**call.metadata, "generation_name": name, PHASE: phase}
    return replace(call, params={**trace, **call.params}, metadata=metadata)
