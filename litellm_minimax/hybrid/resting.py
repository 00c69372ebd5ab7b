"""Leaving a failing reasoner alone for a while: first for the conversation that met it, then for the whole caller.

A caller may be a team with one key. One conversation that is too long, or asks for too much, runs out of time again
and again and must not take the reasoner from the others; when several fail, it is the reasoner.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

_SEVERAL = 2
"""Conversations that failed since the reasoner last worked for this caller, from which on it rests for all."""
_MOST_NAMED = 8


class Cache(Protocol):
    """Small texts by key; never fails, at worst forgets."""

    async def aget_each(self, keys: Sequence[str]) -> list[str | None]:
        """The text kept under each of ``keys``, or ``None``."""

    async def aset(self, key: str, text: str) -> None:
        """Keep ``text`` under ``key``."""


@dataclass(frozen=True, slots=True)
class _State:
    failures: int = 0
    until: float = 0.0
    named: tuple[str, ...] = ()
    """Conversations that failed since the last success."""

    def after_failure(self, now: float, *, slow: bool) -> _State:
        """A time-out costs a caller half a minute, so the first one counts; of quick errors the second in a row does.

        The wait doubles from 5 s to 30 s: the first call after it finds out whether the reasoner is back.
        """
        if now < self.until:
            return self  # another call met the same outage
        failures = min(self.failures + (2 if slow else 1), 16)
        wait = min(5.0 * 2.0 ** max(failures - 2, 0), 30.0) if failures >= 2 else 0.0
        return _State(failures, now + wait, self.named)


@dataclass(frozen=True, slots=True)
class Rest:
    """What is known of one reasoner's failures, for one conversation of one caller."""

    cache: Cache
    conversation: str
    """The key of this conversation's entry."""
    caller: str
    """The key of the entry that all conversations of the caller share."""
    now: Callable[[], float]
    """Seconds since the epoch, because replicas share the entries."""

    async def active(self) -> bool:
        """Whether the reasoner is to be left alone now."""
        return any(self.now() < state.until for state in await self._states())

    async def failed(self, *, slow: bool) -> None:
        """The reasoner failed again."""
        mine, everybodys = await self._states()
        await self._keep(self.conversation, mine.after_failure(self.now(), slow=slow))
        # The end of the key tells two conversations apart.
        named = tuple(dict.fromkeys((*everybodys.named, self.conversation[-16:])))[-_MOST_NAMED:]
        everybodys = _State(everybodys.failures, everybodys.until, named)
        if len(named) >= _SEVERAL:
            everybodys = everybodys.after_failure(self.now(), slow=True)
        await self._keep(self.caller, everybodys)

    async def succeeded(self) -> None:
        """The reasoner works."""
        for key, state in zip((self.conversation, self.caller), await self._states(), strict=True):
            if state != _State():
                await self._keep(key, _State())

    async def _states(self) -> list[_State]:
        return [_read(text) for text in await self.cache.aget_each([self.conversation, self.caller])]

    async def _keep(self, key: str, state: _State) -> None:
        await self.cache.aset(key, json.dumps([state.failures, state.until, state.named]))


def _read(text: str | None) -> _State:
    """The state in a text from the cache; none where it is lost or not one of ours."""
    try:
        kept: Any = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return _State()
    if isinstance(kept, list) and list(map(type, kept)) == [int, float, list]:
        failures, until, named = kept
        return _State(failures, until, tuple(map(str, named)))
    return _State()
