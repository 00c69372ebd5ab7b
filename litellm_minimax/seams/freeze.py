"""Sets everything that a started proxy has loaded aside once, so that Python's garbage collector skips it.

A full collection visits every object of the process. In a started proxy these are some 780,000 objects of LiteLLM's
modules, schemas and price map, which never go away. Visiting them takes 0.2 to 0.5 s, in which no stream moves. After
``gc.freeze()`` a full collection visits only what requests have made since.

It is done once and only in a proxy: by ``litellm-minimax serve`` when the proxy answers, and otherwise by the proxy's
hooks some seconds after they were made. Importing the package does not do it. Objects set aside are still freed as soon
as nothing refers to them; only reference cycles among them would stay, and those are collected before.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import threading
import time
from collections.abc import Callable

log = logging.getLogger("litellm_minimax")

SWITCH = "MINIMAX_GC_FREEZE"
SETTLE_SECONDS = 5.0
"""From the creation of the hooks, while the proxy reads its configuration, until it has loaded everything."""

_turn = threading.Lock()
"""Acquired by the one call that freezes and never released, so that it happens once."""


def is_on() -> bool:
    """Whether freezing is on; ``MINIMAX_GC_FREEZE=off`` switches it off."""
    return os.environ.get(SWITCH, "").strip().lower() not in {"off", "false", "0"}


def freeze_once() -> str:
    """Collect, and set the rest aside; only the first call does. Return a line on what was done; empty if nothing."""
    if not is_on() or not _turn.acquire(blocking=False):
        return ""
    began = time.perf_counter()
    gc.collect()
    gc.freeze()
    took = time.perf_counter() - began
    told = f"{gc.get_freeze_count():,} objects set aside from garbage collection in {took:.2f} s ({SWITCH}=off: not)"
    log.info("%s", told)
    return told


def freeze_when_settled(is_at_work: Callable[[], bool]) -> bool:
    """Freeze some seconds from now if ``is_at_work`` then. Return whether there is an event loop to wait in."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return False
    loop.call_later(SETTLE_SECONDS, lambda: freeze_once() if is_at_work() else None)
    return True
