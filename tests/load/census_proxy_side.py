"""What the census puts into the proxy's own process: counts the live objects there when a request asks for it."""

import gc
import json
import os
from pathlib import Path

from litellm.integrations.custom_logger import CustomLogger

ASKED = "count the objects"


class Census(CustomLogger):
    """Writes one line for each request that asks: how many objects are alive after a full collection."""

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        if ASKED in str(kwargs.get("messages")):
            gc.collect()
            with Path(os.environ["CENSUS_FILE"]).open("a") as file:
                file.write(json.dumps(len(gc.get_objects()) + gc.get_freeze_count()) + "\n")


census = Census()
