"""``make dashboard``: a real Prometheus scrapes a proxy of two workers under mixed load, and every panel must show something.

It writes its figures into docs/operators.md and a picture of the panels to docs/dashboard.svg.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from litellm_minimax.cli.proxy_child import free_port
from litellm_minimax.simulator import Simulator
from tests.dashboard.panels import PANELS, RATE, Panel
from tests.dashboard.picture import Lines, amount, svg
from tests.dashboard.prometheus import Prometheus
from tests.load.soak import config
from tests.load.traffic import Traffic
from tests.proxy_process import StartedProxy, write_config
from tests.reliability_page import circumstances, write_section

DOCS = Path(__file__).resolve().parents[2] / "docs"
SECONDS = 60.0
CLIENTS = 6
SCRAPE, WINDOW = 2, "12s"
_MORE = ("shaky-coder", "advised-coder", "reviewed-coder")
_MEANT = ("answered", "refused", "left")
_ASKS = "Fix the parser."


def settings(upstream: str) -> dict[str, Any]:
    """The soak's models, and hybrids whose reasoner can't be reached, which consult, and whose answers are reviewed."""
    made = config(upstream)
    made["litellm_settings"]["callbacks"] = ["litellm_minimax.proxy_hooks", "prometheus"]
    nowhere = {"api_base": f"http://127.0.0.1:{free_port()}", "api_key": "sk-nowhere-0123456789"}
    made["model_list"].append({"model_name": "gone", "litellm_params": {"model": "minimax/MiniMax-M3", **nowhere}})
    both = {"reasoning_model": "m2", "execution_model": "m21"}
    more = {
        "shaky-coder": {"reasoning_model": "gone", "execution_model": "m21"},
        "advised-coder": {**both, "mode": "advisor", "advise_first": True},
        "reviewed-coder": {**both, "review": True},
    }
    for name, hybrid in more.items():
        params = {"model": f"hybrid/{name}", "hybrid": hybrid}
        made["model_list"].append({"model_name": name, "litellm_params": params})
    return made


async def ask(client: httpx.AsyncClient, model: str, text: str) -> tuple[str, str]:
    """One request to a hybrid that must be answered."""
    body = {"model": model, "messages": [{"role": "user", "content": text}]}
    try:
        answer = await client.post("/v1/chat/completions", json=body)
    except httpx.HTTPError as error:
        return "lost", f"{model}: {error!r}"
    return ("answered", "") if answer.status_code == 200 else ("lost", f"{model}: {answer.text}")


async def load(url: str, headers: dict[str, str], seconds: float) -> Counter[str]:
    """The soak's traffic, and now and then one to the other hybrids."""
    came: Counter[str] = Counter()
    until = time.monotonic() + seconds
    dice = random.Random(17)

    async def work(number: int) -> None:
        # A connection for each request: the kernel spreads connections over the workers, so a tool loop meets both.
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, limits=limits) as client:
            traffic = Traffic(client, random.Random(number))
            while time.monotonic() < until:
                if dice.random() < 0.2:
                    what, evidence = await ask(client, dice.choice(_MORE), f"{_ASKS} {dice.random()}")
                else:
                    _, what, evidence = await traffic.one(number)
                came[what if what in _MEANT else f"{what}: {evidence[:200]}"] += 1
                number += CLIENTS
                await asyncio.sleep(0.1)

    await asyncio.gather(*(work(number) for number in range(CLIENTS)))
    return came


def drawn(prometheus: Prometheus, panel: Panel, start: float, end: float) -> Lines:
    """A panel's lines over the run, as Grafana would name them."""
    lines = {}
    for query in panel.queries:
        found = prometheus.lines(query.promql.replace(RATE, WINDOW), start, end, SCRAPE)
        for labels, points in found.items():
            told = dict(labels)
            name = re.sub(r"\{\{(\w+)\}\}", lambda field, told=told: told.get(field[1], ""), query.legend)
            if any(value for _, value in points):
                lines[name] = points
    return lines


def run(seconds: float) -> tuple[list[tuple[Panel, Lines]], Counter[str], int, float, float]:
    """Everything: the panels with their lines, what came of the requests, the number of workers seen, and the time."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in ("workers", "prometheus"):
            (folder / name).mkdir()
        sim = stack.enter_context(Simulator(keep=1000))
        path = write_config(folder / "config.yaml", settings(sim.base_url))
        env = {"NUM_WORKERS": "2", "PROMETHEUS_MULTIPROC_DIR": str(folder / "workers"), "LITELLM_LOG": "ERROR"}
        # uvicorn ends a worker that is silent for 5 s, and one that imports LiteLLM on a busy machine is (0.51).
        env["TIMEOUT_WORKER_HEALTHCHECK"] = "60"
        proxy = stack.enter_context(StartedProxy(path, env=env))
        target = proxy.url.removeprefix("http://")
        prometheus = stack.enter_context(Prometheus(folder / "prometheus", target, proxy.master_key, SCRAPE))
        time.sleep(2 * SCRAPE)
        start = time.time()
        came = asyncio.run(load(proxy.url, proxy.headers, seconds))
        time.sleep(2 * SCRAPE)
        end = time.time()
        if set(came) - set(_MEANT):
            print(proxy.last_lines(30))
        workers = len({name.stem.rpartition("_")[2] for name in (folder / "workers").glob("counter_*.db")})
        return [(panel, drawn(prometheus, panel, start, end)) for panel in PANELS], came, workers, start, end


def failures(shown: list[tuple[Panel, Lines]], came: Counter[str], workers: int) -> list[str]:
    """Everything that must not be, in words."""
    wrong = [f"the panel {panel.title!r} shows nothing" for panel, lines in shown if not lines]
    wrong += [
        f"{count} requests: {what}" for what, count in came.items() if what not in {"answered", "refused", "left"}
    ]
    return wrong if workers == 2 else [*wrong, f"{workers} workers wrote figures, and not 2"]


def page(shown: list[tuple[Panel, Lines]], came: Counter[str], seconds: float) -> str:
    """The figures for the document."""
    rows = ["| panel | lines | highest |", "| --- | --- | --- |"]
    for panel, lines in shown:
        name = max(lines, key=lambda each: max(value for _, value in lines[each]), default="")
        top = max((value for _, value in lines.get(name, ())), default=0.0)
        rows.append(f"| {panel.title} | {len(lines)} | {amount(top, panel.unit)} ({name}) |")
    counts = ", ".join(f"{came[word]} {word}" for word in _MEANT)
    told = f"Two workers, {seconds:.0f} seconds, scraped every {SCRAPE} s: {counts} (refused and left as they were meant to be)."
    return "\n".join([*rows, "", f"{told} {circumstances()}"])


def main() -> int:
    shown, came, workers, start, end = run(SECONDS)
    text = page(shown, came, end - start)
    print(text)
    wrong = failures(shown, came, workers)
    for line in wrong:
        print(f"FAILED {line}")
    if not wrong and "--no-page" not in sys.argv:
        (DOCS / "dashboard.svg").write_text(svg(shown, start, end))
        write_section("dashboard", text, DOCS / "operators.md")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
