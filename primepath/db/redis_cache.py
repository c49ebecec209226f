"""A cache in Redis, and in the memory of the process while Redis does not answer.

Each process can fill its own memory, because a key contains the version of its value; see `primepath.db.redis_breaker`. With
nothing cached, a full matrix with curricula took a quarter longer on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from redis.exceptions import RedisError

from primepath.db.read_ahead import require_that_others_can_be_read


def _in_either(name: str) -> Any:
    in_redis: Callable[..., Any] = getattr(RedisCache, name)

    def method(self: RedisOrMemoryCache, *args: Any, **options: Any) -> Any:
        require_that_others_can_be_read()
        try:
            return in_redis(self, *args, **options)
        except RedisError:
            return getattr(self.memory, name)(*args, **options)

    return method


class RedisOrMemoryCache(RedisCache):  # type: ignore[misc]
    """Django's cache. ``MAX_ENTRIES`` limits the part in memory only."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        options = {"MAX_ENTRIES": params["OPTIONS"]["MAX_ENTRIES"]}
        self.memory = LocMemCache(f"redis/{self.key_prefix}", {**params, "OPTIONS": options})

    get = _in_either("get")
    get_many = _in_either("get_many")
    set = _in_either("set")
    set_many = _in_either("set_many")
    add = _in_either("add")
    incr = _in_either("incr")
    delete = _in_either("delete")
    delete_many = _in_either("delete_many")

    def clear(self) -> None:
        """Clear both parts."""
        self.memory.clear()
        _in_either("clear")(self)
