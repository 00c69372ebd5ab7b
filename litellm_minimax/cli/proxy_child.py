"""Runs LiteLLM's own proxy as a child process on a loopback port, and stops it with all that it started."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

START_SECONDS = 90.0
"""How long a proxy may take to answer: about 10 s on 2 cores, several times that on a busy machine."""
STOP_SECONDS = 10.0

# Both would make LiteLLM use the network at start: for its price map, and for its usage statistics.
_QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "PYTHONUNBUFFERED": "1"}


class ProxyStartError(RuntimeError):
    """The proxy ended, or did not answer in time; the message ends with the last lines of its log."""


def free_port(host: str = "127.0.0.1") -> int:
    """Return a TCP port that is not in use at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def new_master_key() -> str:
    """Return a key for one proxy; LiteLLM requires the ``sk-`` prefix."""
    return f"sk-{secrets.token_hex(16)}"


class ProxyChild:
    """``litellm --config …`` in its own process group. A context manager: ready on entry, stopped on exit.

    Attributes:
        url: the root of the proxy, such as ``http://127.0.0.1:41234``.
        master_key: what clients authenticate with.
        log_path: the file that collects what the proxy prints.
    """

    def __init__(
        self,
        config: Path | str,
        *,
        env: Mapping[str, str | None] | None = None,
        port: int | None = None,
        python: str = sys.executable,
        cwd: Path | str | None = None,
        start_seconds: float = START_SECONDS,
    ) -> None:
        """Set up the process; nothing is started before ``__enter__``.

        Args:
            config: the proxy's YAML file.
            env: variables that override those of this process; ``None`` as a value removes one.
            port: the port; a free one by default.
            python: the interpreter to run LiteLLM with.
            cwd: the proxy's working directory.
            start_seconds: how long to wait until it answers.
        """
        self.config = Path(config).resolve()
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        changes: dict[str, str | None] = {**_QUIET, **(env or {})}
        self.master_key = changes.get("LITELLM_MASTER_KEY") or new_master_key()
        changes["LITELLM_MASTER_KEY"] = self.master_key
        merged: dict[str, str | None] = {**os.environ, **changes}
        self._env = {name: value for name, value in merged.items() if value is not None}
        self._python = python
        self._cwd = cwd
        self._start_seconds = start_seconds
        self._process: subprocess.Popen[bytes] | None = None
        handle, name = tempfile.mkstemp(prefix="litellm-proxy-", suffix=".log")
        os.close(handle)
        self.log_path = Path(name)

    def __enter__(self) -> Self:
        try:
            self._start()
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def log(self) -> str:
        """Return what the proxy has printed so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def last_lines(self, count: int = 25) -> str:
        """Return the end of the log, for a person to read."""
        return "\n".join(self.log.splitlines()[-count:])

    @property
    def pid(self) -> int | None:
        """The process id, while it runs."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """End the proxy and all that it started, first with SIGTERM; the log file is removed, too."""
        process, self._process = self._process, None
        if process is not None:
            _signal_group(process, signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _signal_group(process, signal.SIGKILL)
                process.wait()
        self.log_path.unlink(missing_ok=True)

    def _start(self) -> None:
        command = [self._python, "-m", "litellm.proxy.proxy_cli", "--config", str(self.config)]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- our own interpreter with fixed arguments
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self._start_seconds
        while time.monotonic() < deadline:
            process = self._process
            if process is None or process.poll() is not None:
                code = process.returncode if process else None
                raise ProxyStartError(f"The proxy ended with exit code {code}. Its last words:\n{self.last_lines()}")
            if answers(f"{self.url}/health/readiness"):
                return
            time.sleep(0.1)
        raise ProxyStartError(
            f"The proxy did not answer within {self._start_seconds:.0f} s. Its last words:\n{self.last_lines()}"
        )


def answers(url: str) -> bool:
    """Whether a GET of ``url`` returns 200 within two seconds."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
