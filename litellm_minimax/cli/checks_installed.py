"""Checks of what is installed and configured on this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litellm_minimax.cli import proxy_config
from litellm_minimax.cli.finding import Finding, Setting
from litellm_minimax.seams import claim_chat, registration

CONFIG_SECONDS = 90
_WELL_KNOWN_KEYS = ("sk-1234",)


def python(_setting: Setting) -> Finding:
    """The interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11):  # noqa: UP036 -- a checkout can be run by any interpreter
        return Finding("Python", "failed", version, "Use Python 3.11 or newer.")
    return Finding("Python", "ok", version)


def litellm_release(_setting: Setting) -> Finding:
    """Check LiteLLM's version, and whether it is one that was published with malicious code."""
    release = metadata.version("litellm")
    for bad in registration.KNOWN_BAD_RELEASES:
        if release == bad or (bad.endswith(".") and release.startswith(bad)):
            return Finding(
                "LiteLLM", "failed", f"{release} was published with malicious code",
                "Remove it now, rotate every key this machine could read, and install a supported release "
                f"({registration.SUPPORTED}).",
            )  # fmt: skip
    if not _supported(release):
        return Finding(
            "LiteLLM", "warning", f"{release}, which was not tested", f"Tested releases: {registration.SUPPORTED}."
        )
    return Finding("LiteLLM", "ok", f"{release} (supported: {registration.SUPPORTED})")


def claim(setting: Setting) -> Finding:
    """Check with a call on loopback that ``minimax/`` reaches this package and not LiteLLM's built-in provider."""
    name = "Provider name"
    if setting.environment.get("MINIMAX_CLAIM", "").strip().lower() == "off":
        return Finding(
            name, "warning", "MINIMAX_CLAIM=off: minimax/ goes to LiteLLM's built-in provider",
            "Call minimax-plugin/<model>, or unset MINIMAX_CLAIM.",
        )  # fmt: skip
    fix = f"Install a supported LiteLLM ({registration.SUPPORTED}), or call the models as minimax-plugin/<model>."
    if not claim_chat.is_claimed():
        return Finding(name, "failed", "minimax/ is not claimed in this process", fix)
    try:
        answered = _probe()
    except Exception as error:  # noqa: BLE001 -- whatever LiteLLM raises is the finding
        return Finding(name, "failed", f"a call of minimax/MiniMax-M2 to a simulator failed: {error}", fix)
    if not answered:
        return Finding(name, "failed", "LiteLLM's built-in provider answered a call of minimax/MiniMax-M2", fix)
    return Finding(name, "ok", "minimax/ is served by this package (a call to a simulator on loopback shows it)")


def _probe() -> bool:
    import litellm

    from litellm_minimax.simulator import Simulator

    with Simulator() as simulator:
        litellm.completion(
            "minimax/MiniMax-M2",
            messages=[{"role": "user", "content": "Hello!"}],
            api_base=simulator.base_url,
            api_key="doctor",
            timeout=20,
        )
        # Only this package asks for thinking in its own field.
        return bool(simulator.last.body["reasoning_split"])


def proxy_extra(_setting: Setting) -> Finding:
    """Check whether LiteLLM's proxy, an optional extra, is installed."""
    missing = [name for name in ("fastapi", "uvicorn", "orjson") if find_spec(name) is None]
    if missing:
        return Finding(
            "Proxy", "warning", f"not installed ({', '.join(missing)} missing)",
            "Only needed for serve and demo: pip install 'litellm-minimax[proxy]'",
        )  # fmt: skip
    return Finding("Proxy", "ok", "installed")


def configuration(setting: Setting) -> Finding:
    """Check the proxy's configuration: LiteLLM accepts it, it lists our providers, its hybrid routes make sense."""
    name = "Configuration"
    try:
        path = setting.config or proxy_config.shipped()
        config = proxy_config.load(path)
    except proxy_config.ConfigError as error:
        return Finding(name, "failed", str(error), "Give the right file with --config.")
    problems = [*_missing_in(config), *_hybrid_problems(config, setting.environment)]
    if problems:
        return Finding(name, "failed", f"{path}: {' '.join(problems)}", f"Compare with {proxy_config.shipped()}.")
    if proxy_extra(setting).status != "ok":
        return Finding(name, "ok", f"{path} (not tried with LiteLLM, whose proxy is not installed)")
    refused = _refused_by_litellm(path, setting.environment)
    if refused:
        return Finding(name, "failed", f"LiteLLM refuses {path}: {refused}", "Fix what the text names.")
    return Finding(name, "ok", f"{path}, {len(config.get('model_list') or ())} routes")


def _missing_in(config: Mapping[str, Any]) -> Iterator[str]:
    settings = config.get("litellm_settings") or {}
    listed = {entry.get("provider") for entry in settings.get("custom_provider_map") or ()}
    for provider in (claim_chat.MINIMAX, claim_chat.HYBRID):
        if provider not in listed:
            yield f"custom_provider_map does not list {provider!r}."
    if "litellm_minimax.proxy_hooks" not in str(settings.get("callbacks") or ""):
        yield "callbacks does not list litellm_minimax.proxy_hooks."


def _hybrid_problems(config: Mapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    from litellm_minimax.hybrid.asking.preset import check_config

    return check_config(config, environment)


def _refused_by_litellm(path: Path, environment: Mapping[str, str]) -> str | None:
    command = [sys.executable, "-m", "litellm.proxy.proxy_cli", "--validate_config", "--config", str(path.resolve())]
    variables = {**environment, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    variables.setdefault("LITELLM_MASTER_KEY", "sk-doctor-only-validates")
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter with fixed arguments
            command, env=variables, capture_output=True, text=True, timeout=CONFIG_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {CONFIG_SECONDS} s"
    if done.returncode == 0:
        return None
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[-1][:500] if lines else f"exit code {done.returncode}"


def master_key(setting: Setting) -> Finding:
    """Check the proxy's own key."""
    key = setting.environment.get("LITELLM_MASTER_KEY", "")
    make = 'export LITELLM_MASTER_KEY="sk-$(openssl rand -hex 32)"'
    if key in _WELL_KNOWN_KEYS:
        return Finding("Master key", "failed", "LITELLM_MASTER_KEY is a well-known one; LiteLLM refuses it", make)
    if not key:
        return Finding(
            "Master key", "warning", "LITELLM_MASTER_KEY is not set: plain litellm won't start, or is open to all",
            f"{make} (litellm-minimax serve makes one by itself)",
        )  # fmt: skip
    return Finding("Master key", "ok", "LITELLM_MASTER_KEY is set")


def _supported(release: str) -> bool:
    lowest, _, highest = registration.SUPPORTED.partition(" to ")
    return _numbers(lowest) <= _numbers(release) <= _numbers(highest)


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".")[:3] if part.isdigit())
