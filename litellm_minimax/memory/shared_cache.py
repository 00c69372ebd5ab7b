"""LiteLLM's own cache for what we remember: always in this process, and in the deployment's Redis if there is one.

The cache is an aid that nothing depends on, so nothing here fails: a cache that is slow, full or gone is a miss.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Sequence
from typing import Any

log = logging.getLogger("litellm_minimax.cache")

REDIS_PATIENCE = 0.5
"""Seconds that a call waits for Redis before it goes on without it."""
_MARK = "text:"
"""Prefix of every stored text: LiteLLM's caches parse what is JSON, and would return a number for ``42``."""
REDIS_PAUSE = 5.0
"""Seconds without another attempt after Redis failed, so that an outage costs one wait instead of one per call."""


class SharedCache:
    """Small texts and sums by key, with a time to live; safe for threads and event loops."""

    def __init__(self, *, max_items: int, max_item_kib: int, ttl: int) -> None:
        """Keep at most ``max_items`` of at most ``max_item_kib`` KiB in this process, each for ``ttl`` seconds."""
        self._max_items = max_items
        self._max_item_kib = max_item_kib
        self._ttl = ttl
        self._local: Any = None
        self._redis_back_at = 0.0

    async def aget(self, key: str) -> str | None:
        """Return the text stored under ``key``, or ``None``."""
        found = self._get_local(key)
        redis = self._redis() if found is None else None
        if redis is None:
            return found
        try:
            async with asyncio.timeout(REDIS_PATIENCE):
                value = await redis.async_get_cache(key)
        except Exception as error:  # noqa: BLE001 -- whatever Redis does, it is a miss
            self._redis_failed(error)
            return None
        return self._brought(key, value)

    async def aget_each(self, keys: Sequence[str]) -> list[str | None]:
        """Return what is stored under each of ``keys``; Redis is asked once, for all that are not in this process."""
        found = {key: self._get_local(key) for key in keys}
        absent = [key for key, text in found.items() if text is None]
        redis = self._redis() if absent else None
        if redis is not None:
            try:
                async with asyncio.timeout(REDIS_PATIENCE):
                    values = await redis.async_batch_get_cache(absent)
                found |= {key: self._brought(key, values.get(key)) for key in absent}
            except Exception as error:  # noqa: BLE001 -- whatever Redis does, it is a miss
                self._redis_failed(error)
        return [found[key] for key in keys]

    async def aset(self, key: str, text: str) -> None:
        """Store ``text`` under ``key``; also in Redis if the deployment has one."""
        self._set_local(key, text)
        redis = self._redis()
        if redis is None or len(text) > self._max_item_kib * 1024:
            return
        try:
            async with asyncio.timeout(REDIS_PATIENCE):
                await redis.async_set_cache(key, _MARK + text, ttl=self._ttl)
        except Exception as error:  # noqa: BLE001
            self._redis_failed(error)

    async def atotal(self, key: str) -> float:
        """Return the sum of what was added under ``key``, here and by the other replicas."""
        here = self._sum_here(key)
        redis = self._redis()
        if redis is None:
            return here
        try:
            async with asyncio.timeout(REDIS_PATIENCE):
                shared = await redis.async_get_cache(key)
        except Exception as error:  # noqa: BLE001
            self._redis_failed(error)
            return here
        # The local sum may be larger: additions made while Redis was away are only known here.
        return max(here, float(shared)) if isinstance(shared, (int, float)) else here

    async def aadd(self, key: str, amount: float) -> None:
        """Add ``amount`` to the sum under ``key``; atomically in Redis, since replicas add at the same time."""
        self._memory().set_cache(key, self._sum_here(key) + amount, ttl=self._ttl)
        redis = self._redis()
        if redis is None:
            return
        try:
            async with asyncio.timeout(REDIS_PATIENCE):
                await redis.async_increment(key, amount, ttl=self._ttl)
        except Exception as error:  # noqa: BLE001
            self._redis_failed(error)

    def _sum_here(self, key: str) -> float:
        kept = self._memory().get_cache(key)
        return float(kept) if isinstance(kept, (int, float)) else 0.0

    def get(self, key: str) -> str | None:
        """Do the same as :meth:`aget`, blocking."""
        found = self._get_local(key)
        redis = self._redis() if found is None else None
        if redis is None:
            return found
        try:
            value = redis.get_cache(key)
        except Exception as error:  # noqa: BLE001
            self._redis_failed(error)
            return None
        return self._brought(key, value)

    def set(self, key: str, text: str) -> None:
        """Do the same as :meth:`aset`, blocking."""
        self._set_local(key, text)
        redis = self._redis()
        if redis is None or len(text) > self._max_item_kib * 1024:
            return
        try:
            redis.set_cache(key, _MARK + text, ttl=self._ttl)
        except Exception as error:  # noqa: BLE001
            self._redis_failed(error)

    def entries(self) -> int:
        """Return how many texts this process holds."""
        return len(self._memory().cache_dict)

    def clear(self) -> None:
        """Forget what this process remembers."""
        self._local = None

    def _brought(self, key: str, value: object) -> str | None:
        """Return what Redis returned, and store it here, if it is one of our texts."""
        text = _unmarked(value)
        if text is not None:
            self._set_local(key, text)
        return text

    def _get_local(self, key: str) -> str | None:
        return _unmarked(self._memory().get_cache(key))

    def _set_local(self, key: str, text: str) -> None:
        if len(text) <= self._max_item_kib * 1024:
            self._memory().set_cache(key, _MARK + text, ttl=self._ttl)

    def _memory(self) -> Any:
        if self._local is None:
            from litellm.caching.in_memory_cache import InMemoryCache

            self._local = InMemoryCache(
                max_size_in_memory=self._max_items,
                default_ttl=self._ttl,
                # LiteLLM overestimates the size of an item; ours has been measured already.
                max_size_per_item=self._max_item_kib * 8,
            )
        return self._local

    def _redis(self) -> Any:
        if time.monotonic() < self._redis_back_at:
            return None
        return _deployment_redis()

    def _redis_failed(self, error: Exception) -> None:
        self._redis_back_at = time.monotonic() + REDIS_PAUSE
        log.warning("Redis is not answering (%s); going on without it for %.0f s", type(error).__name__, REDIS_PAUSE)


def _unmarked(value: object) -> str | None:
    return value.removeprefix(_MARK) if isinstance(value, str) and value.startswith(_MARK) else None


def _deployment_redis() -> Any:
    """Return the Redis that the proxy shares between its replicas, or that the SDK's user gave LiteLLM."""
    # Looked up in the loaded modules: importing the proxy into an SDK process would cost a second and a database.
    proxy = sys.modules.get("litellm.proxy.proxy_server")
    redis = getattr(proxy, "redis_usage_cache", None) if proxy else None
    if redis is not None:
        return redis
    import litellm

    backend = getattr(litellm.cache, "cache", None) if litellm.cache else None
    return backend if type(backend).__name__ in {"RedisCache", "RedisClusterCache"} else None
