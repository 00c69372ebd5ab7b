"""The reasoning memory: stores a model's thinking for clients that drop it, and adds it to the next tool result.

MiniMax's models work better when their own reasoning comes back in a tool loop (Tau² 87 with it, 64 without; MiniMax's
figures), and most clients drop it. The reasoning of a turn is therefore stored under the ids of its tool calls, or
under a hash of a turn without calls, within the scope of one caller, and looked up for turns that come back without it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from litellm_minimax.memory.shared_cache import SharedCache
from litellm_minimax.observability import metrics
from litellm_minimax.observability.definitions import MEMORY, MEMORY_ENTRIES
from litellm_minimax.wire.incoming.collector import AnswerCollector
from litellm_minimax.wire.options import MEMORY_PART
from litellm_minimax.wire.outgoing.unreturned_reasoning import MissingReasoning, message_hash

log = logging.getLogger("litellm_minimax.memory")

KEPT_SECONDS = 4 * 3600
MAX_TURNS = 4096
MAX_TURN_KIB = 64
"""A longer thought is not stored; with this limit the memory of one process stays under 256 MiB."""

_cache = SharedCache(max_items=MAX_TURNS, max_item_kib=MAX_TURN_KIB, ttl=KEPT_SECONDS)
counts: Counter[str] = Counter()
"""``hit``, ``miss`` and ``stored`` since the process started."""


def is_on() -> bool:
    """Whether the memory is on; ``MINIMAX_REASONING_MEMORY=off`` switches it off."""
    return os.environ.get("MINIMAX_REASONING_MEMORY", "").strip().lower() not in {"off", "false", "0"}


def scope_of(api_key: str, litellm_params: Mapping[str, Any]) -> str:
    """Return the scope of the memory: the caller's LiteLLM key and the upstream key, as one hash.

    Two callers of one proxy never share a scope, nor do two upstream accounts or the two members of a hybrid.
    """
    metadata = litellm_params.get("metadata")
    part = metadata.get(MEMORY_PART) if isinstance(metadata, Mapping) else None
    whose = [_caller(litellm_params), api_key, *([str(part)] if part else [])]
    return hashlib.sha256("\x00".join(whose).encode()).hexdigest()[:24]


def _caller(litellm_params: Mapping[str, Any]) -> str:
    """Return the caller that the proxy has authenticated; empty without a proxy.

    Depending on the endpoint, one of the two metadata is the proxy's and the other is the client's own JSON, which may
    name anybody. Only the proxy's can be a Python object, so that one counts. Without one, both are used together, and
    a client that lies there only gets its own separate scope.
    """
    told = []
    for name in ("metadata", "litellm_metadata"):
        metadata = litellm_params.get(name)
        if isinstance(metadata, Mapping):
            key = getattr(metadata.get("user_api_key_auth"), "api_key", None)
            if key:
                return f"key {key}"
            told.append(str(metadata.get("user_api_key_hash") or metadata.get("user_api_key") or ""))
    return "|".join(told)


async def arecall(scope: str, missing: Sequence[MissingReasoning]) -> dict[int, str]:
    """Return the reasoning remembered for turns that came back without it: message index → reasoning."""
    recalled: dict[int, str] = {}
    for turn in missing:
        for key in _keys(scope, turn.call_ids, turn.message_hash):
            text = await _cache.aget(key)
            if text is not None:
                recalled[turn.index] = text
                break
    return _counted(recalled, missing)


def recall(scope: str, missing: Sequence[MissingReasoning]) -> dict[int, str]:
    """Do the same as :func:`arecall`, blocking."""
    recalled: dict[int, str] = {}
    for turn in missing:
        for key in _keys(scope, turn.call_ids, turn.message_hash):
            text = _cache.get(key)
            if text is not None:
                recalled[turn.index] = text
                break
    return _counted(recalled, missing)


async def akeep(scope: str, answer: AnswerCollector) -> None:
    """Store the reasoning of a finished answer, and wait for it, so that the client's next request finds it."""
    for key in _keys_of_answer(scope, answer):
        await _cache.aset(key, answer.reasoning)
    _count_stored(answer)


def keep(scope: str, answer: AnswerCollector) -> None:
    """Do the same as :func:`akeep`, blocking."""
    for key in _keys_of_answer(scope, answer):
        _cache.set(key, answer.reasoning)
    _count_stored(answer)


def clear() -> None:
    """Forget everything that this process remembers."""
    _cache.clear()
    counts.clear()


def _keys(scope: str, call_ids: Sequence[str], turn_hash: str) -> list[str]:
    if call_ids:
        return [f"litellm-minimax:reasoning:{scope}:{call_id}" for call_id in call_ids]
    return [f"litellm-minimax:reasoning:{scope}:{turn_hash}"]


def _keys_of_answer(scope: str, answer: AnswerCollector) -> list[str]:
    if not answer.reasoning:
        return []
    calls = [call for _, call in sorted(answer.calls.items())]
    turn_hash = "" if calls else message_hash(answer.text, ())
    return _keys(scope, [call.id for call in calls], turn_hash)


def _count_stored(answer: AnswerCollector) -> None:
    if answer.reasoning:
        counts["stored"] += 1
        metrics.count(MEMORY, outcome="stored")
        metrics.hold(MEMORY_ENTRIES, _cache.entries())


def _counted(recalled: dict[int, str], missing: Sequence[MissingReasoning]) -> dict[int, str]:
    for outcome, number in (("hit", len(recalled)), ("miss", len(missing) - len(recalled))):
        counts[outcome] += number
        metrics.count(MEMORY, number, outcome=outcome)
    if missing and log.isEnabledFor(logging.DEBUG):
        log.debug("reasoning of %d of %d turns found in memory", len(recalled), len(missing))
    return recalled
