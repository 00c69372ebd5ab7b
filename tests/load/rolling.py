"""``make rolling``: two replicas behind nginx are replaced one after the other under load, as Kubernetes does it.

For each a new one is started and let into the door (`maxSurge: 1`); then the old one is taken out of it (a pod's endpoint), sent
SIGTERM, and has to end by itself when its last stream is through. What must hold: no request is lost, and no stream is cut. One of
the two is LiteLLM's own command, as in the container, the other ``litellm-minimax serve``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from litellm_minimax.cli.proxy_child import answers, free_port, new_master_key
from litellm_minimax.simulator import Simulator
from tests.load.soak import config
from tests.proxy_process import write_config
from tests.reliability_page import circumstances, write_section

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
STREAM_SECONDS = 20
LONG_STREAMS, SHORT_REQUESTS = 6, 4
SETTLE_SECONDS = 2.0
"""Between the door's change and SIGTERM: what `preStop` is for."""
START_SECONDS = 300
GRACE_SECONDS = float(os.environ.get("ROLLING_GRACE_SECONDS", "60"))
"""What a replica gives its streams. Less than a stream lasts must show as a loss: ROLLING_GRACE_SECONDS=3 make rolling."""
SLOW = {"m2": "m2", "thinking-coder": "m2.1"}
"""The models that are asked, and which of MiniMax's is to take its time: of the hybrid, the one that answers."""


class Replica:
    """One proxy on a port that stays its own, started and ended as a container is."""

    def __init__(self, folder: Path, config_path: Path, key: str, command: list[str]) -> None:
        self.port = free_port()
        self._log = folder / f"{self.port}.log"
        self._command = [*command, "--config", str(config_path), "--host", "127.0.0.1", "--port", str(self.port)]
        self._environment = {
            **os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "LITELLM_LOG": "ERROR",
            "LITELLM_MASTER_KEY": key, "MINIMAX_API_KEY": "sk-rolling-0123456789", "GRACEFUL_SHUTDOWN_TIMEOUT": str(GRACE_SECONDS),
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it and wait until it is ready; how long that took."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        while not answers(f"http://127.0.0.1:{self.port}/health/readiness"):
            if self._process.poll() is not None or time.monotonic() > began + START_SECONDS:
                raise RuntimeError(f"a replica did not start:\n{self._log.read_text()[-3000:]}")
            time.sleep(0.1)
        return time.monotonic() - began

    def end(self) -> tuple[float, int]:
        """SIGTERM to this one process; how long it took to end, and with which exit status."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(GRACE_SECONDS + 30)
        return time.monotonic() - began, status

    def kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class Door:
    """nginx with the configuration of ``deploy/nginx.conf``, before the replicas that are in it at the moment."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._command = [
            shutil.which("nginx") or "/usr/sbin/nginx",
            "-p",
            str(folder),
            "-c",
            str(folder / "nginx.conf"),
        ]

    def _write(self, ports: list[int]) -> None:
        site = (DEPLOY / "nginx.conf").read_text()
        servers = "".join(f"  server 127.0.0.1:{port};\n" for port in ports)
        site = re.sub(r"(?:  server proxy-\d:4000;\n)+", servers, site)
        site = site.replace("listen 4000;", f"listen 127.0.0.1:{self.port};")
        temporary = "".join(
            f"{kind}_temp_path {self._folder};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = f"daemon off;\npid {self._folder}/nginx.pid;\nerror_log {self._folder}/error.log;\nevents {{}}\n"
        (self._folder / "nginx.conf").write_text(f"{main}http {{\naccess_log off;\n{temporary}{site}}}\n")

    def open(self, ports: list[int]) -> None:
        self._write(ports)
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)

    def change(self, ports: list[int]) -> None:
        """Only these replicas get new requests from now on; what runs goes on."""
        self._write(ports)
        subprocess.run([*self._command, "-s", "reload"], check=True, stderr=subprocess.DEVNULL)
        time.sleep(SETTLE_SECONDS)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


@dataclass(slots=True)
class Run:
    """What came of all updates together."""

    updates: int = 0
    came: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    open_at_term: list[int] = field(default_factory=list)
    open_streams: int = 0


async def one(client: httpx.AsyncClient, run: Run, nonce: str, model: str, *, long: bool, stream: bool) -> None:
    """One request, held against its nonce and its end."""
    rate = 10
    told = f"[[simulate: deltas={STREAM_SECONDS * rate} rate={rate} model={SLOW[model]}]] " if long else ""
    body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": f"{told}Hello! nonce={nonce}"}]}
    kind = "long stream" if long else "stream" if stream else "whole"
    run.open_streams += long
    try:
        response = await client.post("/v1/chat/completions", json=body)
        whole = response.status_code == 200 and (
            "data: [DONE]" in response.text if stream else "choices" in response.json()
        )
        if not whole or (not long and nonce not in response.text) or '"error"' in response.text:
            raise ValueError(f"HTTP {response.status_code}: {response.text[-300:]}")
        run.came[kind] += 1
    except (httpx.HTTPError, ValueError) as error:
        run.came["lost"] += 1
        run.wrong.append(f"{kind}, {model}: {type(error).__name__} {error}"[:400])
    finally:
        run.open_streams -= long


