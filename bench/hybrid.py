"""What a hybrid costs over its two members: ``python -m bench.hybrid ADDRESS`` prints one round as a line of JSON.

Both members are the plugin's own, at the same simulator. The reasoner thinks and would go on to answer; the executor
answers at once. So what is seen between the last thought and the first word of the answer is the hand-over alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
import urllib.request
from dataclasses import dataclass, field

REASONER, EXECUTOR = "MiniMax-M2", "MiniMax-M3"
RATE = 100
THOUGHTS, WORDS = 30, 30
UNWANTED = 400
"""Deltas of the answer that the reasoner would give if nobody stopped it."""
CALLS = 40
AT_ONCE = 10


@dataclass(slots=True)
class Seen:
    """When the parts of one stream came, in seconds since it was asked for."""

    thoughts: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)


async def ask(address: str, model: str, directives: str, nonce: str) -> Seen:
    """One streamed call."""
    import litellm

    messages = [{"role": "system", "content": directives}, {"role": "user", "content": f"Go on. nonce={nonce}"}]
    credentials = {} if model.startswith("hybrid") else {"api_base": address, "api_key": "sk-bench"}
    seen = Seen()
    start = time.monotonic()
    async for chunk in await litellm.acompletion(model, messages=messages, stream=True, **credentials):
        delta = chunk.choices[0].delta if chunk.choices else None
        if delta is not None and delta.content:
            seen.words.append(time.monotonic() - start)
        elif delta is not None and getattr(delta, "reasoning_content", None):
            seen.thoughts.append(time.monotonic() - start)
    return seen


def directives(rate: float) -> str:
    """What each member does, told in the system message, which both of them get."""
    reasoner = f"model={REASONER} think={THOUGHTS} deltas={UNWANTED} chars=20 rate={rate}"
    executor = f"model={EXECUTOR} deltas={WORDS} chars=20 rate={rate}"
    return f"[[simulate: {reasoner}]] [[simulate: {executor}]]"


HYBRID = f"hybrid/[minimax/{REASONER},minimax/{EXECUTOR}]"


async def paced(address: str, calls: int) -> dict[str, float]:
    """The hand-over at a hundred deltas a second, one call after the other."""
    text = directives(RATE)
    gaps, firsts, plain, waste = [], [], [], []
    for number in range(calls):
        alone = await ask(address, f"minimax/{EXECUTOR}", text, f"alone-{number}")
        plain.append(alone.words[0])
        seen = await ask(address, HYBRID, text, f"hybrid-{number}")
        gaps.append(seen.words[0] - seen.thoughts[-1])
        firsts.append(seen.thoughts[0])
        waste.append(_unwanted(address))
    return {
        "gap_ms": 1e3 * statistics.median(gaps),
        "first_thought_ms": 1e3 * statistics.median(firsts),
        "plain_first_ms": 1e3 * statistics.median(plain),
        "added_ms": 1e3 * (statistics.median(firsts) - statistics.median(plain)),
        "wasted_deltas": statistics.median(waste),
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


def _unwanted(address: str) -> float:
    """Deltas of answer that the reasoner still made in the last call."""
    with urllib.request.urlopen(f"{address}/simulator/requests") as response:
        requests = json.load(response)
    reasoning = [each for each in requests if each["body"]["model"] == REASONER]
    return float(reasoning[-1]["answered"]["text_chunks"])


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
        return {**await paced(address, max(2, calls // 8)), **warm}

    print(json.dumps(asyncio.run(both())), file=answers, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
