"""Does this package still work on the newest LiteLLM? Runs the contract tests on it, and says what moved.

    python scripts/check_upgrade.py                 the newest release that the package index serves
    python scripts/check_upgrade.py --release 1.109.1
    python scripts/check_upgrade.py --python .venvs/newest/bin/python     an environment that is there already

Made for a schedule: exit code 0 if all is well, 1 if something moved or fails. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEWEST = ROOT / ".venvs" / "newest"
TESTS = ("tests/contract", "tests/doors", "tests/hybrid", "tests/test_registration.py", "tests/test_upgrade_claim.py")

# Run in the environment under test: what the claim and the hooks rely on, by where it is looked for.
_LOOK = """
import inspect, json
from importlib import metadata
import litellm
from litellm.integrations.custom_logger import CustomLogger

def has(module, name):
    try:
        return hasattr(__import__(module, fromlist=["x"]), name)
    except ImportError:
        return False

found = {
    f"{module}.{name}": has(module, name)
    for module, name in (
        ("litellm.main", "_complete_minimax"), ("litellm.main", "_complete_custom_providers"),
        ("litellm.main", "get_optional_params"), ("litellm", "MinimaxChatConfig"), ("litellm", "_custom_providers"),
        ("litellm.utils", "custom_llm_setup"), ("litellm.llms.custom_httpx.http_handler", "_get_httpx_client"),
        ("litellm.llms.custom_httpx.http_handler", "get_async_httpx_client"),
        ("litellm.llms.custom_httpx.aiohttp_transport", "LiteLLMAiohttpTransport"),
        ("litellm.proxy.auth.auth_utils", "_append_model_candidates"),
        ("litellm.proxy.auth.auth_checks", "can_key_call_resolved_model"),
        ("litellm.types.llms.openai", "ValidUserMessageContentTypes"),
    )
}
hooks = {
    name: list(inspect.signature(getattr(CustomLogger, name)).parameters) if hasattr(CustomLogger, name) else None
    for name in ("async_pre_call_hook", "async_post_call_response_headers_hook")
}
print("LOOK" + json.dumps({"release": metadata.version("litellm"), "found": found, "hooks": hooks}))
"""
_HOOKS = {
    "async_pre_call_hook": ["self", "user_api_key_dict", "cache", "data", "call_type"],
    "async_post_call_response_headers_hook": [
        "self", "data", "user_api_key_dict", "response", "request_headers", "litellm_call_info",
    ],
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", help="of LiteLLM; the newest by default")
    parser.add_argument("--python", type=Path, help="use this environment, and install nothing")
    parser.add_argument("--look-only", action="store_true", help="say what moved, and run no tests")
    given = parser.parse_args()
    python = given.python or _installed(given.release)
    seen = look(python)
    moved = what_moved(seen)
    newest = _newest_listed(python)
    if not (given.python or given.release) and newest and newest != seen["release"]:
        print(f"The index lists {newest} too, but not everything that it asks for: pip chose the newest that fits.")
    for line in moved:
        print(f"moved: {line}")
    if given.look_only:
        return 1 if moved else 0
    failed = _tests_fail(python)
    print("The contract tests fail." if failed else "The contract tests pass.")
    return 1 if failed or moved else 0


def _installed(release: str | None) -> Path:
    """An environment with this package and the wanted LiteLLM."""
    python = NEWEST / "bin" / "python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(NEWEST)])
    wanted = f"litellm[proxy]=={release}" if release else "litellm[proxy]"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--upgrade", "--upgrade-strategy", "eager"]
    _run([*pip, "pip>=25.1"])
    _run([*pip, "--editable", ".[proxy]", wanted])
    _run([*pip[:-2], "--group", "test"])
    return python


def _newest_listed(python: Path) -> str:
    """The newest release of LiteLLM on the index, whether it can be installed or not; empty if the index won't say."""
    command = [str(python), "-m", "pip", "index", "versions", "litellm"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.match(r"litellm \(([^)]+)\)", listed)
    return found[1] if found else ""


def look(python: Path) -> dict:
    """What the LiteLLM of an environment has of the things this package relies on."""
    done = subprocess.run(
        [str(python), "-c", _LOOK], cwd=ROOT, env=_environment(), capture_output=True, text=True, check=True
    )
    found: dict = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("LOOK"))[4:])
    return found


def what_moved(seen: dict) -> list[str]:
    """A sentence for each thing that is not where it was."""
    supported = re.search(
        r'SUPPORTED = "[\d.]+ to ([\d.]+)"', (ROOT / "litellm_minimax/seams/registration.py").read_text()
    )
    print(f"LiteLLM {seen['release']}; tested so far up to {supported[1] if supported else '?'}.")
    moved = [f"{name} is gone" for name, there in seen["found"].items() if not there]
    for name, wanted in _HOOKS.items():
        has = seen["hooks"].get(name)
        if has is None:
            moved.append(f"CustomLogger.{name} is gone")
        elif has[: len(wanted)] != wanted and not set(wanted) >= set(has):
            moved.append(f"CustomLogger.{name} takes {', '.join(has)}")
    return moved


def _tests_fail(python: Path) -> bool:
    there = [test for test in TESTS if (ROOT / test).exists()]
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *there]
    return subprocess.run(command, cwd=ROOT, env=_environment(), check=False).returncode != 0


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}


def _run(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
