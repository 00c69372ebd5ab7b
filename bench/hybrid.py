"""What a hybrid costs over its two members: ``python -m bench.hybrid ADDRESS`` prints one round as a line of JSON.

Both members are the plugin's own, at the same simulator. The reasoner thinks and would go on to answer; the executor
answers at once. When each request came and when the thinking ended is what the simulator recorded; client and simulator
read the same monotonic clock.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench import consultation
from bench.load import DELTA_CHARS
from bench.measure import lags_of
from bench.recorded import recorded

REASONER, EXECUTOR = "MiniMax-M2", "MiniMax-M3"
RATE = 50
THOUGHTS, WORDS = 50, 50
UNWANTED = 200
"""Deltas of the answer that the reasoner would give if nobody stopped it."""
CALLS = 40
AT_ONCE = 10


@dataclass(slots=True)
class Seen:
    """One streamed call as the client sees it; seconds since it was asked for."""

    thoughts: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)
    first_lag: float | None = None
    """Milliseconds that the first thought was on its way from the reasoner."""
    ended: float = 0.0


def question(directives: str, nonce: str) -> list[dict[str, str]]:
    """What is asked; the members' directives stand in the system message, which both of them get."""
    return [{"role": "system", "content": directives}, {"role": "user", "content": f"Go on. nonce={nonce}"}]


async def ask(address: str, model: str, directives: str, nonce: str) -> Seen:
    """One streamed call."""
    import litellm

    credentials = {} if model.startswith("hybrid") else {"api_base": address, "api_key": "sk-bench"}
    seen = Seen()
    start = time.monotonic()
    stream = await litellm.acompletion(model, messages=question(directives, nonce), stream=True, **credentials)
    async for chunk in stream:
        now = time.monotonic()
        delta = chunk.choices[0].delta if chunk.choices else None
        if delta is not None and delta.content:
            seen.words.append(now - start)
        elif delta is not None and (thought := getattr(delta, "reasoning_content", None)):
            seen.thoughts.append(now - start)
            if seen.first_lag is None:
                seen.first_lag = lags_of(thought, int(now * 1e9))[0]
    seen.ended = time.monotonic() - start
    return seen


def directives(rate: float) -> str:
    """What each member does."""
    reasoner = f"model={REASONER} think={THOUGHTS} deltas={UNWANTED} chars={DELTA_CHARS} rate={rate}"
    executor = f"model={EXECUTOR} deltas={WORDS} chars={DELTA_CHARS} rate={rate}"
    return f"[[simulate: {reasoner}]] [[simulate: {executor}]]"


HYBRID = f"hybrid/[minimax/{REASONER},minimax/{EXECUTOR}]"


@dataclass(frozen=True, slots=True)
class Upstreams:
    """What the simulator recorded of the two requests behind one call."""

    reasoner: dict[str, Any]
    executor: dict[str, Any]

    @classmethod
    def of(cls, address: str, nonce: str) -> Upstreams:
        """By the nonce, which both requests repeat."""
        by_model = {each["body"]["model"]: each for each in recorded(address, nonce)}
        return cls(by_model[REASONER], by_model[EXECUTOR])

    @property
    def hand_over(self) -> float:
        """Seconds from the reasoner's first word of answer, which ends its thinking, to the executor's request."""
        began: float = self.reasoner["answered"]["text_began"]
        return float(self.executor["arrived"]) - began

    @property
    def unwanted(self) -> int:
        """Frames of answer that the reasoner made before it was stopped."""
        answered = self.reasoner["answered"]
        return int(answered["chunks_generated"] - answered["reasoning_chunks"])

    @property
    def seconds(self) -> float:
        """The two upstream times together: the reasoner's until its thinking ended, the executor's until its end."""
        thinking = self.reasoner["answered"]["text_began"] - self.reasoner["arrived"]
        return float(thinking + self.executor["answered"]["last_made"] - self.executor["arrived"])


async def paced(address: str, calls: int) -> dict[str, float]:
    """Hybrid calls at fifty deltas a second, one after the other, streamed and whole in turn."""
    import litellm

    text = directives(RATE)
    streamed: list[tuple[Seen, Upstreams]] = []
    whole: list[float] = []
    for number in range(calls):
        seen = await ask(address, HYBRID, text, f"streamed-{number}x")
        streamed.append((seen, Upstreams.of(address, f"streamed-{number}x")))
        start = time.monotonic()
        await litellm.acompletion(HYBRID, messages=question(text, f"whole-{number}x"))
        whole.append((time.monotonic() - start) / Upstreams.of(address, f"whole-{number}x").seconds)

    def median(figure: Callable[[Seen, Upstreams], float]) -> float:
        return statistics.median(figure(seen, behind) for seen, behind in streamed)

    return {
        "first_thought_ms": median(lambda seen, _: 1e3 * seen.thoughts[0]),
        "first_lag_ms": median(lambda seen, _: seen.first_lag or 0.0),
        "hand_over_ms": median(lambda _, behind: 1e3 * behind.hand_over),
        "gap_ms": median(lambda seen, _: 1e3 * (seen.words[0] - seen.thoughts[-1])),
        "unwanted_deltas": float(max(behind.unwanted for _, behind in streamed)),
        "stream_over_upstreams": median(lambda seen, behind: seen.ended / behind.seconds),
        "whole_over_upstreams": statistics.median(whole),
    }


async def cpu(address: str, calls: int) -> dict[str, float]:
    """CPU of a hybrid call over that of its two members called by hand, at full speed, ten at once."""
    shorter = directives(0).replace(f"deltas={UNWANTED}", "deltas=1")

    async def used(tag: str, *models: str) -> float:
        waiting = iter(range(calls))

        async def one_after_another() -> None:
            for number in waiting:
                for model in models:
                    await ask(address, model, shorter, f"{tag}-{number}")

        start = time.process_time()
        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
        await asyncio.sleep(0.3)
        return time.process_time() - start

    by_hand = f"minimax/{REASONER}", f"minimax/{EXECUTOR}"
    await used("warm", *by_hand)
    await used("warm-hybrid", HYBRID)
    two, one = await used("two", *by_hand), await used("one", HYBRID)
    return {"hybrid_cpu_ms": 1e3 * one / calls, "two_plain_cpu_ms": 1e3 * two / calls, "cpu_ratio": one / two}


def main() -> None:
    """Measure one round and print it."""
    address = sys.argv[1]
    calls = int(sys.argv[2]) if len(sys.argv) > 2 else CALLS
    os.environ |= {"MINIMAX_API_BASE": address, "MINIMAX_API_KEY": "sk-bench"}
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    import litellm_minimax  # noqa: F401 -- importing registers it

    async def both() -> dict[str, float]:
        warm = await cpu(address, calls)
        few = max(2, calls // 8)
        return {**await paced(address, few), **await consultation.paced(address, few), **warm}

    print(json.dumps(asyncio.run(both())), file=answers, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
