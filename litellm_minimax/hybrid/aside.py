"""Background work of a request: the answer does not wait for it, and does not fail if it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger("litellm_minimax.hybrid")

_LAST_SECONDS = 1.0
"""How long the end of a request waits for tasks that are still running."""


_ENDINGS: set[asyncio.Task[None]] = set()
"""Endings that still run, so that they are not collected as garbage."""


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Await ``work``, and let it run on if the caller is cancelled.

    When a client leaves, the web framework cancels every wait of the request, again and again: without this, upstreams
    would stay open and calls uncounted.
    """
    task = asyncio.create_task(work)
    _ENDINGS.add(task)
    task.add_done_callback(_ENDINGS.discard)
    await asyncio.shield(task)


class Aside:
    """The background tasks of one request."""

    __slots__ = ("_tasks",)

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Start a task. A failure is logged."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def wait(self) -> None:
        """Wait for the tasks that are still running, at most :data:`_LAST_SECONDS`."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST_SECONDS)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.warning("beside a hybrid's answer: %s", type(error).__name__)
