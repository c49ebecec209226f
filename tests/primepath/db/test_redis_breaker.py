"""The circuit breaker for Redis, with a Redis that hangs, dies and comes back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache, caches
from django_redis import get_redis_connection
from prometheus_client import REGISTRY

from primepath.db.read_ahead import ReadBefore, ReadsMissingError, reading_only
from tests.redis_server import (
    RedisServer,
    cached_in,
    redis_server,
    wait_until_redis_is_used,
    waits,
)

pytestmark = pytest.mark.one_database

_TIME_OUT = 0.25


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def redis(server: RedisServer) -> Iterator[RedisServer]:
    """Configure the cache as `REDIS_URL` does, and return the Redis server."""
    with cached_in(server):
        yield server


def _away() -> float | None:
    return REGISTRY.get_sample_value("primepath_redis_away")


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        " ".join(record.getMessage().split()[:3])
        for record in caplog.records
        if record.name == "primepath.redis"
    ]


def _probes() -> int:
    return sum(thread.name == "redis-probe" for thread in threading.enumerate())


@pytest.mark.usefixtures("redis")
def test_operation_that_cannot_wait_does_not_ask_redis() -> None:
    cache.set("a", 1)
    with reading_only(ReadBefore([], [])):
        for call in (lambda: cache.get("a"), lambda: cache.set("a", 2)):
            with pytest.raises(ReadsMissingError):
                call()
    assert cache.get("a") == 1


def test_only_the_first_call_waits_for_a_redis_that_hangs(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    cache.set("a", 1)
    with redis.paused(), waits() as waited:
        assert cache.get("a") is None
        assert waited.seconds >= _TIME_OUT
        before = waited.seconds
        for _ in range(100):
            cache.set("b", 1)
            assert cache.get_many(["a", "b"]) == {"b": 1}
        assert waited.seconds == before
        assert _away() == 1
        assert _probes() == 1
    wait_until_redis_is_used()
    assert cache.get_many(["a", "b"]) == {"a": 1}
    assert _away() == 0
    assert _lines(caplog) == ["Redis does not", "Redis answers again"]


def test_calls_at_the_same_time_start_one_probe(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    found: list[Any] = []
    with redis.paused():
        threads = [threading.Thread(target=lambda: found.append(cache.get("a"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert _probes() == 1
    wait_until_redis_is_used()
    assert found == [None] * 8
    assert _lines(caplog) == ["Redis does not", "Redis answers again"]


def test_redis_that_was_killed_is_used_again_after_its_restart(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    cache.set("a", 1)
    redis.kill()
    for _ in range(3):
        assert cache.get("a") is None
    redis.start()
    wait_until_redis_is_used()
    assert cache.get("a") is None
    cache.set("a", 2)
    assert cache.get("a") == 2
    assert _lines(caplog) == ["Redis does not", "Redis answers again"]


def test_short_restart_of_redis_is_not_noticed_between_two_calls(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The connections in the pool are closed, and the pool opens new ones."""
    cache.set("a", 1)
    redis.kill()
    redis.start()
    cache.set("a", 2)
    assert cache.get("a") == 2
    assert _lines(caplog) == []


def test_wrong_command_does_not_open_the_breaker(redis: RedisServer) -> None:
    client = get_redis_connection("default")
    with pytest.raises(Exception, match="unknown command"):
        client.execute_command("NONSENSE")
    assert not client.connection_pool.breaker.is_open


def test_memory_of_the_process_replaces_every_call(redis: RedisServer) -> None:
    cache.set("in-redis", 1)
    redis.kill()
    assert cache.get("in-redis") is None
    assert cache.get("missing", "default") == "default"
    assert cache.add("a", 1, 60)
    assert not cache.add("a", 2, 60)
    assert cache.incr("a", 5) == 6
    with pytest.raises(ValueError, match="not found"):
        cache.incr("missing")
    cache.set_many({"b": 2, "c": 3}, 60)
    cache.delete("b")
    cache.delete_many(["c"])
    assert cache.get_many(["a", "b", "c"]) == {"a": 6}
    assert caches["persisted_queries"].get("a") is None
    cache.clear()
    assert cache.get("a") is None
