"""All checks of ``doctor``, in the order in which a new user would meet the problems."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from litellm_minimax.cli import checks_installed as installed
from litellm_minimax.cli import checks_upstream as upstream
from litellm_minimax.cli.finding import Finding, Setting

CHECKS: tuple[Callable[[Setting], Finding], ...] = (
    installed.python, installed.litellm_release, installed.claim, installed.proxy_extra, installed.configuration,
    installed.master_key, upstream.minimax_key, upstream.coder_key, upstream.address, upstream.reachability,
    upstream.plan_quota, upstream.redis, upstream.live_call,
)  # fmt: skip


def run_all(setting: Setting) -> Iterator[Finding]:
    """Run every check, whatever the others found; a check that fails itself becomes a finding, too."""
    for check in CHECKS:
        try:
            yield check(setting)
        except Exception as error:  # noqa: BLE001 -- a broken check must not hide the others
            yield Finding(check.__name__, "failed", f"the check itself failed: {error!r}", "Please report this.")


def from_environment(config: Path | None, *, offline: bool, live: bool) -> Setting:
    """Return the set-up of this process."""
    return Setting(dict(os.environ), config, offline, live)
