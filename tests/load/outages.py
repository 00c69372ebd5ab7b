"""``make outages``: a hybrid whose reasoner is down, a thousand requests for each way of being down.

What must hold: every request gets its executor's answer, and the answer says that it was degraded. Half of the requests
come from one caller, who is spared the outage after a while (``backoff``); each of the others has an end user of its
own and meets it anew. The other modes get a tenth of the requests each. There a reasoning model that answers by itself
(plan mode, escalation) and fails after its first word is the client's error, told as one.
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
_BEGUN = {KILLED, "hung: it falls silent in the middle of a thought"}
# Short clocks: what is tried is what happens when they strike, and not how long a thousand of them take.
_HYBRID = {"reasoning_model": "m2", "execution_model": "m21", "first_delta_timeout": 0.5, "idle_timeout": 0.5,
           "reasoning_timeout": 2}  # fmt: skip
_SILENT = 2
"""Seconds after which a deployment is taken for dead, where a reasoning model answers by itself."""


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to use two models, and what a request for it has beside the others."""

    options: dict[str, Any]
    body: dict[str, Any] = field(default_factory=dict)
    directive: str = ""
    rounds: int = 0
    """Rounds of the same tool call in the request's turn."""
    decision: str = "degraded"
    """What an answer says when its reasoner is down."""
    alone: bool = False
    """The reasoning model answers by itself; once it has begun, its failure is the client's."""


MODES = {
    "notes": Mode({}),
    "advisor": Mode({"mode": "advisor"}, directive="model=M2.1 turn=0 tool=consult_advisor", decision="advised"),
    "plan mode": Mode({"when_planning": "reasoning"}, {"metadata": {"hybrid": {"phase": "plan"}}}, alone=True),
    "escalation": Mode({"escalate_after": 2, "trigger": ["user_turn"]}, rounds=3, alone=True),
    "review": Mode({"review": True, "trigger": ["stall"]}, decision="skipped"),
}
_TOOL = {"type": "function", "function": {"name": "ls", "parameters": {"type": "object", "properties": {}}}}


