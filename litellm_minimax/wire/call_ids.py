"""Ids for tool calls that arrive without one."""

from __future__ import annotations

import hashlib


def call_id(seed: str, number: int) -> str:
    """Return an id in MiniMax's format for a tool call that has none. The same answer always gets the same ids.

    >>> call_id("06407ea121ddc267a22ca62c3e0a6997", 1)
    'call_function_48d17da13236_1'
    """
    return f"call_function_{hashlib.sha256(seed.encode('utf-8', 'replace')).hexdigest()[:12]}_{number}"
