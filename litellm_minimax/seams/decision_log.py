"""Shows one line for each hybrid's decision on a proxy with default settings.

The decisions are logged at INFO, and LiteLLM's proxy keeps Python's default, which shows only warnings. Anything the
operator has set (a level for this logger, ``LITELLM_LOG``, handlers) is respected.
"""

from __future__ import annotations

import logging
import os

NAME = "litellm_minimax.hybrid"
_QUIET = frozenset({"WARNING", "ERROR", "CRITICAL"})


def show() -> None:
    """Make the decisions visible; safe to repeat."""
    log = logging.getLogger(NAME)
    if log.isEnabledFor(logging.INFO) or log.level != logging.NOTSET:
        return
    if os.environ.get("LITELLM_LOG", "").strip().upper() in _QUIET:
        return
    log.setLevel(logging.INFO)
    handler = _StderrFallback()
    handler.setFormatter(logging.Formatter("%(asctime)s - %(name)s:%(levelname)s: %(message)s", "%H:%M:%S"))
    log.addHandler(handler)


class _StderrFallback(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to standard error, unless the process has its own handlers that get the line as well."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        if not logging.getLogger().handlers:
            super().emit(record)
