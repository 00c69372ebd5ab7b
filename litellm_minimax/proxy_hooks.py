"""What the proxy must do around our handlers: keep a hybrid's model name whole, and tell what a hybrid decided.

The proxy takes a comma in a model name for a batch of models, before any handler sees the name; the pre-call hook runs
before that on every door and writes the comma as ``%2C``. The client's own spelling is what answers are labelled with.
"""

# ruff: noqa: ARG002 - the hooks' signatures are LiteLLM's

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

import litellm
from litellm.integrations.custom_logger import CustomLogger

from litellm_minimax import auth_candidates
from litellm_minimax.hybrid import handler, preset, refusals, spec
from litellm_minimax.wire.faults import InvalidRequest

_OPERATORS_FIELDS = ("hybrid", "self_hosted", "ssl_verify")
"""``hybrid`` could name members that the operator did not, ``ssl_verify`` switch off the check of who is asked."""

_LONGEST_TIMEOUT = 86_400.0


class ProxyHooks(CustomLogger):
    """The proxy's callbacks; list the instance under ``litellm_settings.callbacks``."""

    def __init__(self) -> None:
        """Made while the proxy reads its configuration, so a hybrid that is set up wrongly stops the start.

        Raises:
            ValueError: one sentence for each wrong option.
        """
        super().__init__()
        problems = preset.check_config(running_config(), os.environ)
        if problems:
            raise ValueError("The proxy's configuration has hybrids that can't work:\n- " + "\n- ".join(problems))
        auth_candidates.name_members(self.is_at_work)

    def is_at_work(self) -> bool:
        """Whether LiteLLM calls these hooks."""
        return any(callback is self for callback in litellm.callbacks)

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """Check the model string of an inline hybrid and make it safe from the proxy's batching.

        Raises:
            litellm.BadRequestError: the string is not right, or stands in a batch list; or the request has a field
                that only the operator's configuration may set.
        """
        auth_candidates.name_members(self.is_at_work)
        model = data.get("model")
        try:
            check_fields(data)
            if isinstance(model, str):
                data["model"] = comma_free(model)
        except InvalidRequest as fault:
            raise refusals.bad_request(fault, str(model)) from None
        return data

    async def async_post_call_response_headers_hook(
        self,
        data: dict[str, Any],
        user_api_key_dict: Any,
        response: Any,
        request_headers: dict[str, str] | None = None,
        litellm_call_info: dict[str, Any] | None = None,
    ) -> dict[str, str] | None:
        """``x-hybrid-decision`` and ``x-hybrid-reason``, on streams too."""
        details = getattr(data.get("litellm_logging_obj"), "model_call_details", None)
        decided = details.get(handler.DECISION) if isinstance(details, Mapping) else None
        return dict(decided) if decided else None


def running_config() -> Mapping[str, Any]:
    """The configuration of the proxy that runs in this process; empty outside of one, and before it is read."""
    proxy = sys.modules.get("litellm.proxy.proxy_server")
    state = proxy.proxy_config.get_config_state() if proxy is not None and hasattr(proxy, "proxy_config") else None
    return state if isinstance(state, Mapping) else {}


def check_fields(data: Mapping[str, Any]) -> None:
    """Refuse what a client may not set, and what LiteLLM would answer with a 500.

    A deployment's options stay the operator's, although LiteLLM lets a request's fields win over the configuration's.

    Raises:
        InvalidRequest: naming the field.
    """
    for name in _OPERATORS_FIELDS:
        if name in data:
            raise InvalidRequest(name, "only the proxy's configuration may set this.", "Leave it out.")
    for name in ("headers", "extra_headers"):
        if not isinstance(data.get(name), Mapping | None):
            raise InvalidRequest(name, "it must be an object.")
    for name in ("timeout", "stream_timeout"):
        if name in data and not _is_seconds(data[name]):
            raise InvalidRequest(name, "it must be a number of seconds.")


def _is_seconds(value: object) -> bool:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return False
    return value is None or (isinstance(value, int | float) and 0 < value < _LONGEST_TIMEOUT)


def comma_free(model: str) -> str:
    """``model`` as it can pass the proxy; anything but an inline hybrid stays as it is.

    Raises:
        InvalidRequest: a hybrid that is not well written, or that stands in a batch list.
    """
    if spec.looks_like_spec(model):
        spec.parse(model)
        return spec.protect(model)
    if "," in model and any(prefix + "[" in model for prefix in spec.PREFIXES):
        raise InvalidRequest("model", "a hybrid can't stand in a batch list of models.", f"Example: {spec.EXAMPLE}")
    return model


proxy_hooks = ProxyHooks()