async def load(url: str, key: str, run: Run, stop: asyncio.Event) -> None:
    """Long streams and short requests until ``stop``; a connection of its own for each, as many programs do it."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=0)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, limits=limits) as client:

        async def work(worker: int, *, long: bool) -> None:
            count = 0
            await asyncio.sleep(worker * 0.8)  # not all long streams end at a time
            while not stop.is_set():
                nonce, model = f"w{worker}{long:d}c{count}", list(SLOW)[worker % 2]
                await one(client, run, nonce, model, long=long, stream=long or count % 2 == 0)
                count += 1
                await asyncio.sleep(0.3)

        jobs = [work(worker, long=True) for worker in range(LONG_STREAMS)]
        jobs += [work(worker, long=False) for worker in range(SHORT_REQUESTS)]
        await asyncio.gather(*jobs)


async def update(door: Door, replicas: list[Replica], new: Callable[[int], Replica], run: Run, times: int) -> None:
    """Replace both, one after the other, so many times."""
    spare = new(0)
    run.starts.append(await asyncio.to_thread(spare.start))
    for number in range(2 * times):
        place = number % 2
        old, replicas[place] = replicas[place], spare
        await asyncio.to_thread(door.change, [replica.port for replica in replicas])
        run.open_at_term.append(run.open_streams)
        spare = new((number + 1) % 2)  # starts while the old one ends
        (seconds, status), start = await asyncio.gather(asyncio.to_thread(old.end), asyncio.to_thread(spare.start))
        run.ends.append(seconds)
        run.starts.append(start)
        if status not in {0, -signal.SIGTERM}:
            run.wrong.append(f"a replica ended with status {status}")
        run.updates += place
        print(f"{number + 1}: {dict(run.came)}, ended in {seconds:.1f} s, started in {start:.1f} s", flush=True)


async def under_load(door: Door, key: str, replicas: list[Replica], new: Callable[[int], Replica], times: int) -> Run:
    run, stop = Run(), asyncio.Event()
    loading = asyncio.create_task(load(f"http://127.0.0.1:{door.port}", key, run, stop))
    try:
        await update(door, replicas, new, run, times)
    finally:
        stop.set()
        await loading
    return run


def rolling(times: int) -> Run:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sim = stack.enter_context(Simulator(keep=200))
        path = write_config(folder / "config.yaml", config(sim.base_url))
        key = new_master_key()
        commands = (
            [sys.executable, "-m", "litellm.proxy.proxy_cli"],
            [sys.executable, "-c", "from litellm_minimax.cli import main; main()", "serve"],
        )

        def new(place: int) -> Replica:
            replica = Replica(folder, path, key, commands[place])
            stack.callback(replica.kill)
            return replica

        replicas = [new(0), new(1)]
        for replica in replicas:
            replica.start()
        door = Door(folder)
        door.open([replica.port for replica in replicas])
        stack.callback(door.close)
        return asyncio.run(under_load(door, key, replicas, new, times))


def page(run: Run) -> str:
    starts = sorted(run.starts)
    rows = [
        ("updates of both replicas", run.updates),
        (f"streams of {STREAM_SECONDS} s, whole to their end", run.came["long stream"]),
        ("short streams", run.came["stream"]),
        ("whole answers", run.came["whole"]),
        ("**lost or cut**", f"**{run.came['lost']}**"),
        ("long streams open when a replica was told to end", f"{min(run.open_at_term)} or more"),
        ("a replica's end after SIGTERM", f"{min(run.ends):.0f} to {max(run.ends):.0f} s"),
        (
            "a replica's start until it is ready",
            f"{starts[0]:.0f} to {starts[-1]:.0f} s, median {starts[len(starts) // 2]:.0f}",
        ),
    ]
    table = "\n".join(["|  |  |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)])
    return f"{table}\n\nOne machine for the replicas, the clients, MiniMax and nginx. {circumstances()}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--no-page", action="store_true")
    options = parser.parse_args()
    if shutil.which("nginx") is None and not Path("/usr/sbin/nginx").exists():
        print("make rolling needs nginx: apt-get install nginx")
        return 1
    run = rolling(options.runs)
    print(page(run))
    for line in run.wrong:
        print(f"FAILED {line}")
    if not options.no_page and not run.wrong:
        write_section("rolling", page(run))
    return bool(run.wrong)


if __name__ == "__main__":
    sys.exit(main())
