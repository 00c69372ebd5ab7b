"""A really started LiteLLM proxy for tests.

    with StartedProxy(config_path, env={"MINIMAX_API_BASE": simulator.url, "MINIMAX_API_KEY": "sk-test"}) as proxy:
        httpx.post(f"{proxy.url}/v1/chat/completions", headers=proxy.headers, json=…)

One start takes about 10 s: share one in a session fixture wherever the tests allow it.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from litellm_minimax.cli.proxy_child import ProxyChild, ProxyStartError, free_port

__all__ = ["SHIPPED_CONFIG", "ProxyStartError", "StartedProxy", "free_port", "write_config"]

SHIPPED_CONFIG = Path(__file__).resolve().parent.parent / "proxy_config.yaml"


class StartedProxy(ProxyChild):
    """:class:`ProxyChild` with what tests ask of it: ``url``, ``master_key``, ``headers``, ``log``."""

    @property
    def headers(self) -> dict[str, str]:
        """What authenticates a request as the proxy's owner."""
        return {"Authorization": f"Bearer {self.master_key}"}

    @property
    def state(self) -> str:
        """Whether it runs, or what it ended with."""
        code = self._process.poll() if self._process else None
        return "running" if code is None else f"ended with exit code {code}"


def write_config(path: Path, config: dict) -> Path:
    """Write a proxy configuration made by a test; returns ``path``."""
    path.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
    return path
