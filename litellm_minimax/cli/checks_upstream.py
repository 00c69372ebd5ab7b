"""Checks of MiniMax's key and address, and of what the network can reach."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from litellm_minimax.cli import plan, proxy_config
from litellm_minimax.cli.finding import Finding, Setting
from litellm_minimax.cli.own_name import own_name
from litellm_minimax.upstream import addresses
from litellm_minimax.wire.faults import InvalidRequest, ProtocolFault, UpstreamFault

NETWORK_SECONDS = 5
_KEY_KINDS = (("sk-api-", "pay as you go"), (plan.PLAN_KEY, "plan"), ("eyJ", "older pay as you go"))


def minimax_key(setting: Setting) -> Finding:
    """Check MiniMax's key: whether it is set and of which kind. The key itself is never shown."""
    key = setting.environment.get("MINIMAX_API_KEY", "")
    if not key.strip():
        return Finding(
            "MiniMax key", "failed", "MINIMAX_API_KEY is not set",
            "export MINIMAX_API_KEY=… (made at platform.minimax.io or platform.minimaxi.com). "
            "Without one: litellm-minimax demo",
        )  # fmt: skip
    if key != key.strip() or any(character in key for character in " \n\"'"):
        return Finding(
            "MiniMax key", "failed", "MINIMAX_API_KEY holds spaces, quotes or a line break", "Set it without them."
        )
    return Finding("MiniMax key", "ok", f"{masked(key)}, from MINIMAX_API_KEY")


def coder_key(setting: Setting) -> Finding:
    """Check the key of the shipped hybrids' coder. It belongs to another host; without it only the hybrids fail."""
    name, variable = "Hybrid coder", "DASHSCOPE_API_KEY"
    if setting.environment.get(variable, "").strip():
        return Finding(name, "ok", f"{variable} is set")
    if not setting.environment.get("MINIMAX_API_KEY", "").strip():
        return Finding(name, "skipped", "no MiniMax key yet; until then serve simulates the coder, too")
    try:
        config = proxy_config.load(setting.config or proxy_config.shipped())
    except proxy_config.ConfigError:
        return Finding(name, "skipped", "the configuration can't be read")
    lacking = [str(entry.get("model_name")) for entry in config.get("model_list") or () if _needs(variable, entry)]
    if not lacking:
        return Finding(name, "skipped", f"no model of the configuration needs {variable}")
    return Finding(
        name, "warning", f"{variable} is not set: {', '.join(lacking)} fails, and every hybrid with it",
        f"export {variable}=…, or name another coder in the configuration.",
    )  # fmt: skip


def _needs(variable: str, entry: Mapping[str, Any]) -> bool:
    params = entry.get("litellm_params") or {}
    key = params.get("api_key")
    return bool(key == f"os.environ/{variable}" or (not key and str(params.get("model")).startswith("dashscope/")))


def masked(key: str) -> str:
    """Return a key in a form that may be shown: its kind and its length."""
    for prefix, kind in _KEY_KINDS:
        if key.startswith(prefix):
            return f"{prefix}… ({kind}, {len(key)} characters)"
    return f"… ({len(key)} characters)"


def address(setting: Setting) -> Finding:
    """Where calls go."""
    try:
        found = addresses.resolve(None, setting.environment)
    except InvalidRequest as fault:
        # The region is used only if there is no base URL.
        wrong_base = bool(setting.environment.get("MINIMAX_API_BASE"))
        fix = "MINIMAX_API_BASE to https://api.minimax.io" if wrong_base else "MINIMAX_REGION to global or cn"
        return Finding("Address", "failed", str(fault), f"Set {fix}, or unset it.")
    source = next((name for name in ("MINIMAX_API_BASE", "MINIMAX_REGION") if setting.environment.get(name)), "default")
    whose = "MiniMax" if found.is_minimax else "a server of your own"
    return Finding("Address", "ok", f"{found.root} ({whose}, from {source})")


