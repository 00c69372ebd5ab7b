"""Makes the proxy's access check see an inline hybrid as its two members, not as two halves of a batch.

When it authenticates, before any hook, the proxy splits a model name at commas (``hybrid:[A`` and ``B]``) and checks
the parts against the lists and budgets of the key, its team, user and project. This module gives it the model groups of
the two members instead. A key that may use both may use the hybrid, and LiteLLM's own refusal names the one that it may
not use. The handler checks again, with the caller's aliases and for presets.

This uses one private name of LiteLLM (the same on 1.94.3 to 1.110.2). On a release without it, only keys with model
lists lose inline hybrids. The names are replaced only while the hook that refuses malformed hybrids is active: without
it the proxy would split such a name into a batch after the check.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable
from typing import Any

from litellm_minimax.hybrid.asking import preset, spec
from litellm_minimax.hybrid.members import calls, resolution
from litellm_minimax.seams.wrapped import MARK
from litellm_minimax.wire.faults import InvalidRequest

log = logging.getLogger("litellm_minimax")

_MODULE = "litellm.proxy.auth.auth_utils"
_NAME = "_append_model_candidates"


def name_members(is_guarded: Callable[[], bool]) -> bool:
    """Make the running proxy's access check see a hybrid's members. Return whether it does. Safe to repeat.

    Args:
        is_guarded: whether the hook that refuses malformed hybrids is active; asked at each request.
    """
    # Only in a proxy: importing the proxy's modules into an SDK process would take a second.
    module = sys.modules.get(_MODULE)
    original = getattr(module, _NAME, None)
    if module is None or hasattr(original, MARK):
        return module is not None
    if original is None:
        log.warning("LiteLLM has no %s.%s any more: inline hybrids work for unrestricted keys only", _MODULE, _NAME)
        return False

    @functools.wraps(original)
    def append_model_candidates(candidates: list[str], value: Any) -> None:
        if isinstance(value, str) and spec.looks_like_spec(value) and is_guarded():
            candidates.extend(candidates_of(value))
        else:
            original(candidates, value)

    setattr(append_model_candidates, MARK, original)
    setattr(module, _NAME, append_model_candidates)
    return True


def candidates_of(model: str) -> list[str]:
    """Return the names that a key must be allowed for an inline hybrid; a malformed one is returned unchanged."""
    try:
        parsed = spec.parse(model)
    except InvalidRequest:
        return [spec.protect(model)]
    router = calls.running_router()
    groups = calls.RouterGroups(router) if router is not None else None
    found = (
        resolution.find_group(member, groups, preset.DEFAULT_BACKENDS, {}) if groups else None
        for member in (parsed.reasoning, parsed.execution)
    )
    # A name that is not a group here may be the caller's alias, or one of their team's.
    return [name or member.model for name, member in zip(found, (parsed.reasoning, parsed.execution), strict=True)]
