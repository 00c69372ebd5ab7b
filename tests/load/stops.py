"""``make stops``: the longest stop of the event loop for each kind of request, of one and of twenty megabytes.

In the SDK the loop is this process's own, and what stops it is LiteLLM and this package. In the proxy its framework
comes on top: it reads the body, and parses it, in one piece. What a server with MiniMax's limits refuses at twenty
megabytes has been read and sent all the same.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import litellm

from litellm_minimax.seams.freeze import freeze_once
from litellm_minimax.simulator import Answer, Simulator
from tests.load.stops_proxy_side import beat
from tests.proxy_process import StartedProxy, write_config
from tests.reliability_page import circumstances, write_section

SIZES = (1_000_000, 20_000_000)
PROSE = "The quick brown fox jumps over it. "
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
HYBRID = "hybrid:[MiniMax-M3,other]"
ROUNDS = 3


def kinds(size: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, door and body of each kind."""
    text = (PROSE * (size // len(PROSE) + 1))[:size]
    chat, messages, responses = "/v1/chat/completions", "/v1/messages", "/v1/responses"
    plain, said = "MiniMax-M3", [{"role": "user", "content": text}]
    asked = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    looped = [{"role": "user", "content": "Look."}, asked, {"role": "tool", "tool_call_id": "c1", "content": text}]
    piece = text[: size // 20_001]
    turns = [{"role": ("user", "assistant")[at % 2], "content": piece} for at in range(20_001)]
    yield "one message", chat, {"model": plain, "messages": said}
    yield "a tool's result", chat, {"model": plain, "messages": looped, "tools": [TOOL]}
    yield "20,001 turns", chat, {"model": plain, "messages": turns}
    yield "hybrid, one message", chat, {"model": HYBRID, "messages": said, "tools": [TOOL]}
    yield "hybrid, a tool's result", chat, {"model": HYBRID, "messages": looped, "tools": [TOOL]}
    yield "hybrid, 20,001 turns", chat, {"model": HYBRID, "messages": turns, "tools": [TOOL]}
    yield "`/v1/messages`", messages, {"model": plain, "messages": said, "max_tokens": 100}
    yield "`/v1/responses`", responses, {"model": plain, "input": text}


def longest(file: Path, began: float, ended: float) -> float:
    """Milliseconds of the longest stop that ended between the two moments; 5 is the finest that is told."""
    told = (line.split() for line in file.read_text().splitlines())
    return max((1e3 * float(gap) for at, gap in told if began <= float(at) <= ended + 0.05), default=5.0)


async def in_sdk(file: Path) -> dict[tuple[str, int], float]:
    """Each chat kind with ``litellm.acompletion``."""
    litellm.suppress_debug_info = True
    heart = asyncio.create_task(beat(file))
    told: dict[tuple[str, int], float] = {}
    for size in (1000, *SIZES):
        for name, door, body in kinds(size):
            if not door.endswith("completions"):
                continue
            hybrid = "hybrid/[minimax:MiniMax-M3,minimax-plugin:MiniMax-M3]"
            asked = {**body, "model": hybrid if "hybrid" in name else "minimax/MiniMax-M3"}
            for _ in range(ROUNDS):
                began = time.monotonic()
                with contextlib.suppress(litellm.ContextWindowExceededError):
                    await litellm.acompletion(**asked)
                await asyncio.sleep(0.1)
                stop = longest(file, began, time.monotonic())
                told[name, size] = min(stop, told.get((name, size), stop))
        freeze_once()
    heart.cancel()
    return told


def in_proxy(upstream: str, folder: Path, file: Path) -> dict[tuple[str, int], float]:
    """Each kind through a started proxy."""
    side = "stops_proxy_side.py"
    (folder / side).write_text((Path(__file__).parent / side).read_text())
    group = {"model": "minimax/MiniMax-M3", "api_base": upstream, "api_key": "sk-test"}
    handlers = {"minimax": "minimax_llm", "minimax-plugin": "minimax_llm", "hybrid": "hybrid_llm"}
    config = {
        "model_list": [
            {"model_name": "MiniMax-M3", "litellm_params": group},
            {"model_name": "other", "litellm_params": group},
            {"model_name": "hybrid:*", "litellm_params": {"model": "hybrid/*"}},
        ],
        "litellm_settings": {
            "custom_provider_map": [
                {"provider": name, "custom_handler": f"litellm_minimax.{of}"} for name, of in handlers.items()
            ],
            "callbacks": ["litellm_minimax.proxy_hooks", "stops_proxy_side.heart"],
        },
        "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
    }
    env = {"LITELLM_LOG": "ERROR", "STOPS_FILE": str(file), "PYTHONPATH": str(folder)}
    told: dict[tuple[str, int], float] = {}
    with StartedProxy(write_config(folder / "config.yaml", config), env=env, cwd=folder) as proxy:
        time.sleep(6)  # it freezes five seconds after its start
        for size in (1000, *SIZES):
            for name, door, body in kinds(size):
                for _ in range(ROUNDS):
                    began = time.monotonic()
                    httpx.post(proxy.url + door, headers=proxy.headers, json=body, timeout=120)
                    time.sleep(0.3)
                    stop = longest(file, began, time.monotonic())
                    told[name, size] = min(stop, told.get((name, size), stop))
    return told


def page(sdk: dict[tuple[str, int], float], proxy: dict[tuple[str, int], float]) -> str:
    head = "| request | SDK, 1 MB | SDK, 20 MB | proxy, 1 MB | proxy, 20 MB |\n| --- | --- | --- | --- | --- |"
    names = dict.fromkeys(name for name, _ in proxy)
    rows = [
        f"| {name} | " + " | ".join(_shown(told.get((name, size))) for told in (sdk, proxy) for size in SIZES) + " |"
        for name in names
    ]
    note = f"The longest stop in ms, the least of {ROUNDS} requests; 5 is the finest that is told."
    return "\n".join([head, *rows, "", f"{note} {circumstances()}"])


def _shown(stop: float | None) -> str:
    return "–" if stop is None else f"{stop:.0f}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.stops", description=__doc__)
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    given = parser.parse_args()
    with Simulator(keep=10) as sim, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"MINIMAX_API_BASE": sim.base_url, "MINIMAX_API_KEY": "sk-test"}
        sim.on("MiniMax-M3", Answer("Done.", reasoning="Hm."))
        files = [folder / "sdk.txt", folder / "proxy.txt"]
        for file in files:
            file.touch()
        sdk = asyncio.run(in_sdk(files[0]))
        text = page(sdk, in_proxy(sim.base_url, folder, files[1]))
    print(text)
    if not given.no_page:
        write_section("stops", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
