"""What a route remembers between the requests of one caller: notes, consultations, and thoughts that were shown.

All of it lives in LiteLLM's own cache (``shared_cache.py``), so that replicas with a shared Redis share them.
Keys are hashes of the caller, the route and the conversation; nothing can be read from them, and one caller never
meets another's. Losing an entry is harmless.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from litellm_minimax.hybrid.consulting.exchanges import Exchange, dumps, loads
from litellm_minimax.hybrid.handing_over.handover import Note

TTL = 3600
"""Seconds that an entry is kept; the turn of a coding agent can last that long."""
MOST_NOTES = 8
MOST_LOOKED_UP = 512
"""Thoughts of a replayed conversation that are looked up; older ones count as the reasoner's, and are not handed on."""
MOST_TEXT = 200_000
"""Characters of one turn's notes; a turn beyond it is not kept."""


class Cache(Protocol):
    """Small texts by key; never fails, at worst forgets."""

    async def aget(self, key: str) -> str | None:
        """The text kept under ``key``, or ``None``."""

    async def aget_each(self, keys: Sequence[str]) -> list[str | None]:
        """The text kept under each of ``keys``, or ``None``."""

    async def aset(self, key: str, text: str) -> None:
        """Keep ``text`` under ``key``."""


def key(kind: str, *parts: str) -> str:
    """A cache key that tells nothing."""
    return f"litellm-minimax:hybrid:{kind}:" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class NoteStore:
    """The notes of one caller's current turn on one route."""

    cache: Cache
    key: str

    async def load(self, turn_length: int) -> list[Note]:
        """The notes given so far, oldest first, as far as the turn is long enough to hold them."""
        kept = await _load(self.cache, self.key)
        notes = [Note(*pair) for pair in kept if isinstance(pair, list) and list(map(type, pair)) == [int, str]]
        return [note for note in notes if note.offset <= turn_length]

    async def save(self, notes: Sequence[Note]) -> None:
        """Keep the notes, the newest :data:`MOST_NOTES` of them."""
        kept = [[note.offset, note.text] for note in notes[-MOST_NOTES:]]
        if sum(len(note.text) for note in notes) <= MOST_TEXT:
            await _keep(self.cache, self.key, kept)


@dataclass(frozen=True, slots=True)
class ShownThoughts:
    """Which reasoning a caller was shown that was the reasoner's alone, by its hash."""

    cache: Cache
    caller: str

    async def add(self, text: str) -> None:
        """The reasoner's text was all the reasoning of an answer."""
        await self.cache.aset(self._key(text), "shown")

    async def add_own(self, text: str) -> None:
        """The text is what the reasoning model thought for an answer that it gave by itself."""
        await self.cache.aset(self._key(text), "own")

    async def own_among(self, texts: Sequence[str]) -> frozenset[str]:
        """Those of ``texts``, oldest first, that belong to answers of the reasoning model itself."""
        newest = texts[-MOST_LOOKED_UP:]
        kept = await self.cache.aget_each([self._key(text) for text in newest])
        return frozenset(text for text, found in zip(newest, kept, strict=True) if found == "own")

    async def among(self, texts: Sequence[str]) -> frozenset[str]:
        """Those of ``texts``, oldest first, that are the reasoner's.

        Of a conversation beyond :data:`MOST_LOOKED_UP` the older ones are all among them: the executor loses what it
        thought long ago, which is better than taking another model's words for its own.
        """
        older, newest = texts[:-MOST_LOOKED_UP], texts[-MOST_LOOKED_UP:]
        kept = await self.cache.aget_each([self._key(text) for text in newest])
        return frozenset(older).union(text for text, found in zip(newest, kept, strict=True) if found)

    def _key(self, text: str) -> str:
        return key("shown", self.caller, text.strip())


@dataclass(frozen=True, slots=True)
class ExchangeStore:
    """The consultations of one caller's current turn on one route, by the call that the client answered next."""

    cache: Cache
    parts: tuple[str, ...]
    """The caller, the route and the turn."""

    async def load(self, call_ids: Sequence[str]) -> dict[str, list[Exchange]]:
        """The exchanges that are kept under any of ``call_ids``."""
        kept = await self.cache.aget_each([self._key(identity) for identity in call_ids]) if call_ids else []
        found = {identity: loads(text) for identity, text in zip(call_ids, kept, strict=True)}
        return {identity: exchanges for identity, exchanges in found.items() if exchanges}

    async def save(self, call_id: str, exchanges: Sequence[Exchange]) -> None:
        """Keep the exchanges that came before ``call_id``."""
        text = dumps(exchanges)
        if len(text) <= MOST_TEXT:
            await self.cache.aset(self._key(call_id), text)

    def _key(self, call_id: str) -> str:
        return key("exchange", *self.parts, call_id)


async def _keep(cache: Cache, key: str, value: list[Any]) -> None:
    await cache.aset(key, json.dumps(value))


async def _load(cache: Cache, key: str) -> list[Any]:
    text = await cache.aget(key) or ""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return kept if isinstance(kept, list) else []
