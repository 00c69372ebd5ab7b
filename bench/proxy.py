"""LiteLLM's proxy as a contender: one worker, started with or without the plugin, asked by a bare client."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import yaml

from bench.children import CLIENT_CORE, SERVER_CORE, pinned
from bench.contenders import KEY, MODEL, Bare, Messages
from bench.load import Load
from bench.measure import measure
from litellm_minimax.cli.proxy_child import ProxyChild

_HANDLERS = {
    "custom_provider_map": [{"provider": "minimax", "custom_handler": "litellm_minimax.minimax_llm"}],
    "callbacks": "litellm_minimax.proxy_hooks",
}
_FLOOR = {"custom_provider_map": [{"provider": "floor", "custom_handler": "bench_floor.do_nothing"}]}


class ThroughProxy(Bare):
    """The bare client, asking a proxy."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(url, key=key)

    async def whole(self, messages: Messages, **options: Any) -> int:
        return await super().whole(messages, **options)

    def stream(self, messages: Messages, **options: Any) -> AsyncIterator[str]:
        return super().stream(messages, **options)


class Proxy:
    """A started proxy; its CPU is what is measured, not its client's."""

    def __init__(self, name: str, child: ProxyChild) -> None:
        self.name = name
        self._child = child
        self._loop = asyncio.new_event_loop()
        self._client: ThroughProxy | None = None

    def run(self, load: Load) -> dict[str, float]:
        """Measure one round."""
        if self._client is None:
            self._client = ThroughProxy(self._child.url, self._child.master_key)
        return self._loop.run_until_complete(measure(self._client, load, self._cpu))

    def _cpu(self) -> float:
        """CPU seconds of the proxy, from the kernel: user and system time of all its threads."""
        stat = Path(f"/proc/{self._child.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _config(name: str, address: str, folder: Path) -> Path:
    model = "floor/nothing" if name == "floor" else f"minimax/{MODEL}"
    config: dict[str, Any] = {
        "model_list": [
            {"model_name": MODEL, "litellm_params": {"model": model, "api_key": KEY, "api_base": f"{address}/v1"}}
        ],
        "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
        "litellm_settings": {"builtin": {}, "plugin": _HANDLERS, "floor": _FLOOR}[name],
    }
    # The handler of the floor is found beside the configuration, as LiteLLM does it for single files.
    (folder / "bench_floor.py").write_text("from bench.floor import DoNothing\n\ndo_nothing = DoNothing()\n")
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


@contextlib.contextmanager
def proxies(names: tuple[str, ...], address: str) -> Iterator[list[Proxy]]:
    """Started proxies, each with one worker."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pinned(0, SERVER_CORE)  # this process is the client now
        started = []
        for name in names:
            child = ProxyChild(
                _config(name, address, folder), env={"PYTHONPATH": str(Path.cwd()), "LITELLM_LOG": "ERROR"}
            )
            stack.enter_context(child)
            pinned(child.pid or 0, CLIENT_CORE)
            started.append(Proxy(name, child))
        yield started
