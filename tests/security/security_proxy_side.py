"""What the security tests put into the proxy's own process: three callers, and a callback that keeps all it is given."""

import os
import pickle
from pathlib import Path

from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import UserAPIKeyAuth

CALLERS = {"sk-test-alice": "alice", "sk-test-bob": "bob"}


async def user_api_key_auth(request, api_key):
    key = api_key.removeprefix("Bearer ")
    if key == os.environ["LITELLM_MASTER_KEY"]:
        return UserAPIKeyAuth(api_key=key, user_role="proxy_admin")
    if key not in CALLERS:
        raise ValueError("unknown key")
    return UserAPIKeyAuth(api_key=f"hash-of-{CALLERS[key]}", user_id=CALLERS[key])


def _parts(kwargs, response):
    """What a callback sees of a call: LiteLLM's log record, what we showed its loggers, and the answer or the error."""
    yield from (kwargs.get("standard_logging_object"), kwargs.get("additional_args"), response)
    yield kwargs.get("exception")


class Keeper(CustomLogger):
    """Writes, as text, everything that comes from this package's side of a call."""

    def _keep(self, kwargs, response):
        with Path(os.environ["KEEPER_FILE"]).open("a") as file:
            for part in _parts(kwargs, response):
                file.write(repr(part) + "\n")
                try:
                    file.write(repr(pickle.dumps(part)) + "\n")
                except Exception:
                    file.write("not picklable\n")

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        self._keep(kwargs, response_obj)

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        self._keep(kwargs, response_obj)


keeper = Keeper()
