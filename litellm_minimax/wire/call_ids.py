"""Ids for tool calls that came without one."""

from __future__ import annotations

import hashlib


def call_id(seed: str, number: int) -> str:
    """An id in MiniMax's shape for a call that came without one; the same for the same answer.

    >>> call_id("06407ea121ddc267a22ca62c3e0a6997", 1)
    'call_function_48d17da13236_1'
    """
    return f"call_function_{hashlib.sha256(seed.encode('utf-8', 'replace')).hexdigest()[:12]}_{number}"
