"""What the tests put into the proxy's own process: a logging callback that writes lines, and keys with model lists."""

import json
import os
from pathlib import Path

from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import UserAPIKeyAuth

KEYS = {
    "sk-test-everything": {"models": []},
    **{f"sk-test-unlucky-{trouble}": {"models": []} for trouble in ("refused", "500", "hung", "cut")},
    "sk-test-money": {"models": []},
    "sk-test-advised": {"models": []},
    "sk-test-advised-left": {"models": []},
    "sk-test-advises-not": {"models": ["MiniMax-M2.1", "hybrid-plan", "qwen3-coder-plus"]},
    **{
        f"sk-test-advises-{what}": {"models": ["MiniMax-M2.1", "MiniMax-M2"]}
        for what in (False, True, "nested", "chosen")
    },
    **{f"sk-test-{mode}-{how}": {"models": []} for mode in ("escalates", "reviewed") for how in (False, True, "left")},
    "sk-test-modes-executor": {"models": ["hybrid-advisor", "hybrid-plan", "qwen3-coder-plus"]},
    "sk-test-modes-reasoner": {"models": ["hybrid-advisor", "hybrid-plan", "MiniMax-M2"]},
    **{f"sk-test-fails-{stream}-{what}": {"models": []} for stream in (False, True) for what in ("thinking", "plan")},
    **{f"sk-test-leaves-{when}": {"models": []} for when in ("thinking", "answering")},
    **{f"sk-test-shaky-{stream}": {"models": []} for stream in (False, True)},
    "sk-test-breaks": {"models": []},
    "sk-test-both": {"models": ["hybrid:*", "hybrid-coder", "MiniMax-M2", "qwen3-coder-plus"]},
    "sk-test-reasoner-only": {"models": ["hybrid:*", "hybrid-coder", "hybrid/*", "MiniMax-M2"]},
    "sk-test-executor-only": {"models": ["hybrid:*", "hybrid-coder", "hybrid/*", "qwen3-coder-plus"]},
    "sk-test-no-hybrids": {"models": ["MiniMax-M2", "qwen3-coder-plus"]},
    "sk-test-aliased": {"models": ["hybrid:*", "MiniMax-M2"], "aliases": {"qwen3-coder-plus": "MiniMax-M2"}},
    "sk-test-team": {"models": ["all-team-models"], "team_id": "t1", "team_models": ["hybrid:*", "MiniMax-M2"]},
}


async def user_api_key_auth(request, api_key):
    key = api_key.removeprefix("Bearer ")
    if key == os.environ["LITELLM_MASTER_KEY"]:
        return UserAPIKeyAuth(api_key=key, user_role="proxy_admin")
    if key not in KEYS:
        raise ValueError("unknown key")
    return UserAPIKeyAuth(api_key=key, user_id=key, **KEYS[key])


class Recorder(CustomLogger):
    """Writes what the proxy logs: one line for each event."""

    def _write(self, event, kwargs, response):
        usage = getattr(response, "usage", None)
        metadata = (kwargs.get("litellm_params") or {}).get("metadata") or {}
        line = {
            "event": event,
            "model": kwargs.get("model"),
            "cost": kwargs.get("response_cost"),
            "tokens": getattr(usage, "total_tokens", None),
            "key": bool(metadata.get("user_api_key")),
            "user": metadata.get("user_api_key_user_id"),
            "call_type": kwargs.get("call_type"),
            "decision": kwargs.get("hybrid_decision"),
        }
        with Path(os.environ["RECORDER_FILE"]).open("a") as file:
            file.write(json.dumps(line, default=str) + "\n")

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        self._write("success", kwargs, response_obj)

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        self._write("failure", kwargs, response_obj)


recorder = Recorder()
