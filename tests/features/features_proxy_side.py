"""What the tests of LiteLLM's features put into the proxy's own process: keys, guardrails, and a log of what was logged."""

import json
import os
from pathlib import Path

from fastapi import HTTPException
from litellm.integrations.custom_guardrail import CustomGuardrail
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import UserAPIKeyAuth

KEYS = {
    "sk-features-plain": {"user_id": "ann", "team_id": "red", "team_alias": "Red"},
    "sk-features-slow": {"rpm_limit": 2},
    "sk-features-few-tokens": {"tpm_limit": 60},
    "sk-features-parallel": {"max_parallel_requests": 1},
    "sk-features-spent": {"spend": 2.0, "max_budget": 1.0},
    "sk-features-aliased": {"aliases": {"our-model": "MiniMax-M2"}},
    "sk-features-m3": {"models": ["MiniMax-M3"]},
    "sk-features-tagged": {"metadata": {"tags": ["paid"]}},
}
CARD = "4111-1111"
SECRET = "the-secret-word"


async def user_api_key_auth(request, api_key):
    key = api_key.removeprefix("Bearer ")
    if key == os.environ["LITELLM_MASTER_KEY"]:
        return UserAPIKeyAuth(api_key=key, user_role="proxy_admin", user_id="default_user_id")
    if key not in KEYS:
        raise ValueError("unknown key")
    return UserAPIKeyAuth(api_key=key, **{"models": [], **KEYS[key]})


class Masking(CustomGuardrail):
    """Takes a card's number out of the question, and a secret word out of the answer, whole or streamed."""

    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        for message in data.get("messages", ()):
            if isinstance(message.get("content"), str):
                message["content"] = message["content"].replace(CARD, "[card]")
        return data

    async def async_post_call_success_hook(self, data, user_api_key_dict, response):
        for choice in getattr(response, "choices", ()):
            message = choice.message
            message.content = (message.content or "").replace(SECRET, "[hidden]")
            if getattr(message, "reasoning_content", None):
                message.reasoning_content = message.reasoning_content.replace(SECRET, "[hidden]")
        return response

    async def async_post_call_streaming_iterator_hook(self, user_api_key_dict, response, request_data):
        async for chunk in response:
            for choice in getattr(chunk, "choices", ()):
                if choice.delta.content:
                    choice.delta.content = choice.delta.content.replace(SECRET, "[hidden]")
            yield chunk


class Refusing(CustomGuardrail):
    """Refuses while the model is already asked."""

    async def async_moderation_hook(self, data, user_api_key_dict, call_type):
        if "forbidden" in str(data.get("messages")):
            raise HTTPException(status_code=400, detail={"error": "the guardrail refused"})


class Recorder(CustomLogger):
    """Writes one line for each request that LiteLLM logs."""

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        logged = kwargs.get("standard_logging_object") or {}
        metadata = logged.get("metadata") or {}
        line = {
            "model": logged.get("model"),
            "group": logged.get("model_group"),
            "cost": logged.get("response_cost"),
            "cached": logged.get("cache_hit"),
            "tags": logged.get("request_tags"),
            "user": metadata.get("user_api_key_user_id"),
            "team": metadata.get("user_api_key_team_alias"),
            "tokens": logged.get("total_tokens"),
        }
        with Path(os.environ["FEATURES_LOG"]).open("a") as log:
            log.write(json.dumps(line) + "\n")


recorder = Recorder()
