"""A real Prometheus on a free port, as a child process, and its query interface."""

from __future__ import annotations

import math
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

from litellm_minimax.cli.proxy_child import answers, free_port

Point = tuple[float, float]


class Prometheus:
    """``prometheus`` scraping one proxy; a context manager."""

    def __init__(self, folder: Path, target: str, key: str, every: int) -> None:
        """Nothing is started yet.

        Args:
            folder: where it keeps its data and configuration.
            target: the proxy's host and port.
            key: what opens the proxy's ``/metrics``.
            every: seconds between two scrapes.
        """
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        shipped = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"
        config = yaml.safe_load((shipped / "prometheus.yml").read_text())
        (folder / "alerts.yml").write_text((shipped / "alerts.yml").read_text())
        (folder / "key").write_text(key)
        config["global"] = {"scrape_interval": f"{every}s", "evaluation_interval": f"{every}s"}
        job = config["scrape_configs"][0]
        job["authorization"]["credentials_file"] = str(folder / "key")
        job["static_configs"] = [{"targets": [target]}]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        binary = shutil.which("prometheus")
        if binary is None:
            raise RuntimeError("no prometheus on this machine (Debian: apt install prometheus)")
        command = [
            binary,
            f"--config.file={self.folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.folder / 'data'}",
        ]
        command += [f"--web.listen-address={self.url.removeprefix('http://')}", "--log.level=warn"]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not answers(f"{self.url}/-/ready"):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"Prometheus did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def ask(self, path: str, **params: object) -> Any:
        answer = httpx.get(
            f"{self.url}/api/v1/{path}", params={k: str(v) for k, v in params.items()}, timeout=30
        ).json()
        if answer.get("status") != "success":
            raise RuntimeError(f"Prometheus on {params}: {answer}")
        return answer["data"]

    def lines(self, promql: str, start: float, end: float, step: int) -> dict[frozenset[tuple[str, str]], list[Point]]:
        """What a query draws: its lines by their labels, each a list of times and values."""
        found = self.ask("query_range", query=promql, start=start, end=end, step=step)["result"]
        drawn = {}
        for line in found:
            points = [(at, float(value)) for at, value in line["values"]]
            drawn[frozenset(line["metric"].items())] = [(at, value) for at, value in points if math.isfinite(value)]
        return {labels: points for labels, points in drawn.items() if points}
