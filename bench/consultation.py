"""What a consultation costs over its upstream times: a hybrid in mode advisor, one consultation in each answer.

The executor calls the advisor's tool at once, the reasoning model thinks and advises at fifty deltas a second, and the
executor answers. When each request came and was answered is what the simulator recorded.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

from bench.load import DELTA_CHARS
from bench.measure import lags_of
from bench.recorded import recorded

REASONER, EXECUTOR = "MiniMax-M2", "MiniMax-M3"
RATE = 50
THOUGHTS, ADVICE, WORDS = 10, 20, 10
MODEL = f"hybrid/[minimax/{REASONER},minimax/{EXECUTOR}]"
_PACE = f"chars={DELTA_CHARS} rate={RATE}"
DIRECTIVES = " ".join(
    f"[[simulate: {each}]]"
    for each in (
        f"model={EXECUTOR} turn=0 tool=consult_advisor",
        f"model={REASONER} think={THOUGHTS} deltas={ADVICE} {_PACE}",
        f"model={EXECUTOR} turn=1 deltas={WORDS} {_PACE}",
    )
)


async def paced(address: str, calls: int) -> dict[str, float]:
    """So many streamed answers with a consultation, one after the other.

    Returns:
        ``advice_lag_ms``, that the first delta of advice was on its way; ``consultation_ms``, from the executor's
        last frame to the advisor's request, and from the last frame of the advice to the executor's next request;
        ``advised_over_ms``, the whole call beyond its three upstream times. Medians, in milliseconds.
    """
    lags, consultations, wholes = [], [], []
    for number in range(calls):
        nonce = f"advised-{os.getpid()}-{number}x"  # one simulator serves the rounds of several processes
        lag, seconds = await _ask(nonce)
        first, advice, second = _upstreams(address, nonce)
        lags.append(lag)
        gaps = (_arrived(advice) - _ended(first), _arrived(second) - _ended(advice))
        consultations.append(1e3 * sum(gaps))
        wholes.append(1e3 * (seconds - sum(_ended(each) - _arrived(each) for each in (first, advice, second))))
    return {
        "advice_lag_ms": statistics.median(lags),
        "consultation_ms": statistics.median(consultations),
        "advised_over_ms": statistics.median(wholes),
    }


async def _ask(nonce: str) -> tuple[float, float]:
    """How long the first delta of advice was on its way, in milliseconds; how long all of it took, in seconds."""
    import litellm

    messages = [
        {"role": "system", "content": DIRECTIVES},
        {"role": "user", "content": f"Ask consult_advisor. nonce={nonce}"},
    ]
    lag = None
    start = time.monotonic()
    stream = await litellm.acompletion(MODEL, messages=messages, stream=True, hybrid={"mode": "advisor"})
    async for chunk in stream:
        now = time.monotonic_ns()
        thought = getattr(chunk.choices[0].delta, "reasoning_content", None) if chunk.choices else None
        if thought and lag is None:
            lag = next(iter(lags_of(thought, now)), None)
    assert lag is not None, "nobody advised"
    return lag, time.monotonic() - start


def _upstreams(address: str, nonce: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What the simulator recorded of the executor's call, the advisor's, and the executor's again."""
    first, advice, second = sorted(recorded(address, nonce), key=_arrived)
    assert advice["body"]["model"] == REASONER
    return first, advice, second


def _arrived(request: dict[str, Any]) -> float:
    return float(request["arrived"])


def _ended(request: dict[str, Any]) -> float:
    """When the last frame was made; the simulator ends the body a beat later, and nobody waits for that."""
    return float(request["answered"]["last_made"])
