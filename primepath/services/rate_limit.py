"""Count events per time window in the cache that all processes share."""

from __future__ import annotations

from django.core.cache.backends.base import BaseCache


def increment(cache: BaseCache, key: str, amount: int = 1, *, seconds: int) -> int:
    """Add ``amount`` to the counter ``key`` and return its value, or 0 if the cache is unavailable.

    The counter expires ``seconds`` after its first increment.
    """
    if cache.add(key, amount, seconds):
        return amount
    try:
        return cache.incr(key, amount) or 0
    except ValueError:
        # The counter expired between the two calls.
        cache.add(key, amount, seconds)
        return amount
