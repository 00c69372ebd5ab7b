"""``make faults``: the whole matrix, with its figures written into ``docs/reliability.md``."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import litellm

from tests.faults.callers import KEY, KINDS, InRouter, Proxy, Sdk, model_list
from tests.faults.matrix import Ledger, cells, open_files, play, things_left
from tests.faults.troubles import TROUBLES
from tests.faults.upstreams import Upstreams, upstreams
from tests.proxy_process import StartedProxy, write_config
from tests.reliability_page import circumstances, write_section


def proxy_config(addresses: dict[str, str]) -> dict:
    """A proxy whose groups are those of the matrix; it neither retries nor rests."""
    handlers = {"minimax": "minimax_llm", "minimax-plugin": "minimax_llm", "hybrid": "hybrid_llm"}
    return {
        "litellm_settings": {
            "custom_provider_map": [
                {"provider": name, "custom_handler": f"litellm_minimax.{handler}"} for name, handler in handlers.items()
            ],
            "callbacks": "litellm_minimax.proxy_hooks",
        },
        "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        "model_list": model_list(addresses),
    }


async def close_clients() -> None:
    """LiteLLM's shared clients, async and blocking: what is open afterwards was leaked."""
    from litellm.llms.custom_httpx.async_client_cleanup import close_litellm_async_clients

    from litellm_minimax.upstream import clients

    await close_litellm_async_clients()
    for handler in clients._sync_handlers.values():
        handler.client.close()
    litellm.in_memory_llm_clients_cache.flush_cache()
    await asyncio.sleep(0.01)  # aiohttp closes its sockets in the loop's next turns


async def run(kinds: tuple[str, ...], around: Upstreams, proxy: StartedProxy) -> tuple[Ledger, dict[str, str]]:
    ledger = Ledger()
    in_proxy = Proxy(proxy.url, proxy.master_key)
    doors = [Sdk(around), InRouter(around), in_proxy]
    for way in ("sync", "async-stream"):  # the first calls open what stays open
        for door in doors:
            for kind in kinds:
                await door.outcome(way, kind, "simulator", patience=30)
    before = open_files(), open_files(proxy.pid)
    shown = None
    for cell in cells(doors, kinds):
        if cell.trouble is not shown:
            shown = cell.trouble
            print(f"  {shown.name}", flush=True)
        known = len(ledger.failures)
        await play(cell, around, ledger)
        for failure in ledger.failures[known:]:
            print(f"    FAILED {failure}", flush=True)
    in_proxy.close()
    await asyncio.sleep(1)
    after_proxy = open_files(proxy.pid)
    await close_clients()
    await asyncio.sleep(0.2)
    left = things_left()
    facts = {
        "Suspended generators and open answers in this process": str(len(left)),
        "Open files of this process, before and after": f"{before[0]} → {open_files()}",
        "Open files of the proxy, before and after": f"{before[1]} → {after_proxy}",
        "Most connections open at the upstream after a cell, kept-alive ones included": str(ledger.spare_connections),
        "Slowest cell": f"{ledger.slowest[0]:.1f} s ({ledger.slowest[1]})",
    }
    return ledger, facts


def page(ledger: Ledger, facts: dict[str, str], seconds: float) -> str:
    failed = {key: sum(f" · {key[0]} · " in line and line.split(":")[0].endswith(key[1].split(":")[0])
                       for line in ledger.failures) for key in ledger.tried}  # fmt: skip
    rows = [f"| {door} | {kind} | {count} | {failed[door, kind]} |" for (door, kind), count in ledger.tried.items()]
    total = sum(ledger.tried.values())
    return "\n".join(
        [
            f"{len(TROUBLES)} troubles, {total} cells, {len(ledger.failures)} failures, {seconds / 60:.0f} minutes.",
            "",
            "| door | kind | cells | failures |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            "| left behind | |",
            "| --- | --- |",
            *(f"| {name} | {value} |" for name, value in facts.items()),
            "",
            circumstances(),
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kind", action="append", choices=KINDS, help="only these kinds; may be repeated")
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    given = parser.parse_args()
    litellm.suppress_debug_info = True
    os.environ["MINIMAX_API_KEY"] = KEY
    started = time.monotonic()
    with ExitStack() as stack:
        around = stack.enter_context(upstreams())
        os.environ["MINIMAX_API_BASE"] = around.sim.base_url
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        config = write_config(folder / "config.yaml", proxy_config(around.addresses))
        proxy = stack.enter_context(StartedProxy(config))
        kinds = tuple(given.kind or KINDS)
        ledger, facts = asyncio.run(run(kinds, around, proxy))
    text = page(ledger, facts, time.monotonic() - started)
    print(text)
    if not given.no_page:
        write_section("faults", text)
    return 1 if ledger.failures else 0


if __name__ == "__main__":
    sys.exit(main())
