"""What ``import litellm_minimax`` adds to ``import litellm``, in fresh interpreters."""

from __future__ import annotations

from bench.children import CLIENT_CORE, python

_TIMED = """
import time
start = time.perf_counter()
import litellm
middle = time.perf_counter()
import litellm_minimax
print(middle - start, time.perf_counter() - middle)
"""


def import_ms() -> dict[str, float]:
    """Milliseconds of one interpreter: LiteLLM's import, and what this package adds."""
    with python("-c", _TIMED, core=CLIENT_CORE) as (_, out, _pid):
        litellm, added = map(float, out.readline().split())
    return {"litellm_ms": 1e3 * litellm, "added_ms": 1e3 * added}
