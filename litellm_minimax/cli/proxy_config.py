"""The shipped ``proxy_config.yaml``: where it is, and how variants of it or of a user's file are derived."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

NAME = "proxy_config.yaml"
DEFAULT_MODEL = "MiniMax-M2"
CATCH_ALL = "*"


class ConfigError(ValueError):
    """A configuration that can't be read or changed; the message says what to do."""


def shipped() -> Path:
    """Return the path of the shipped file: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package, package.parent):
        if (folder / NAME).is_file():
            return folder / NAME
    raise ConfigError(f"{NAME} is missing from the installation. Reinstall litellm-minimax, or give --config.")


def load(path: Path) -> dict[str, Any]:
    """Read a proxy configuration.

    Raises:
        ConfigError: there is no such file, or it is not a YAML mapping.
    """
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}.") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(config, dict):
        raise ConfigError(f"{path} is not a mapping of settings.")
    return config


def with_default_backend(config: Mapping[str, Any], backend: str) -> dict[str, Any]:
    """Return the configuration with the catch-all route to MiniMax-M2 (``minimax``), or without one (``none``)."""
    changed = copy.deepcopy(dict(config))
    entries = [entry for entry in changed.get("model_list") or () if entry.get("model_name") != CATCH_ALL]
    if backend == "minimax":
        entries.append(_entry(CATCH_ALL, {"model": f"minimax/{DEFAULT_MODEL}"}))
    changed["model_list"] = entries
    return changed


def with_forced_model(config: Mapping[str, Any], model: str) -> dict[str, Any]:
    """Return a configuration in which every name, known or not, is served by ``model``.

    Args:
        config: the configuration; ``model`` may be the name of one of its entries, whose settings are then used.
        model: such a name, ``provider/model``, or a MiniMax id.
    """
    changed = copy.deepcopy(dict(config))
    entries: list[dict[str, Any]] = changed.get("model_list") or []
    target = _target(entries, model)
    # A hybrid calls its members by name, so their entries stay as they are.
    kept = _member_names(target)
    names = [entry["model_name"] for entry in entries if entry["model_name"] != CATCH_ALL]
    forced = [
        next(entry for entry in entries if entry["model_name"] == name) if name in kept else _entry(name, target)
        for name in dict.fromkeys(names)
    ]
    changed["model_list"] = [*forced, _entry(CATCH_ALL, target)]
    return changed


def _target(entries: list[dict[str, Any]], model: str) -> dict[str, Any]:
    for entry in entries:
        if entry.get("model_name") == model and model != CATCH_ALL:
            params: dict[str, Any] = entry["litellm_params"]
            return params
    return {"model": model if "/" in model else f"minimax/{model}"}


def _member_names(target: Mapping[str, Any]) -> set[str]:
    hybrid = target.get("hybrid") or {}
    return {str(hybrid[key]) for key in ("reasoning_model", "execution_model") if key in hybrid}


def _entry(name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"model_name": name, "litellm_params": copy.deepcopy(dict(params))}


def write(config: Mapping[str, Any], folder: Path) -> Path:
    """Write a derived configuration into ``folder``."""
    path = folder / NAME
    path.write_text(yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path
