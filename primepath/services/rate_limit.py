"""Counting in a cache that processes share, for a while at a time."""

from __future__ import annotations

from django.core.cache.backends.base import BaseCache


def count(cache: BaseCache, key: str, amount: int = 1, *, seconds: int) -> int:
    """Adds ``amount`` to what is counted under ``key`` until ``seconds`` after the first; the sum, 0 where the cache is down."""
    if cache.add(key, amount, seconds):
        return amount
    try:
        return cache.incr(key, amount) or 0
    except ValueError:
        # It expired in between.
        cache.add(key, amount, seconds)
        return amount