@dataclass(slots=True)
class Outage:
    """What clients saw while the reasoner was down in one way."""

    name: str
    mode: str = "notes"
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
            nonce = f"n{number}x{abs(hash((outage.name, outage.mode))):x}"
            came, reason, evidence = await _ask(client, outage.mode, number, nonce)
            outage.came[came] += 1
            outage.reasons[reason] += 1
            outage.evidence += [evidence] if came != "answered" else []

    # Fewer at once than there are requests: the later ones have to find the reasoner at rest.
    await asyncio.gather(*(one_after_another() for _ in range(min(AT_ONCE, max(1, count // 4)))))


async def _ask(client: httpx.AsyncClient, mode: str, number: int, nonce: str) -> tuple[str, str, str]:
    asked = f"Write a sort. nonce={nonce}"
    if MODES[mode].directive:
        asked += f" [[simulate: {MODES[mode].directive}]]"
    messages: list[dict[str, Any]] = [{"role": "user", "content": asked}]
    for at in range(MODES[mode].rounds):
        call = {"id": f"call_{at}", "type": "function", "function": {"name": "ls", "arguments": "{}"}}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": "nothing"})
    body: dict[str, Any] = {"model": _name(mode), "messages": messages, "stream": number % 2 == 0, **MODES[mode].body}
    if MODES[mode].rounds:
        body["tools"] = [_TOOL]
    if number % 4 < 2:
        body["user"] = f"caller-{nonce}"
    try:
        response = await client.post("/v1/chat/completions", json=body)
    except httpx.HTTPError as error:
        return "lost", "-", repr(error)
    told = await streamed(response) if body["stream"] else (response.status_code, response.text)
    came, evidence = judge(told, nonce)
    if came == "lost" and told[0] >= 400:
        came = "an error"
    # Not from the headers: a stream has sent them before its reasoner falls silent in the middle.
    decided = _DECISION.search(response.text)
    return came, f"{decided[1]}: {decided[2]}" if decided else "-", evidence


def _name(mode: str) -> str:
    return f"{mode.replace(' ', '-')}-coder"


@contextmanager
def _proxy(reasoner: Simulator, executor: Simulator) -> Iterator[StartedProxy]:
    settings = config(executor.base_url)
    reasons, executes, _hybrid = settings["model_list"]
    reasons["litellm_params"] |= {"api_base": reasoner.base_url, "timeout": _SILENT}
    settings["model_list"] = [reasons, executes] + [
        {
            "model_name": _name(mode),
            "litellm_params": {"model": f"hybrid/{_name(mode)}", "hybrid": {**_HYBRID, **how.options}},
        }
        for mode, how in MODES.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = write_config(Path(folder) / "config.yaml", settings)
        with StartedProxy(path, env={"LITELLM_LOG": "ERROR"}) as proxy:
            yield proxy


def outages(count: int, beside: int = 0) -> list[Outage]:
    """Every trouble in turn: ``count`` requests with notes, ``beside`` in each of the other modes."""
    seen = []
    with ExitStack() as stack:
        executor = stack.enter_context(Simulator(keep=200))
        reasoner = stack.enter_context(Simulator(keep=200))
        proxy = stack.enter_context(_proxy(reasoner, executor))

        async def all_of_them() -> None:
            limits = httpx.Limits(max_connections=AT_ONCE)
            settings = {"base_url": proxy.url, "headers": proxy.headers, "timeout": 60}
            async with httpx.AsyncClient(**settings, limits=limits) as client:
                for mode in MODES:
                    for name, trouble in TROUBLES.items():
                        reasoner.stop()
                        reasoner.start().reset()
                        reasoner.on(lambda _: True, trouble)
                        wanted = count if mode == "notes" else beside
                        if wanted:
                            seen.append(Outage(name, mode))
                            await play(client, seen[-1], reasoner, wanted)

        asyncio.run(all_of_them())
    return seen


def wrong(seen: list[Outage]) -> list[str]:
    """Everything that must not be, in words."""
    bad = []
    for outage in seen:
        mode, title = MODES[outage.mode], f"{outage.mode}, {outage.name}"
        fine = outage.came["answered"] + (outage.came["an error"] if mode.alone and outage.name in _BEGUN else 0)
        if not outage.came["answered"] or fine != sum(outage.came.values()):
            bad.append(f"{title}: {dict(outage.came)} {outage.evidence[:3]}")
        told = {reason for reason in outage.reasons if not reason.startswith((f"{mode.decision}: ", "-"))}
        if told or {"advised: consulted", "advised: on_demand"} & outage.reasons.keys():
            bad.append(f"{title}: not told as {mode.decision}: {dict(outage.reasons)}")
        if outage.reasons["-"] > sum(outage.came.values()) - outage.came["answered"]:
            bad.append(f"{title}: answers that tell no decision: {outage.reasons['-']}")
    return bad


def page(seen: list[Outage], seconds: float) -> str:
    head = ["| mode | the reasoning model | requests | answered | told as |", "| --- | --- | --- | --- | --- |"]
    rows = []
    for outage in seen:
        reasons = [f"{reason} {count:,}" for reason, count in outage.reasons.most_common() if reason != "-"]
        reasons += [f"an error {outage.came['an error']:,}"] if outage.came["an error"] else []
        total = sum(outage.came.values())
        rows.append(
            f"| {outage.mode} | {outage.name} | {total:,} | {outage.came['answered']:,} | {', '.join(reasons)} |"
        )
    return "\n".join([*head, *rows, "", f"{seconds:.0f} seconds. {circumstances()}"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.outages", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="requests for each way of being down")
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    given = parser.parse_args()
    started = time.monotonic()
    seen = outages(given.count, given.count // 10)
    text = page(seen, time.monotonic() - started)
    print(text)
    bad = wrong(seen)
    for line in bad:
        print(f"FAILED {line}")
    if not given.no_page:
        write_section("outages", text)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
