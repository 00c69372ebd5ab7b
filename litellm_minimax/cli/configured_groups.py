"""The model groups of a proxy's configuration, read from the file without a Router."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any


class ConfiguredGroups:
    """Groups and aliases by name, as far as the members of a hybrid need them."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        entries = [entry for entry in config.get("model_list") or () if isinstance(entry, Mapping)]
        self._entries = [(str(entry.get("model_name")), entry.get("litellm_params") or {}) for entry in entries]
        self._aliases = dict((config.get("router_settings") or {}).get("model_group_alias") or {})
        self._drops = bool((config.get("litellm_settings") or {}).get("drop_params"))

    def names(self) -> Collection[str]:
        """Names of all groups and aliases, wildcards included."""
        return [*dict.fromkeys(name for name, _ in self._entries), *self._aliases]

    def models(self, name: str) -> Sequence[str]:
        """Return LiteLLM's models behind ``name``, through aliases and wildcards."""
        return [str(params.get("model") or "") for params in self._params(name)]

    def drops_params(self, name: str) -> bool:
        """Whether a deployment of ``name`` sets itself what happens to parameters that its model does not have."""
        settings = ("drop_params", "allowed_openai_params", "additional_drop_params")
        return self._drops or any(params.get(setting) for params in self._params(name) for setting in settings)

    def _params(self, name: str) -> list[Mapping[str, Any]]:
        alias = self._aliases.get(name, name)
        wanted = str(alias.get("model")) if isinstance(alias, Mapping) else str(alias)
        exact = [params for known, params in self._entries if known == wanted]
        return exact or [params for known, params in self._entries if "*" in known and fnmatchcase(wanted, known)]
