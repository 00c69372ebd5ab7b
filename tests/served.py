"""``litellm-minimax serve`` as a user starts it: without a key, in a process of its own, until Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from litellm_minimax.cli.proxy_child import START_SECONDS, answers, free_port

_READY = "=" * 78
_SETTINGS = re.compile(r"MINIMAX_|DASHSCOPE_|LITELLM_MASTER_KEY|REDIS_|DATABASE_URL|HYBRID_")


class Served:
    """A context manager: ``url``, ``key``, ``banner``; ``exit_code`` after its end."""

    def __init__(self, folder: Path, *options: str, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.exit_code: int | None = None
        self._log = folder / "serve.log"
        self._command = [sys.executable, "-c", "from litellm_minimax.cli import main; main()", "serve"]
        self._command += ["--port", str(self.port), *options]
        kept = {name: value for name, value in os.environ.items() if not _SETTINGS.match(name)}
        self._environment = {**kept, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONUNBUFFERED": "1", **settings}
        self._folder = folder

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, cwd=self._folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while self.log.count(_READY) < 2 or not answers(f"{self.url}/health/liveliness"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"serve did not start:\n{self.log[-4000:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ctrl-C, or another signal; does nothing the second time."""
        if self.exit_code is not None:
            return
        self._process.send_signal(how)
        try:
            self.exit_code = self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def banner(self) -> str:
        return self.log[self.log.index(_READY) : self.log.rindex(_READY)]

    @property
    def key(self) -> str:
        return re.search(r"key     (sk-[0-9a-f]{32})", self.banner)[1]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}
