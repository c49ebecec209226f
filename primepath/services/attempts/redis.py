"""Counters in Redis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from django.core.cache import caches
from django_redis.cache import RedisCache
from redis.exceptions import RedisError

# An expired counter must not come back as -1 without an expiry.
_TAKE_BACK = "if tonumber(redis.call('GET', KEYS[1]) or 0) > 0 then redis.call('DECR', KEYS[1]) end"


class RedisCounts:
    """Counters on the Redis server of the cache. Unlike the cache, it raises an error if Redis is unavailable."""

    errors: tuple[type[Exception], ...] = (RedisError,)

    def __init__(self, cache: RedisCache) -> None:
        self._client: Any = cache.client.get_client(write=True)
        self._key = cache.client.make_key

    @classmethod
    def configured(cls) -> Self | None:
        """Return the counters, or None without ``REDIS_URL``."""
        cache = caches["default"]
        return cls(cache) if isinstance(cache, RedisCache) else None

    def add(self, names: Sequence[str], *, seconds: int) -> list[int]:
        pipeline = self._client.pipeline(transaction=True)
        for name in names:
            pipeline.set(self._key(name), 0, ex=seconds, nx=True)
            pipeline.incr(self._key(name))
        return [int(value) for value in pipeline.execute()[1::2]]

    def take_back(self, names: Sequence[str]) -> None:
        for name in names:
            self._client.eval(_TAKE_BACK, 1, self._key(name))

    def reset(self, name: str) -> None:
        self._client.delete(self._key(name))
