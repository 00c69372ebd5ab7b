"""What a route remembers between the requests of one caller: notes, consultations, and thoughts that were shown.

All of it is kept in LiteLLM's own cache (``shared_cache.py``), so replicas with a shared Redis share it. Keys are
hashes of the caller, the route and the conversation: they reveal nothing, and no caller reads another's entries.
Losing an entry is harmless.
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
"""How many seconds an entry is kept; a coding agent's turn can last that long."""
MOST_NOTES = 8
MOST_LOOKED_UP = 512
"""How many thoughts of a replayed conversation are looked up; older ones count as the reasoner's and are removed."""
MOST_TEXT = 200_000
"""How many characters the notes or consultations of one entry may have; longer ones are not kept."""


class Cache(Protocol):
    """Small texts by key. Implementations never raise; at worst they lose an entry."""

    async def aget(self, key: str) -> str | None:
        """Return the text kept under ``key``, or ``None``."""

    async def aget_each(self, keys: Sequence[str]) -> list[str | None]:
        """Return the text kept under each of ``keys``, or ``None`` for a key without one."""

    async def aset(self, key: str, text: str) -> None:
        """Keep ``text`` under ``key``."""


def key(kind: str, *parts: str) -> str:
    """Return a cache key that reveals nothing about ``parts``."""
    return f"litellm-minimax:hybrid:{kind}:" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class NoteStore:
    """The notes of one caller's current turn on one route."""

    cache: Cache
    key: str

    async def load(self, turn_length: int) -> list[Note]:
        """Return the notes of the turn so far, oldest first, without any that lie beyond ``turn_length`` messages."""
        kept = await _load(self.cache, self.key)
        notes = [Note(*pair) for pair in kept if isinstance(pair, list) and list(map(type, pair)) == [int, str]]
        return [note for note in notes if note.offset <= turn_length]

    async def save(self, notes: Sequence[Note]) -> None:
        """Keep the newest :data:`MOST_NOTES` of the notes."""
        kept = [[note.offset, note.text] for note in notes[-MOST_NOTES:]]
        if sum(len(note.text) for note in notes) <= MOST_TEXT:
            await _keep(self.cache, self.key, kept)


@dataclass(frozen=True, slots=True)
class ShownThoughts:
    """Hashes of the reasoning texts, shown to a caller, that only the reasoner wrote."""

    cache: Cache
    caller: str

    async def add(self, text: str) -> None:
        """Remember ``text`` as the reasoner's, and as all the reasoning of an answer."""
        await self.cache.aset(self._key(text), "shown")

    async def add_own(self, text: str) -> None:
        """Remember ``text`` as the reasoning of an answer that the reasoning model gave by itself."""
        await self.cache.aset(self._key(text), "own")

    async def own_among(self, texts: Sequence[str]) -> frozenset[str]:
        """Return those of ``texts``, oldest first, that belong to answers of the reasoning model itself."""
        newest = texts[-MOST_LOOKED_UP:]
        kept = await self.cache.aget_each([self._key(text) for text in newest])
        return frozenset(text for text, found in zip(newest, kept, strict=True) if found == "own")

    async def among(self, texts: Sequence[str]) -> frozenset[str]:
        """Return those of ``texts``, oldest first, that are the reasoner's.

        Only the newest :data:`MOST_LOOKED_UP` are looked up, and all older ones are returned: it is better that the
        executor loses its own old thoughts than that it takes another model's for its own.
        """
        older, newest = texts[:-MOST_LOOKED_UP], texts[-MOST_LOOKED_UP:]
        kept = await self.cache.aget_each([self._key(text) for text in newest])
        return frozenset(older).union(text for text, found in zip(newest, kept, strict=True) if found)

    def _key(self, text: str) -> str:
        return key("shown", self.caller, text.strip())


@dataclass(frozen=True, slots=True)
class ExchangeStore:
    """The consultations of one caller's current turn on one route, by the id of the client's tool call after them."""

    cache: Cache
    parts: tuple[str, ...]
    """The caller, the route and the turn."""

    async def load(self, call_ids: Sequence[str]) -> dict[str, list[Exchange]]:
        """Return the exchanges that are kept under any of ``call_ids``."""
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