def reachability(setting: Setting) -> Finding:
    """Check that the server answers and accepts the key: its list of models costs nothing."""
    name = "Reachability"
    if setting.offline:
        return Finding(name, "skipped", "--offline")
    try:
        found = addresses.resolve(None, setting.environment)
    except InvalidRequest:
        return Finding(name, "skipped", "the address is not usable")
    status, problem = _get(found.models, setting.environment.get("MINIMAX_API_KEY", "").strip())
    if problem:
        return Finding(
            name, "failed", f"{found.host}: {problem}",
            "Check the network, HTTPS_PROXY and MINIMAX_API_BASE; --offline leaves this out.",
        )  # fmt: skip
    if status in {401, 403} and setting.environment.get("MINIMAX_API_KEY"):
        other = found.other_region
        region = f" or MINIMAX_REGION: keys belong to one region, this may be one for {other}" if other else ""
        return Finding(name, "failed", f"{found.host} refuses the key (HTTP {status})", f"Check the key{region}.")
    return Finding(name, "ok", f"{found.host} answers (HTTP {status})")


def _get(url: str, key: str) -> tuple[int, str | None]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=NETWORK_SECONDS) as response:  # noqa: S310 -- http(s) only, see parse
            return response.status, None
    except urllib.error.HTTPError as error:
        return error.code, None
    except (urllib.error.URLError, OSError, ValueError) as error:
        return 0, str(getattr(error, "reason", error))


def plan_quota(setting: Setting) -> Finding:
    """Show what is left of the plan, if the key is a plan's."""
    name = "Plan quota"
    key = setting.environment.get("MINIMAX_API_KEY", "").strip()
    if setting.offline:
        return Finding(name, "skipped", "--offline")
    if not key.startswith(plan.PLAN_KEY):
        return Finding(name, "skipped", "no key of a Token Plan is set")
    try:
        buckets = plan.ask(addresses.resolve(None, setting.environment), key)
    except InvalidRequest:
        return Finding(name, "skipped", "the address is not usable")
    except (UpstreamFault, ProtocolFault, OSError) as error:
        return Finding(name, "warning", f"it can't be read: {error}", f"Ask again with: {own_name()} quota")
    now = time.time()
    short = [plan.in_words(bucket, window, now) for bucket, window in plan.about_to_end(buckets)]
    if short:
        return Finding(name, "warning", "; ".join(short), "Wait for the reset, upgrade the plan, or use another key.")
    told = [plan.in_words(bucket, window, now) for bucket in buckets for window in bucket.windows if window.limited]
    return Finding(name, "ok", "; ".join(told) or "MiniMax reports no limit")


def redis(setting: Setting) -> Finding:
    """Check the Redis through which replicas share the reasoning memory, if one is configured."""
    name = "Redis"
    url = setting.environment.get("REDIS_URL")
    host = setting.environment.get("REDIS_HOST")
    if not (url or host):
        return Finding(name, "skipped", "not configured (needed only by several proxies that share their memory)")
    if setting.offline:
        return Finding(name, "skipped", "--offline")
    try:
        import redis as client

        if url:
            connection: Any = client.Redis.from_url(url, socket_timeout=NETWORK_SECONDS)
        else:
            port = int(setting.environment.get("REDIS_PORT", "6379"))
            password = setting.environment.get("REDIS_PASSWORD")
            connection = client.Redis(host=host or "", port=port, password=password, socket_timeout=NETWORK_SECONDS)
        connection.ping()
    except Exception as error:  # noqa: BLE001 -- whatever is wrong is the finding
        return Finding(name, "failed", f"no answer: {error}", "Check REDIS_URL, or REDIS_HOST, _PORT and _PASSWORD.")
    return Finding(name, "ok", "answers")


def live_call(setting: Setting) -> Finding:
    """Make one real call, for a fraction of a cent."""
    name = "Live call"
    if not setting.live:
        return Finding(name, "skipped", "run it with --live (a fraction of a cent)")
    if not setting.environment.get("MINIMAX_API_KEY", "").strip():
        return Finding(name, "skipped", "not without MINIMAX_API_KEY")
    import litellm

    try:
        answer: Any = litellm.completion(
            "minimax/MiniMax-M2",
            messages=[{"role": "user", "content": "Say OK."}],
            max_tokens=64,
            timeout=60,
        )
    except Exception as error:  # noqa: BLE001 -- our errors carry their next step
        text = str(error).split("\n", 1)[0]
        page = "Find this code in docs/errors.md." if "MiniMax error" in text else "Search docs/troubleshooting.md."
        return Finding(name, "failed", text, page)
    cost = litellm.completion_cost(answer, model="minimax/MiniMax-M2")
    said = f"{answer.usage.completion_tokens} tokens answered, ${cost:.6f}; more: litellm-minimax verify"
    return Finding(name, "ok", said)
