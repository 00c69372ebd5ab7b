"""``litellm-minimax serve``: runs LiteLLM's proxy with the shipped configuration; what has no key is simulated.

The proxy runs in this process: Ctrl-C reaches it directly, and nothing can be left behind.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from litellm_minimax.cli import plan, proxy_config
from litellm_minimax.cli.own_name import own_name
from litellm_minimax.cli.proxy_child import START_SECONDS, answers, new_master_key
from litellm_minimax.cli.recipes import KEY_VARIABLE, hybrid_recipe, recipes
from litellm_minimax.cli.simulated import stand_ins
from litellm_minimax.upstream import addresses
from litellm_minimax.wire.faults import InvalidRequest

EXTRA_HINT = "LiteLLM's proxy is not installed. Install it with: pip install 'litellm-minimax[proxy]'"


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="A proxy configuration; the shipped one by default.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=4000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--simulate", is_flag=True, help="Answer from the simulator even if a key is set.")
@click.option(
    "--default-backend",
    type=click.Choice(["minimax", "none"]),
    help="Which model serves unknown names: MiniMax-M2 (as in the shipped configuration), or none.",
)
@click.option("--force-model", metavar="MODEL", help="Serve every request with this model, whatever it asks for.")
def serve(
    config: Path | None, host: str, port: int, *, simulate: bool, default_backend: str | None, force_model: str | None
) -> None:
    """Run the proxy. Without MINIMAX_API_KEY its answers come from a simulator on this machine."""
    require_proxy()
    require_free_port(host, port)
    simulated = simulate or not _has_key()
    with ExitStack() as stack:
        try:
            path = _configuration(config, default_backend, force_model, stack)
        except proxy_config.ConfigError as error:
            raise click.ClickException(str(error)) from None
        if simulated:
            os.environ.update(stack.enter_context(stand_ins()).environment)
        own_key = os.environ.get(KEY_VARIABLE)
        key = own_key or new_master_key()
        os.environ[KEY_VARIABLE] = key
        url = f"http://{_reachable(host)}:{port}"
        # Only the shipped configuration, unchanged, is known to have the hybrid's members.
        told = banner(
            url, force_model or proxy_config.DEFAULT_MODEL, None if own_key else key, path, simulated=simulated,
            hybrid=config is None and force_model is None,
        )  # fmt: skip
        threading.Thread(target=_say_when_ready, args=(url, told), daemon=True).start()
        if not simulated:
            _watch_the_plan()
        _run_litellm(path, host, port)


def _watch_the_plan() -> None:
    """Warn once in the log before a plan's quota runs out; a key that is billed by use has no quota."""
    key = os.environ.get("MINIMAX_API_KEY", "").strip()
    if key.startswith(plan.PLAN_KEY):
        with suppress(InvalidRequest):  # the proxy's first call reports it, with the fix
            address = addresses.resolve(None, os.environ)
            plan.Watch(lambda: plan.ask(address, key)).start()


def banner(url: str, model: str, new_key: str | None, config: Path, *, simulated: bool, hybrid: bool = True) -> str:
    """Return the text to show when the proxy answers: what it is, and how clients reach it.

    Args:
        url: the root of the proxy.
        model: the model that the recipes use.
        new_key: the master key if it was made here; a key that the user has set is not repeated.
        config: the configuration in use.
        simulated: whether the simulator answers.
        hybrid: whether the shipped hybrid is served.
    """
    lines = ["", "=" * 78]
    if simulated:
        lines += [
            "  SIMULATED: this proxy is not connected to MiniMax; its answers are made up on this",
            "  machine. For the real thing: export MINIMAX_API_KEY=… and start again.",
            "=" * 78,
        ]
    lines += [f"  proxy   {url}", f"  config  {config}"]
    lines += [f"  key     {new_key}   (made for this run)" if new_key else f"  key     ${KEY_VARIABLE}, as you set it"]
    if hybrid and not simulated and not os.environ.get("DASHSCOPE_API_KEY"):
        lines += ["  hybrid-coder needs DASHSCOPE_API_KEY too: its coder is qwen3-coder-plus."]
    for recipe in (*recipes(url, model, new_key), *((hybrid_recipe(url, new_key),) if hybrid else ())):
        lines += ["", f"── {recipe.client} ({recipe.where})", recipe.text]
    if new_key:
        lines += ["", f"Codex and opencode read the key from their shell: export {KEY_VARIABLE}={new_key}"]
    return "\n".join([*lines, "=" * 78, ""])


def require_proxy() -> None:
    """Exit with the fix if LiteLLM's proxy is not installed."""
    if any(find_spec(name) is None for name in ("fastapi", "uvicorn", "orjson")):
        raise click.ClickException(EXTRA_HINT)


def require_free_port(host: str, port: int) -> None:
    """Exit if the port is taken; LiteLLM itself would silently use another one."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(f"Port {port} is taken. Choose another one with --port.") from None
        raise click.ClickException(f"Can't listen on {host}:{port}: {error.strerror}.") from None


def _has_key() -> bool:
    if os.environ.get("MINIMAX_API_KEY", "").strip():
        return True
    if os.environ.get("MINIMAX_API_BASE", "").strip():
        # Simulating silently would hide a server that the user has just configured.
        raise click.ClickException(
            "MINIMAX_API_BASE is set, but MINIMAX_API_KEY is not. Set it (your own server, if it needs no key, accepts "
            "any word), or unset MINIMAX_API_BASE to try the simulator."
        )
    return False


def _configuration(config: Path | None, default_backend: str | None, force_model: str | None, stack: ExitStack) -> Path:
    path = (config or proxy_config.shipped()).resolve()
    loaded = proxy_config.load(path)
    if default_backend is None and force_model is None:
        return path
    if default_backend is not None:
        loaded = proxy_config.with_default_backend(loaded, default_backend)
    if force_model is not None:
        loaded = proxy_config.with_forced_model(loaded, force_model)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="litellm-minimax-")))
    return proxy_config.write(loaded, folder)


def _reachable(host: str) -> str:
    """Return the address for clients on this machine."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 -- compared, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _say_when_ready(url: str, told: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if answers(f"{url}/health/liveliness"):
            from litellm_minimax.seams import freeze  # imported only now: it needs LiteLLM, which takes seconds

            if done := freeze.freeze_once():
                click.echo(done)
            click.echo(told)
            return
        time.sleep(0.2)
    click.echo(f"The proxy has not answered for {START_SECONDS:.0f} s; see the log above.", err=True)


def _run_litellm(config: Path, host: str, port: int) -> None:
    """Run LiteLLM's own command in this process."""
    # uvicorn restores our handler and raises the signal again once it has shut down.
    signal.signal(signal.SIGTERM, _terminated)
    from litellm.proxy.proxy_cli import run_server

    command: Any = run_server
    arguments = ["--config", str(config), "--host", host, "--port", str(port)]
    try:
        command.main(arguments, prog_name="litellm", standalone_mode=False)
        click.echo("Stopped.")
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped.")
    except SystemExit as end:
        if end.code:
            click.echo(f"The proxy did not start; the reason is above. Check with: {own_name()} doctor", err=True)
        raise


def _terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)
