"""Backing off from a failing reasoner: first for the conversation in which it failed, then for the whole caller.

A caller may be a team with one key. A single conversation that is too long or asks for too much times out again and
again, and must not cost the others the reasoner. If several conversations fail, the fault is the reasoner's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litellm_minimax.hybrid.remembering import Cache

_SEVERAL = 2
"""How many conversations must fail, without a success in between, before the back-off applies to the whole caller."""
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class _State:
    failures: int = 0
    until: float = 0.0
    named: tuple[str, ...] = ()
    """Conversations that failed since the last success."""

    def after_failure(self, now: float, *, slow: bool) -> _State:
        """Return the state after one more failure.

        A timeout costs a caller half a minute, so the back-off begins with the first one; for quick errors it begins
        with the second in a row. It doubles from 5 s to 30 s, and the first call after it is the next attempt.
        """
        if now < self.until:
            return self  # another call already counted this outage
        failures = min(self.failures + (2 if slow else 1), 16)
        wait = min(5.0 * 2.0 ** max(failures - 2, 0), 30.0) if failures >= 2 else 0.0
        return _State(failures, now + wait, self.named)


@dataclass(frozen=True, slots=True)
class Rest:
    """The back-off from one reasoner, for one conversation of one caller."""

    cache: Cache
    conversation: str
    """The key of this conversation's entry."""
    caller: str
    """The key of the entry that all conversations of the caller share."""
    now: Callable[[], float]
    """Returns seconds since the epoch: replicas share the entries, so a monotonic clock would not do."""

    async def active(self) -> bool:
        """Whether the reasoner must not be called now."""
        return any(self.now() < state.until for state in await self._states())

    async def failed(self, *, slow: bool) -> None:
        """Record a failure of the reasoner."""
        mine, everybodys = await self._states()
        await self._keep(self.conversation, mine.after_failure(self.now(), slow=slow))
        # The end of the key, a hash, is enough to distinguish conversations.
        named = tuple(dict.fromkeys((*everybodys.named, self.conversation[-16:])))[-_MOST_NAMED:]
        everybodys = _State(everybodys.failures, everybodys.until, named)
        if len(named) >= _SEVERAL:
            everybodys = everybodys.after_failure(self.now(), slow=True)
        await self._keep(self.caller, everybodys)

    async def succeeded(self) -> None:
        """Record that the reasoner works, which ends the back-off."""
        for key, state in zip((self.conversation, self.caller), await self._states(), strict=True):
            if state != _State():
                await self._keep(key, _State())

    async def _states(self) -> list[_State]:
        return [_read(text) for text in await self.cache.aget_each([self.conversation, self.caller])]

    async def _keep(self, key: str, state: _State) -> None:
        await self.cache.aset(key, json.dumps([state.failures, state.until, state.named]))


def _read(text: str | None) -> _State:
    """Return the state in a text from the cache; an empty one if the text is missing or malformed."""
    try:
        kept: Any = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return _State()
    if isinstance(kept, list) and list(map(type, kept)) == [int, float, list]:
        failures, until, named = kept
        return _State(failures, until, tuple(map(str, named)))
    return _State()
