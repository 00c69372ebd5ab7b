"""Removes the finaliser of LiteLLM's streams on Python before 3.12, where it can crash the process.

``CustomStreamWrapper.__del__`` (LiteLLM 1.108) sets context variables for its log lines. The garbage collector may run
it during another ``ContextVar.set``. CPython before 3.12 then reads freed memory (its issue 148891), and the proxy dies
with a segmentation fault. Without the finaliser, a stream that nobody closed leaves an id behind for the log lines of
its own task, and nothing else.
"""

from __future__ import annotations

import sys

_SAFE_FROM = (3, 12)


def disarm(python: tuple[int, ...] = sys.version_info[:2]) -> None:
    """Take the finaliser away, where it is there and this Python can't bear it; safe to repeat."""
    try:
        from litellm.litellm_core_utils.streaming_handler import CustomStreamWrapper
    except ImportError:  # a LiteLLM that has moved it: nothing else may fail for that
        return
    if python < _SAFE_FROM and "__del__" in vars(CustomStreamWrapper):
        del CustomStreamWrapper.__del__
