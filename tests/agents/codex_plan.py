"""Codex in its plan mode, and then at work, without a person: through its app server, which `codex exec` has no word for.

    python codex_plan.py MODEL PLANNING_PROMPT WORKING_PROMPT

One thread, two turns: the first in the collaboration mode ``plan``, the second in ``default``, as when a person accepts
the plan. What the agent says is printed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any


class AppServer:
    """One `codex app-server`, spoken to in lines of JSON."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["codex", "app-server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._ids = count(1)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a request; its result."""
        wanted = next(self._ids)
        self.send({"id": wanted, "method": method, "params": params})
        for told in self.told():
            if told.get("id") == wanted and "method" not in told:
                if "error" in told:
                    raise SystemExit(f"{method}: {told['error']}")
                return dict(told["result"])
        raise SystemExit(f"codex app-server ended at {method}")

    def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def told(self) -> Iterator[dict[str, Any]]:
        """What it says, each message once."""
        assert self._process.stdout
        for line in self._process.stdout:
            yield json.loads(line)

    def turn(self, thread: str, model: str, mode: str, prompt: str) -> None:
        """One turn, to its end; prints what the agent says."""
        settings = {"model": model, "developer_instructions": None, "reasoning_effort": None}
        self.ask("turn/start", threadId=thread, input=[{"type": "text", "text": prompt}],
                 collaborationMode={"mode": mode, "settings": settings})  # fmt: skip
        for told in self.told():
            item = told.get("params", {}).get("item", {})
            if told.get("method") == "item/completed" and item.get("type") in ("agentMessage", "plan"):
                print(item.get("text", ""), flush=True)
            if told.get("method") == "turn/completed":
                if told["params"]["turn"]["status"] != "completed":
                    raise SystemExit(f"the turn ended as {told['params']['turn']}")
                return

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)


def main() -> None:
    """Plan, then work."""
    model, planning, working = sys.argv[1:]
    server = AppServer()
    try:
        about = {"name": "litellm-minimax", "title": None, "version": "0"}
        server.ask("initialize", clientInfo=about, capabilities={"experimentalApi": True})
        server.send({"method": "initialized"})
        thread = server.ask("thread/start", sandbox="danger-full-access", approvalPolicy="never")["thread"]["id"]
        server.turn(thread, model, "plan", planning)
        server.turn(thread, model, "default", working)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
