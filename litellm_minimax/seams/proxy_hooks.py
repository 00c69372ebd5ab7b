"""The proxy's hooks: they check requests, keep a hybrid's name whole, and report what a hybrid decided.

The proxy treats a comma in a model name as a batch of models before any handler sees the name. The pre-call hook runs
before that on every endpoint and writes the comma as ``%2C``. Answers carry the name as the client wrote it.
"""

# ruff: noqa: ARG002 - the hooks' signatures are LiteLLM's

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import litellm
from litellm.integrations.custom_logger import CustomLogger

from litellm_minimax.hybrid import handler, refusals
from litellm_minimax.hybrid.asking import preset, spec
from litellm_minimax.hybrid.members import calls, resolution
from litellm_minimax.observability import metrics
from litellm_minimax.seams import advisor_tool, auth_candidates, client_fields, decision_log, freeze
from litellm_minimax.wire.faults import InvalidRequest

_RESPONSES_DOOR = ("aresponses", "responses")
_MESSAGES_DOOR = ("anthropic_messages", "aanthropic_messages")
_CHAT_DOORS = ("acompletion", "completion", *_MESSAGES_DOOR, *_RESPONSES_DOOR)
_TEXT_DOORS = ("atext_completion", "text_completion")
_DOORS_WITHOUT_HYBRIDS = (
    "text_completion", "embedding", "image", "speech", "transcription", "moderation", "rerank", "generate_content",
)  # fmt: skip


class ProxyHooks(CustomLogger):
    """The proxy's callbacks; list the instance under ``litellm_settings.callbacks``."""

    def __init__(self) -> None:
        """Check the configuration. The proxy makes the hooks while it reads it, so a wrong hybrid stops the start.

        Raises:
            ValueError: one sentence for each wrong option.
        """
        super().__init__()
        problems = preset.check_config(running_config(), os.environ)
        if problems:
            raise ValueError("The proxy's configuration has hybrids that can't work:\n- " + "\n- ".join(problems))
        if _wants_prometheus(running_config()):
            metrics.expose()
        auth_candidates.name_members(self.is_at_work)
        self._will_freeze = freeze.freeze_when_settled(self.is_at_work)
        if running_config():
            decision_log.show()

    def is_at_work(self) -> bool:
        """Whether LiteLLM calls these hooks."""
        return any(callback is self for callback in litellm.callbacks)

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """Check the model string of an inline hybrid and protect it from the proxy's batching.

        Raises:
            litellm.BadRequestError: the string is malformed, is in a batch list, or came by an endpoint without
            hybrids; or
                the request has a field that only the operator's configuration may set.
        """
        auth_candidates.name_members(self.is_at_work)
        # If the configuration was read outside of an event loop, the first request finds one.
        self._will_freeze = self._will_freeze or freeze.freeze_when_settled(self.is_at_work)
        model = data.get("model")
        try:
            client_fields.check(data)
            if call_type in {*_CHAT_DOORS, *_TEXT_DOORS}:
                client_fields.check_format(data)
            if call_type in _CHAT_DOORS:
                client_fields.check_chat(data, _user_parts(call_type))
            if call_type in _RESPONSES_DOOR:
                client_fields.check_input(data.get("input"))
            if isinstance(model, str):
                data["model"] = comma_free(model)
                if call_type in _MESSAGES_DOOR:
                    _keep_result_flags(data)
                    advisor_tool.leave_tries_to_members(data, getattr(user_api_key_dict, "team_id", None))
                _check_door(data["model"], call_type, getattr(user_api_key_dict, "team_id", None))
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
        """Add ``x-hybrid-decision`` and ``x-hybrid-reason``, on streams too."""
        details = getattr(data.get("litellm_logging_obj"), "model_call_details", None)
        decided = details.get(handler.DECISION) if isinstance(details, Mapping) else None
        return dict(decided) if decided else None


def running_config() -> Mapping[str, Any]:
    """Return the configuration of the proxy that runs in this process; empty outside of one, and before it is read."""
    proxy = sys.modules.get("litellm.proxy.proxy_server")
    state = proxy.proxy_config.get_config_state() if proxy is not None and hasattr(proxy, "proxy_config") else None
    return state if isinstance(state, Mapping) else {}


def _wants_prometheus(config: Mapping[str, Any]) -> bool:
    """Whether LiteLLM will serve ``/metrics``, by any of the three lists that may have its callback."""
    settings = config.get("litellm_settings")
    lists = (
        [settings.get(name) for name in ("callbacks", "success_callback", "failure_callback")]
        if isinstance(settings, Mapping)
        else []
    )
    return any("prometheus" in each for each in lists if isinstance(each, (str, Sequence)))


def _user_parts(call_type: str) -> Sequence[str] | None:
    """Return the parts that LiteLLM takes in a user message of the chat endpoint; it answers any other with a 500."""
    from litellm.types.llms import openai

    return getattr(openai, "ValidUserMessageContentTypes", None) if "completion" in call_type else None


def comma_free(model: str) -> str:
    """Return ``model`` in a form that passes the proxy: a hybrid without its comma, other names without outer spaces.

    LiteLLM checks a key's rights without those spaces, but would then look for a model with them, and find none or a
    catch-all's.

    Raises:
        InvalidRequest: a hybrid is malformed or in a batch list, or a name is empty.
    """
    if spec.looks_like_spec(model):
        spec.parse(model)
        return spec.protect(model)
    names = [name.strip() for name in model.split(",")]
    inside = any(prefix + "[" in model for prefix in spec.PREFIXES) or any(map(spec.looks_like_spec, names))
    if len(names) > 1 and inside:
        raise InvalidRequest("model", "a hybrid can't be part of a batch list of models.", f"Example: {spec.EXAMPLE}")
    if len(names) > 1 and not all(names):
        raise InvalidRequest("model", "the list of models has an empty name.")
    return ",".join(names)


def _keep_result_flags(data: dict[str, Any]) -> None:
    """Note which of the newest results are flagged, because LiteLLM loses ``is_error`` before a handler (1.108.7)."""
    messages = data.get("messages")
    newest = messages[-1] if isinstance(messages, list) and messages else None
    blocks = newest.get("content") if isinstance(newest, Mapping) else None
    flags = {
        str(block.get("tool_use_id")): block.get("is_error") is True
        for block in (blocks if isinstance(blocks, list) else ())
        if isinstance(block, Mapping) and block.get("type") == "tool_result"
    }
    metadata = data.setdefault("litellm_metadata", {}) if flags else None
    if isinstance(metadata, dict):
        metadata[handler.RESULT_FLAGS] = flags


def _check_door(model: str, call_type: str, team_id: str | None) -> None:
    """Refuse hybrids on endpoints where LiteLLM would answer 500, or lose their cost (text completions, 1.108.7)."""
    if any(door in call_type for door in _DOORS_WITHOUT_HYBRIDS) and _is_hybrid(model, team_id):
        raise InvalidRequest(
            "model", "hybrids are served on /v1/chat/completions, /v1/messages and /v1/responses.", "Use one of these."
        )


def _is_hybrid(model: str, team_id: str | None) -> bool:
    router = calls.running_router()
    behind = calls.RouterGroups(router, team_id).models(model) if router is not None else ()
    return spec.looks_like_spec(model) or resolution.leads_to_hybrid(behind)


proxy_hooks = ProxyHooks()
