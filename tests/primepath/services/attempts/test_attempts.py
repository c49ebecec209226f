"""Counters of attempts: in Redis, in the database, or in the process if neither is available."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from primepath.models import AttemptCount
from primepath.services import attempts
from primepath.services.attempts import add_attempt, reset_attempts, take_attempt_back
from primepath.services.attempts.process import ProcessCounts
from primepath.services.attempts.redis import RedisCounts
from tests.databases import connected_to, demo_template, own_database
from tests.processes import PATIENCE, product_process
from tests.redis_server import (
    RedisServer,
    cached_in,
    redis_server,
    wait_until_redis_is_used,
    waits,
)

pytestmark = pytest.mark.django_db

HOUR = 3600
Expire = Callable[[str], None]


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> ProcessCounts:
    """New counters in the process."""
    counts = ProcessCounts()
    monkeypatch.setattr(attempts, "_process", counts)
    return counts


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def redis(server: RedisServer) -> Iterator[RedisServer]:
    """Configure the cache as `REDIS_URL` does, and return the Redis server."""
    with cached_in(server):
        yield server


def _database_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the table's statements fail, as in a database that is read-only."""
    monkeypatch.setattr("primepath.services.attempts.database._ADD", "INSERT INTO missing {rows}")
    monkeypatch.setattr(AttemptCount._meta, "db_table", "missing")


@pytest.fixture(params=["Redis", "the database", "the process"])
def expire(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Expire:
    """Use this store. Return a function that makes a counter expire."""
    if request.param == "Redis":
        request.getfixturevalue("redis")
        counts = RedisCounts.configured()
        assert counts is not None
        return lambda name: counts._client.expire(counts._key(name), 0)
    if request.param == "the database":
        return lambda name: _expire_row(name)
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    _database_is_full(monkeypatch)
    return lambda name: clock.__setitem__(0, clock[0] + HOUR)


def _expire_row(name: str) -> None:
    AttemptCount.objects.filter(name=name).update(expires_at="2026-01-01T00:00:00Z")


def add(*names: str) -> list[int]:
    return add_attempt(names, seconds=HOUR)


def test_each_name_is_counted(expire: Expire) -> None:
    assert add("b", "a") == [1, 1]
    assert add("b") == [2]
    assert add("a", "b", "c") == [2, 3, 1]


def test_attempt_that_is_taken_back_does_not_count(expire: Expire) -> None:
    add("a", "b")
    add("a")
    take_attempt_back(["a", "b", "unknown"])
    assert add("a", "b", "unknown") == [2, 1, 1]


def test_count_is_never_negative(expire: Expire) -> None:
    add("a")
    for _ in range(3):
        take_attempt_back(["a"])
    assert add("a") == [1]


def test_reset_deletes_one_count(expire: Expire) -> None:
    add("a", "b")
    reset_attempts("a")
    assert add("a", "b") == [1, 2]


def test_count_begins_again_when_it_has_expired(expire: Expire) -> None:
    add("a")
    add("a")
    expire("a")
    take_attempt_back(["a"])
    assert add("a") == [1]
    assert add("a") == [2]


def test_later_attempts_do_not_extend_the_time(
    expire: Expire, request: pytest.FixtureRequest
) -> None:
    add("a")
    if (counts := RedisCounts.configured()) is not None:
        key = counts._key("a")
        counts._client.expire(key, 100)
        add("a")
        assert counts._client.ttl(key) <= 100
    elif row := AttemptCount.objects.filter(name="a").first() if _has_rows() else None:
        add("a")
        assert AttemptCount.objects.get(name="a").expires_at == row.expires_at


def _has_rows() -> bool:
    return AttemptCount._meta.db_table in connection.introspection.table_names()


def test_expired_rows_are_deleted() -> None:
    add("a", "b")
    for name in "a", "b":
        _expire_row(name)
    add("c")
    assert list(AttemptCount.objects.values_list("name", flat=True)) == ["c"]


def test_redis_that_is_away_is_replaced_by_the_database(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert add("a") == [1]
    redis.kill()
    with waits() as waited:
        assert [add("a") for _ in range(3)] == [[1], [2], [3]]
    assert waited.seconds < 10
    assert AttemptCount.objects.get(name="a").count == 3
    assert "RedisCounts cannot count attempts" in caplog.text
    redis.start()
    wait_until_redis_is_used()
    caplog.clear()
    assert add("a") == [1]
    assert not caplog.records


def test_redis_that_does_not_respond_is_replaced_by_the_database(redis: RedisServer) -> None:
    add("a")
    with redis.paused():
        assert add("a") == [1]
    assert AttemptCount.objects.get(name="a").count == 1


def test_without_any_store_the_process_counts(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    redis.kill()
    _database_is_full(monkeypatch)
    assert [add("a") for _ in range(3)] == [[1], [2], [3]]
    for text in "RedisCounts cannot", "DatabaseCounts cannot", "in this process only":
        assert text in caplog.text


def test_process_keeps_a_limited_number_of_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("primepath.services.attempts.process._MAX_COUNTERS", 2)
    counts = ProcessCounts()
    for name in "a", "b", "c":
        counts.add([name], seconds=HOUR)
    assert counts.add(["c", "b"], seconds=HOUR) == [2, 2]
    assert counts.add(["a"], seconds=HOUR) == [1]


def test_simultaneous_attempts_in_two_processes_are_all_counted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        own_database(tmp_path, demo_template()) as url,
        log.open("wb") as errors,
        ExitStack() as stack,
    ):
        adding = [
            stack.enter_context(
                product_process(
                    *("-m", "tests.primepath.services.attempts.add_attempts", "50", *names),
                    database_url=url,
                    errors=errors,
                    environment={"PRIMEPATH_VAR_DIR": str(tmp_path)},
                )
            )
            for names in (["a", "b"], ["b", "a"])
        ]
        assert [process.wait(PATIENCE) for process in adding] == [0, 0], log.read_text()
        with connected_to(url):
            counts = AttemptCount.objects.values_list("name", "count")
            assert dict(counts) == {"a": 100, "b": 100}, log.read_text()
