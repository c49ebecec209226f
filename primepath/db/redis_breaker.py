"""A circuit breaker for Redis: while Redis is away, each call fails immediately instead of waiting for its time-out.

Redis can be *down*, so that it refuses connections, or *hang*, so that it accepts them and does not answer. Each call of each
request would wait for a Redis that hangs. So the first failure opens the breaker. The pool then hands out no
connections, until a probe in the background gets an answer. Meanwhile `primepath.db.redis_cache` uses the memory of the
process, and attempts are counted elsewhere; see `primepath.services.attempts`.

No cached value can become stale meanwhile, because none is ever invalidated. The key of each value contains a version
from the database, or a hash of the value. A write sets a new version, and no one reads the former one again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from prometheus_client import Gauge
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

_PROBE_SECONDS = 1

_away = Gauge(
    "primepath_redis_away",
    "1 while Redis does not answer and this process does without it, otherwise 0.",
    multiprocess_mode="livemax",
)
_log = logging.getLogger("primepath.redis")


class RedisAwayError(RedisConnectionError):
    """Redis did not answer, and no probe has succeeded since."""


class RedisBreaker:
    """Opens with the first failure, and closes when ``probe`` succeeds. One thread at a time probes."""

    def __init__(self, probe: Callable[[], None]) -> None:
        self._probe = probe
        self._lock = threading.Lock()
        self.is_open = False

    def open(self, error: Exception) -> None:
        """Let all calls fail, and probe in the background. Do nothing if the breaker is open."""
        with self._lock:
            if self.is_open:
                return
            self.is_open = True
        _away.set(1)
        _log.warning("Redis does not answer, so this process does without it: %s", error)
        threading.Thread(
            target=self._close_when_available,
            args=(time.monotonic(),),
            name="redis-probe",
            daemon=True,
        ).start()

    def _close_when_available(self, since: float) -> None:
        while not self._is_available():
            time.sleep(_PROBE_SECONDS)
        self.is_open = False
        _away.set(0)
        _log.warning("Redis answers again after %.1f seconds.", time.monotonic() - since)

    def _is_available(self) -> bool:
        try:
            self._probe()
        except (RedisError, OSError):
            return False
        return True


class BreakerPool(ConnectionPool):
    """The connections of all caches with the same address, with a circuit breaker."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.breaker = RedisBreaker(self._probe)
        super().__init__(*args, **{**options, "retry": _ReportFailures(self.breaker)})

    def get_connection(self, *args: Any, **options: Any) -> Any:
        if self.breaker.is_open:
            raise RedisAwayError("Redis does not answer.")
        return super().get_connection(*args, **options)

    def _probe(self) -> None:
        connection = self.connection_class(**self.connection_kwargs)
        try:
            connection.connect()
            connection.send_command("PING")
            connection.read_response()
        finally:
            connection.disconnect()
        # They are from before the failure.
        self.disconnect(inuse_connections=False)


class _ReportFailures(Retry):
    """Reports failures to the breaker, and retries nothing. redis-py connects and sends every command through it."""

    def __init__(self, breaker: RedisBreaker) -> None:
        super().__init__(NoBackoff(), 0)
        self._breaker = breaker

    def call_with_retry(self, *args: Any, **options: Any) -> Any:
        try:
            return super().call_with_retry(*args, **options)
        except (RedisConnectionError, RedisTimeoutError, OSError) as error:
            self._breaker.open(error)
            raise

    def __deepcopy__(self, memo: Any) -> _ReportFailures:
        # Each connection copies its object, but all of them have one breaker.
        return self
