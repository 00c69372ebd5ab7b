"""What the simulator recorded of the requests behind one call."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

_PATIENCE = 5.0
"""Seconds for an answer to be closed: its last bytes reach the client before the simulator notes its end."""


def recorded(address: str, nonce: str) -> list[dict[str, Any]]:
    """Return the requests that repeat ``nonce``, once all of them are answered."""
    give_up = time.monotonic() + _PATIENCE
    while True:
        with urllib.request.urlopen(f"{address}/simulator/requests") as response:
            told = [each for each in json.load(response) if f"nonce={nonce}" in json.dumps(each["body"])]
        if all(each["answered"]["closed_at"] is not None for each in told) or time.monotonic() > give_up:
            return told
        time.sleep(0.01)
