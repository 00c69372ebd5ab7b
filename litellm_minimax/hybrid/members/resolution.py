"""Resolving a member's name to a model group of the running Router, or to a model that LiteLLM calls directly.

Names are tried as ``backend:model``, ``backend/model`` and ``model``, in any letter case, first among exact groups and
aliases, then among wildcard groups. The catch-all group ``*`` never serves a member, because it would silently accept
a mistyped name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

from litellm_minimax.hybrid.asking.spec import PREFIXES, Member, Role, quoted
from litellm_minimax.wire.faults import InvalidRequest


class Groups(Protocol):
    """The model groups of a Router, as far as members need them."""

    def names(self) -> Collection[str]:
        """Return the names of all groups and aliases, including wildcards."""

    def models(self, name: str) -> Sequence[str]:
        """Return LiteLLM's models (``provider/model``) behind ``name``, following aliases and wildcards."""

    def drops_params(self, name: str) -> bool:
        """Whether a deployment's own settings decide about parameters that its model does not support."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a member resolves to."""

    name: str
    """The name to call: the group's, or LiteLLM's ``provider/model``."""
    asked: str
    """The name before the caller's own aliases, with which LiteLLM checks what a key may use."""
    in_router: bool
    model: str
    """LiteLLM's ``provider/model`` of one deployment, to find out what it supports."""
    deployments: int = 1
    """How many deployments serve it."""
    configured: bool = False
    """Whether ``name`` is in the operator's configuration; with a wildcard group, clients can make up names."""
    drops_params: bool = False
    """Whether a deployment's own settings leave out, or let pass, parameters that its model does not support."""


def resolve(
    member: Member,
    role: Role,
    groups: Groups | None,
    backends: Mapping[str, str],
    aliases: Mapping[str, str],
    *,
    unconfigured: bool,
) -> Target:
    """Resolve ``member``.

    Args:
        member: the parsed member.
        role: which of the two it is; for messages.
        groups: the Router's groups; ``None`` without a Router.
        backends: backend names that LiteLLM spells differently.
        aliases: the aliases of the caller's key or team, mapped to groups.
        unconfigured: whether a name without a group may be called as LiteLLM's ``provider/model``.

    Raises:
        InvalidRequest: there is no such model, or it is a hybrid.
    """
    if groups is not None:
        found = find_group(member, groups, backends, aliases)
        if found is not None:
            name = aliases.get(found, found)
            models = groups.models(name)
            _refuse_hybrids(member, role, (name, *models))
            return Target(
                name,
                found,
                in_router=True,
                model=_concrete(models, member),
                deployments=len(models),
                drops_params=groups.drops_params(name),
                configured=name in set(groups.names()),
            )
    names = _spellings(member, backends)
    if not unconfigured:
        raise InvalidRequest(
            "model",
            f"the {role} member {quoted(member.raw)} is not a model group of this proxy "
            f"(looked for {', '.join(map(quoted, names))}).",
            "Use one of its models, or ask for the group to be added to its configuration.",
        )
    direct = names[-1] if member.backend is None else f"{backends.get(member.backend, member.backend)}/{member.model}"
    _refuse_hybrids(member, role, (direct,))
    return Target(direct, direct, in_router=False, model=direct)


def find_group(member: Member, groups: Groups, backends: Mapping[str, str], aliases: Mapping[str, str]) -> str | None:
    """Return the name of the model group or alias that ``member`` means, or ``None``."""
    names = [name for name in _spellings(member, backends) if "*" not in name]
    known = list(groups.names())
    exact = set(known)
    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(name.casefold(), name)
    for name in names:
        if name in aliases or name in exact:
            return name
        if name.casefold() in folded:
            return folded[name.casefold()]
    wildcards = [name for name in known if "*" in name and name.strip("*")]
    for name in names:
        if any(fnmatchcase(name, pattern.replace("[", "[[]")) for pattern in wildcards):
            return name
    return None


def _spellings(member: Member, backends: Mapping[str, str]) -> list[str]:
    if member.backend is None:
        return [member.model]
    spelled = [f"{member.backend}:{member.model}", f"{member.backend}/{member.model}", member.model]
    if member.backend in backends:
        spelled.append(f"{backends[member.backend]}/{member.model}")
    return spelled


def leads_to_hybrid(models: Iterable[str]) -> bool:
    """Whether one of these LiteLLM models is a hybrid."""
    return any(model.lower().startswith(PREFIXES) for model in models)


def _refuse_hybrids(member: Member, role: Role, models: Sequence[str]) -> None:
    if leads_to_hybrid(models):
        raise InvalidRequest(
            "model",
            f"the {role} member {quoted(member.raw)} leads to a hybrid; a hybrid can't be inside a hybrid.",
            "Name the two models themselves.",
        )


def _concrete(models: Sequence[str], member: Member) -> str:
    model = models[0] if models else member.model
    return f"{model.partition('/')[0]}/{member.model}" if "*" in model else model
