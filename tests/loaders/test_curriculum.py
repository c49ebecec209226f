"""The cached curriculum: the second read takes no query, and never returns data older than the last write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from loaders.curriculum import CurriculumKey, get_class_curriculum_mapping
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import CurriculumLevel, Program, SchoolClass
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from primepath.services.curriculum.track_level_changes import track_level_changes
from tests.factories import YEAR, head_teacher, make_class, make_level
from tests.redis_server import (
    RedisServer,
    cached_in,
    redis_server,
    wait_until_redis_is_used,
    waits,
)

pytestmark = pytest.mark.django_db

DEAD_REDIS_SECONDS = 2.5


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def redis(server: RedisServer) -> Iterator[RedisServer]:
    """Configure the cache as `REDIS_URL` does, and return the Redis server."""
    with cached_in(server):
        yield server


@pytest.fixture(params=["in the process", "Redis"])
def _every_cache(request: pytest.FixtureRequest) -> None:
    if request.param == "Redis":
        request.getfixturevalue("redis")


every_cache = pytest.mark.usefixtures("_every_cache")


class CacheCalls:
    """Records the number of keys in each cache read and write."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reads: list[int] = []
        self.writes: list[int] = []
        backend = caches["default"]
        get_many, set_many = backend.get_many, backend.set_many

        def record_get(keys: Iterable[str], *args: Any) -> Any:
            self.reads.append(len(list(keys)))
            return get_many(keys, *args)

        def record_set(values: dict[str, Any], timeout: int) -> Any:
            assert timeout == settings.CURRICULUM_CACHE_SECONDS == 300
            self.writes.append(len(values))
            return set_many(values, timeout)

        monkeypatch.setattr(backend, "get_many", record_get)
        monkeypatch.setattr(backend, "set_many", record_set)


def key_of(code: str, year: int = YEAR) -> CurriculumKey:
    """Return the cache key that a new operation uses."""
    return CurriculumKey(code, year, SchoolClass.objects.get(pk=code).curriculum_version)


def labels(*keys: CurriculumKey) -> list[str]:
    return [each.label for each in get_class_curriculum_mapping(list(keys))]


def read(code: str, year: int = YEAR) -> list[str]:
    """Return the names of the levels as a new operation reads them."""
    (curriculum,) = get_class_curriculum_mapping([key_of(code, year)])
    return [str(level) for level in curriculum.levels]


def write(code: str, *levels: CurriculumLevel, year: int = YEAR) -> None:
    set_class_curriculum(
        viewer=head_teacher(),
        class_code=code,
        academic_year=year,
        level_ids=[level.pk for level in levels],
    )


@every_cache
def test_second_read_takes_no_query() -> None:
    make_class("A")
    make_class("B")
    first, second = make_level(number=1), make_level(number=2)
    write("A", first, second)
    keys = [key_of("A"), key_of("B")]
    answers = []
    for queries in (1, 0, 0):
        with CaptureQueriesContext(connection) as captured:
            a, b = get_class_curriculum_mapping(keys)
            answers.append((a.label, str(a.primary), str(a.secondary), [*map(str, a.levels)]))
            assert (b.label, b.primary, b.secondary, b.levels) == ("Not assigned", None, None, [])
        assert len(captured) == queries
    assert answers == [(str(first), str(first), str(second), [str(first), str(second)])] * 3


@every_cache
def test_cache_is_read_and_written_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    level = make_level()
    codes = [make_class().code for _ in range(20)]
    for code in codes:
        write(code, level)
    keys = [key_of(code) for code in codes]
    calls = CacheCalls(monkeypatch)
    assert labels(*keys[:5]) == [str(level)] * 5
    with CaptureQueriesContext(connection) as captured:
        assert labels(*reversed(keys)) == [str(level)] * 20
    assert len(captured) == 1
    assert codes[5] in captured[0]["sql"]
    assert codes[4] not in captured[0]["sql"]
    assert labels(*keys) == [str(level)] * 20
    assert calls.reads == [5, 20, 20]
    assert calls.writes == [5, 15]


@every_cache
def test_classes_and_years_have_separate_entries() -> None:
    make_class("A")
    make_class("B")
    levels = [make_level(number=number) for number in (1, 2, 3)]
    places = [("A", YEAR), ("A", YEAR + 1), ("B", YEAR)]
    for (code, year), level in zip(places, levels, strict=True):
        write(code, level, year=year)
    keys = [key_of(*place) for place in (*places, ("B", YEAR + 1))]
    for _ in range(2):
        assert labels(*keys) == [*map(str, levels), "Not assigned"]
    write("A", levels[2])
    assert [read(*place) for place in places] == [[str(levels[n])] for n in (2, 1, 2)]


