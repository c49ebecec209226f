"""Count attempts per time window, for limits that all processes share.

Counts are in Redis if ``REDIS_URL`` is set, otherwise in the database. If a store is unavailable, the next one counts: Redis,
the database, the memory of the process. Every attempt is counted, and the log has a warning if a store was unavailable.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from primepath.services.attempts.database import DatabaseCounts
from primepath.services.attempts.process import ProcessCounts

_Result = TypeVar("_Result")
_log = logging.getLogger("primepath.attempts")


class Counts(Protocol):
    """A store of counters."""

    errors: tuple[type[Exception], ...]
    """Exceptions that mean that the store is unavailable."""

    def add(self, names: Sequence[str], *, seconds: int) -> list[int]:
        """Add 1 to each counter and return their values. A counter expires ``seconds`` after its first attempt."""
        ...

    def take_back(self, names: Sequence[str]) -> None:
        """Subtract 1 from each counter that has not expired."""
        ...

    def reset(self, name: str) -> None:
        """Delete the counter."""
        ...


_process = ProcessCounts()


def add_attempt(names: Sequence[str], *, seconds: int) -> list[int]:
    """Add 1 to each counter and return their values. A counter expires ``seconds`` after its first attempt."""
    return _first_available(lambda counts: counts.add(names, seconds=seconds))


def take_attempt_back(names: Sequence[str]) -> None:
    """Subtract 1 from each counter, because the attempt does not count after all."""
    _first_available(lambda counts: counts.take_back(names))


def reset_attempts(name: str) -> None:
    """Delete the counter, wherever it was counted."""
    _process.reset(name)
    _first_available(lambda counts: counts.reset(name))


def _first_available(use: Callable[[Counts], _Result]) -> _Result:
    # Imported with the first attempt, to start faster.
    from primepath.services.attempts.redis import RedisCounts

    shared: list[Counts] = [DatabaseCounts()]
    if (redis := RedisCounts.configured()) is not None:
        shared.insert(0, redis)
    for counts in shared:
        try:
            return use(counts)
        except counts.errors as error:
            _log.warning("%s cannot count attempts: %s", type(counts).__name__, error)
    _log.warning("Attempts are counted in this process only.")
    return use(_process)
