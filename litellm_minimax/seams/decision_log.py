"""One line for each hybrid's decision, where a proxy with default settings shows it.

The decisions are logged on INFO, and LiteLLM's proxy leaves Python's default, which shows warnings only. What the
operator has set (a level of this logger's, ``LITELLM_LOG``, handlers of their own) stands.
"""

from __future__ import annotations

import logging
import os

NAME = "litellm_minimax.hybrid"
_QUIET = frozenset({"WARNING", "ERROR", "CRITICAL"})


def show() -> None:
    """Let the decisions be seen; safe to repeat."""
    log = logging.getLogger(NAME)
    if log.isEnabledFor(logging.INFO) or log.level != logging.NOTSET:
        return
    if os.environ.get("LITELLM_LOG", "").strip().upper() in _QUIET:
        return
    log.setLevel(logging.INFO)
    handler = _WhereNobodyElse()
    handler.setFormatter(logging.Formatter("%(asctime)s - %(name)s:%(levelname)s: %(message)s", "%H:%M:%S"))
    log.addHandler(handler)


class _WhereNobodyElse(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to standard error, unless the process has handlers of its own that get the line as well."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        if not logging.getLogger().handlers:
            super().emit(record)