@every_cache
def test_next_operation_reads_a_write() -> None:
    make_class("A")
    first, second = make_level(number=1), make_level(number=2)
    for levels in ([first], [second, first], [first, second], [], [second]):
        write("A", *levels)
        for _ in range(2):
            assert read("A") == [str(level) for level in levels]


@every_cache
def test_next_operation_reads_a_new_name() -> None:
    make_class("A")
    level = make_level("PHONICS", 1, "CORE")
    write("A", level)
    assert read("A") == ["CORE PHONICS L1"]
    renamed = CurriculumLevel.objects.filter(pk=level.pk)
    with track_level_changes(viewer=COMMAND_LINE, levels=renamed):
        Program.objects.update(name="EDGE")
    assert read("A") == ["EDGE PHONICS L1"]


@every_cache
def test_reader_from_before_a_write_does_not_cache_the_old_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_class("A")
    old, new = make_level(number=1), make_level(number=2)
    write("A", old)
    slow = key_of("A")
    backend = caches["default"]
    set_many = backend.set_many

    def store_after_the_write(*args: Any) -> Any:
        monkeypatch.undo()
        write("A", new)
        assert read("A") == [str(new)]
        return set_many(*args)

    monkeypatch.setattr(backend, "set_many", store_after_the_write)
    assert labels(slow) == [str(old)]
    assert [read("A"), read("A")] == [[str(new)]] * 2


@every_cache
def test_reader_after_a_write_does_not_find_the_old_value() -> None:
    make_class("A")
    old, new = make_level(number=1), make_level(number=2)
    write("A", old)
    assert read("A") == [str(old)]
    slow = key_of("A")
    write("A", new)
    assert labels(slow) in ([str(old)], [str(new)])
    write("A", old)
    assert labels(slow) == [str(old)]
    assert read("A") == [str(old)]
    write("A", new)
    assert read("A") == [str(new)]


@every_cache
def test_value_cached_in_a_rolled_back_transaction_is_not_used() -> None:
    make_class("A")
    old, undone, new = (make_level(number=number) for number in (1, 2, 3))
    write("A", old)
    with transaction.atomic():
        write("A", undone)
        assert read("A") == [str(undone)]
        transaction.set_rollback(True)
    assert read("A") == [str(old)]
    write("A", new)
    assert read("A") == [str(new)]


def test_redis_that_dies_is_replaced_by_the_memory_of_the_process(redis: RedisServer) -> None:
    make_class("A")
    level = make_level()
    write("A", level)
    key = key_of("A")
    for queries in (1, 0):
        with CaptureQueriesContext(connection) as captured:
            assert labels(key) == [str(level)]
        assert len(captured) == queries
    redis.kill()
    with waits() as waited:
        for queries in (1, 0):
            with CaptureQueriesContext(connection) as captured:
                assert labels(key) == [str(level)]
            assert len(captured) == queries, "It is cached in the memory of the process."
    assert waited.seconds < DEAD_REDIS_SECONDS
    redis.start()
    wait_until_redis_is_used()
    for queries in (1, 0):
        with CaptureQueriesContext(connection) as captured:
            assert labels(key) == [str(level)]
        assert len(captured) == queries


def test_redis_that_does_not_respond_delays_one_call(redis: RedisServer) -> None:
    make_class("A")
    level = make_level()
    write("A", level)
    key = key_of("A")
    assert labels(key) == [str(level)]
    with redis.paused(), waits() as waited:
        for _ in range(20):
            assert labels(key) == [str(level)]
    assert waited.seconds < DEAD_REDIS_SECONDS
    assert labels(key) == [str(level)]


@pytest.mark.parametrize("gap", ["paused", "killed"])
def test_write_while_redis_is_away_is_read_after_it_is_back(redis: RedisServer, gap: str) -> None:
    make_class("A")
    old, new = make_level(number=1), make_level(number=2)
    write("A", old)
    slow = key_of("A")
    assert read("A") == [str(old)]
    if gap == "paused":
        with redis.paused():
            write("A", new)
            assert read("A") == [str(new)]
    else:
        redis.kill()
        write("A", new)
        assert read("A") == [str(new)]
        redis.start()
    wait_until_redis_is_used()
    # A reader that began before the write can still store what it has read.
    assert labels(slow) in ([str(old)], [str(new)])
    assert [read("A"), read("A")] == [[str(new)]] * 2
