"""Waiting for what comes late on a busy machine: for a condition, and never for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 20.0
"""Seconds; none of them is spent where the condition holds."""


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What ``condition`` returns, as soon as it is true, or what it returns after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


async def auntil(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Do the same as :func:`until`, while the event loop goes on."""
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        await asyncio.sleep(0.005)
    return found
