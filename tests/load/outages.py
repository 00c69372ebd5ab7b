"""``make outages``: a hybrid whose reasoner is down, a thousand requests for each way of being down.

What must hold: every request gets its executor's answer, and the answer says that it was degraded. Half of the requests
come from one caller, who is spared the outage after a while (``backoff``); each of the others has an end user of its
own and meets it anew.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from litellm_minimax.simulator import Answer, Fault, Simulator
from tests.load.soak import config
from tests.load.traffic import judge, streamed
from tests.proxy_process import StartedProxy, write_config
from tests.reliability_page import circumstances, write_section

AT_ONCE = 20
_DECISION = re.compile(r'"decision":\s*"(\w+)",\s*"reason":\s*"(\w+)"')
KILLED = "killed: it dies in the middle of a thought, then nobody listens"
_LONG_THOUGHT = Answer("Done.", "A thought that is never finished. " * 400, chunk_chars=20, delay=0.02)
TROUBLES: dict[str, Fault | Answer] = {
    KILLED: _LONG_THOUGHT,
    "hung: it accepts the call and says nothing": Fault("stall", phase="before_headers"),
    "hung: it falls silent in the middle of a thought": Fault("stall", at=4, answer=_LONG_THOUGHT),
    "answers 500": Fault("error", code=1000),
}
# Short clocks: what is tried is what happens when they strike, and not how long a thousand of them take.
_HYBRID = {"reasoning_model": "m2", "execution_model": "m21", "first_delta_timeout": 0.5, "idle_timeout": 0.5,
           "reasoning_timeout": 2}  # fmt: skip


@dataclass(slots=True)
class Outage:
    """What clients saw while the reasoner was down in one way."""

    name: str
    came: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    evidence: list[str] = field(default_factory=list)


async def play(client: httpx.AsyncClient, outage: Outage, reasoner: Simulator, count: int) -> None:
    """So many requests, streamed and whole in turn; a reasoner that is to be killed dies after a tenth of them."""
    numbers = iter(range(count))

    async def one_after_another() -> None:
        for number in numbers:
            if outage.name == KILLED and number == count // 10:
                reasoner.stop()
            nonce = f"n{number}x{abs(hash(outage.name)):x}"
            came, reason, evidence = await _ask(client, number, nonce)
            outage.came[came] += 1
            outage.reasons[reason] += 1
            outage.evidence += [evidence] if came != "answered" else []

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


async def _ask(client: httpx.AsyncClient, number: int, nonce: str) -> tuple[str, str, str]:
    body: dict[str, Any] = {
        "model": "thinking-coder",
        "messages": [{"role": "user", "content": f"Write a sort. nonce={nonce}"}],
        "stream": number % 2 == 0,
    }
    if number % 4 < 2:
        body["user"] = f"caller-{nonce}"
    try:
        response = await client.post("/v1/chat/completions", json=body)
    except httpx.HTTPError as error:
        return "lost", "-", repr(error)
    told = await streamed(response) if body["stream"] else (response.status_code, response.text)
    came, evidence = judge(told, nonce)
    # Not from the headers: a stream has sent them before its reasoner falls silent in the middle.
    decided = _DECISION.search(response.text)
    return came, f"{decided[1]}: {decided[2]}" if decided else "-", evidence


@contextmanager
def _proxy(reasoner: Simulator, executor: Simulator) -> Iterator[StartedProxy]:
    settings = config(executor.base_url)
    for deployment in settings["model_list"]:
        params = deployment["litellm_params"]
        if deployment["model_name"] == "m2":
            params["api_base"] = reasoner.base_url
        if "hybrid" in params:
            params["hybrid"] = _HYBRID
    with tempfile.TemporaryDirectory() as folder:
        path = write_config(Path(folder) / "config.yaml", settings)
        with StartedProxy(path, env={"LITELLM_LOG": "ERROR"}) as proxy:
            yield proxy


def outages(count: int) -> list[Outage]:
    """Every trouble in turn, each with ``count`` requests."""
    seen = []
    with ExitStack() as stack:
        executor = stack.enter_context(Simulator(keep=200))
        reasoner = stack.enter_context(Simulator(keep=200))
        proxy = stack.enter_context(_proxy(reasoner, executor))

        async def all_of_them() -> None:
            limits = httpx.Limits(max_connections=AT_ONCE)
            settings = {"base_url": proxy.url, "headers": proxy.headers, "timeout": 60}
            async with httpx.AsyncClient(**settings, limits=limits) as client:
                # The one that is killed comes last, since nothing brings it back.
                for name in sorted(TROUBLES, key=lambda each: each == KILLED):
                    reasoner.reset()
                    reasoner.on(lambda _: True, TROUBLES[name])
                    seen.append(Outage(name))
                    await play(client, seen[-1], reasoner, count)

        asyncio.run(all_of_them())
    return seen


def wrong(seen: list[Outage], count: int) -> list[str]:
    """Everything that must not be, in words."""
    bad = []
    for outage in seen:
        if outage.came["answered"] != count:
            bad.append(f"{outage.name}: {dict(outage.came)} {outage.evidence[:3]}")
        if silent := {reason for reason in outage.reasons if not reason.startswith("degraded: ")}:
            bad.append(f"{outage.name}: not told as degraded: {silent}")
    return bad


def page(seen: list[Outage], seconds: float) -> str:
    head = ["| the reasoner | requests | answered by the executor | told as |", "| --- | --- | --- | --- |"]
    rows = []
    for outage in seen:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in outage.reasons.most_common())
        total = sum(outage.came.values())
        rows.append(f"| {outage.name} | {total:,} | {outage.came['answered']:,} | {reasons} |")
    return "\n".join([*head, *rows, "", f"{seconds:.0f} seconds. {circumstances()}"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.outages", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="requests for each way of being down")
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    given = parser.parse_args()
    started = time.monotonic()
    seen = outages(given.count)
    text = page(seen, time.monotonic() - started)
    print(text)
    bad = wrong(seen, given.count)
    for line in bad:
        print(f"FAILED {line}")
    if not given.no_page:
        write_section("outages", text)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
