"""Setting the curriculum of a class."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from uuid import UUID

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from primepath.domain.errors import UserErrorCode, ValidationFailedError
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import (
    ClassCurriculumMapping,
    CurriculumLevel,
    SchoolClass,
)
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from primepath.services.curriculum.track_level_changes import track_level_changes
from tests.factories import make_class, make_level

CODE = "PRIMARY_1A"
YEAR = settings.ACADEMIC_YEARS.first


@pytest.fixture
def levels(db: None) -> list[int]:
    """Store the class `CODE` and return the keys of nine levels."""
    return _school()


def _school() -> list[int]:
    make_class(CODE)
    return [make_level(number=number).pk for number in range(1, 10)]


def _set(
    level_ids: list[int],
    *,
    code: str = CODE,
    year: int = YEAR,
    expected_version: int | None = None,
) -> None:
    set_class_curriculum(
        viewer=COMMAND_LINE,
        class_code=code,
        academic_year=year,
        level_ids=level_ids,
        expected_version=expected_version,
    )


def _stored(year: int = YEAR) -> list[tuple[int, int]]:
    mappings = ClassCurriculumMapping.objects.filter(school_class=CODE, academic_year=year)
    return list(mappings.order_by("priority").values_list("priority", "curriculum_level"))


def _version() -> UUID:
    return SchoolClass.objects.get(pk=CODE).curriculum_version


def _errors(level_ids: list[int], **where: object) -> list[tuple[str, tuple[str | int, ...]]]:
    with pytest.raises(ValidationFailedError) as raised:
        _set(level_ids, **where)  # type: ignore[arg-type]
    return [(error.code, error.path) for error in raised.value.errors]


def test_priorities_follow_positions(levels: list[int]) -> None:
    first, second, third, *_ = levels
    for wanted in ([first, second], [second, first], [third], [first, third, second], []):
        _set(wanted)
        assert _stored() == list(enumerate(wanted, start=1))


def test_every_change_is_a_new_version(levels: list[int]) -> None:
    versions = [_version()]
    for wanted in (levels[:2], levels[:2], levels[1::-1], [], []):
        _set(wanted)
        versions.append(_version())
    changes = [before != after for before, after in pairwise(versions)]
    assert changes == [True, False, True, True, False]
    assert len(set(versions)) == 4


def _number(year: int = YEAR) -> int:
    versions: dict[str, int] = SchoolClass.objects.get(pk=CODE).curriculum_versions
    return versions.get(str(year), 0)


def test_version_of_a_year_counts_its_changes_only(levels: list[int]) -> None:
    numbers = []
    for wanted in (levels[:2], levels[:2], [], levels[:1]):
        _set(wanted)
        numbers.append(_number())
    assert numbers == [1, 1, 2, 3]
    _set(levels[:1], year=YEAR + 1)
    assert (_number(), _number(YEAR + 1)) == (3, 1)


def test_expected_version_must_be_the_current_one(levels: list[int]) -> None:
    for wanted, expected in ((levels[:1], 0), (levels[:2], 1), ([], 2), (levels[:1], 3)):
        for wrong in (expected - 1, expected + 1):
            assert _errors(wanted, expected_version=wrong) == [
                (UserErrorCode.STALE_VERSION, ("expected_version",))
            ]
        assert _number() == expected
        _set(wanted, expected_version=expected)
    # Another year has its own version.
    _set(levels[:1], year=YEAR + 1, expected_version=0)


def test_gaps_in_the_priorities_are_closed(levels: list[int]) -> None:
    ClassCurriculumMapping.objects.create(
        school_class_id=CODE, academic_year=YEAR, curriculum_level_id=levels[0], priority=7
    )
    version = _version()
    _set([levels[0]])
    assert _stored() == [(1, levels[0])]
    assert _version() != version


def test_other_years_and_classes_do_not_change(levels: list[int]) -> None:
    make_class("OTHER")
    _set(levels[:2], year=YEAR + 1)
    _set(levels[:2], code="OTHER")
    _set([])
    assert len(_stored(YEAR + 1)) == 2
    assert ClassCurriculumMapping.objects.filter(school_class="OTHER").count() == 2


def test_all_errors_are_reported_and_nothing_is_written(levels: list[int]) -> None:
    _set(levels[:1])
    version = _version()
    assert _errors(
        [levels[0], -1, levels[0], 2**70, levels[1]], year=settings.ACADEMIC_YEARS.last + 1
    ) == [
        (UserErrorCode.YEAR_OUT_OF_RANGE, ("academic_year",)),
        (UserErrorCode.NOT_FOUND, ("level_ids", 1)),
        (UserErrorCode.DUPLICATE, ("level_ids", 2)),
        (UserErrorCode.NOT_FOUND, ("level_ids", 3)),
    ]
    assert _stored() == [(1, levels[0])]
    assert _version() == version


@pytest.mark.parametrize("code", ["NOWHERE", "", "primary_1a", "NUL\0", "PRIMARY_1A\n", "ÉLAN"])
def test_unknown_class_is_not_found(levels: list[int], code: str) -> None:
    assert _errors([], code=code) == [(UserErrorCode.NOT_FOUND, ("class_code",))]


def test_inactive_class_is_not_found(levels: list[int]) -> None:
    SchoolClass.objects.update(is_active=False)
    assert _errors(levels) == [(UserErrorCode.NOT_FOUND, ("class_code",))]


def test_statement_count_is_the_same_for_one_and_nine_levels(levels: list[int]) -> None:
    counts = []
    for wanted in (levels[:1], levels):
        with CaptureQueriesContext(connection) as captured:
            _set(wanted)
        counts.append(sum("SAVEPOINT" not in query["sql"] for query in captured))
    assert counts == [7, 7]


WRITERS, TURNS = 4, 25


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_leave_one_complete_curriculum() -> None:
    levels = _school()
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for turn in range(TURNS):
                _retry(partial(_set, _levels_of_writer(levels, writer, turn)))
                if writer == 0:
                    _retry(_touch_all_levels)
        except BaseException as failure:
            failures.append(failure)
        finally:
            _close_connection()

    threads = [threading.Thread(target=write, args=[writer]) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    last = [
        list(enumerate(_levels_of_writer(levels, each, TURNS - 1), start=1))
        for each in range(WRITERS)
    ]
    assert _stored() in last


def _touch_all_levels() -> None:
    with track_level_changes(viewer=COMMAND_LINE, levels=CurriculumLevel.objects.all()):
        pass


def _levels_of_writer(levels: list[int], writer: int, turn: int) -> list[int]:
    """Return the levels of a writer in a turn: two that no other writer sets, in alternating order."""
    pair = levels[2 * writer : 2 * writer + 2]
    return pair[::-1] if turn % 2 else pair


def _close_connection() -> None:
    """Close this thread's connection, even to an in-memory SQLite database, which Django would leave open."""
    session = connection.connection
    connection.close()
    if connection.vendor == "sqlite":
        session.close()


def _retry(write: Callable[[], None]) -> None:
    """Call ``write``. Retry on an in-memory SQLite database, which raises an error instead of waiting for a lock."""
    is_memory = connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"])
    for _ in range(1000 if is_memory else 1):
        try:
            return write()
        except OperationalError as error:
            last_error = error
            time.sleep(0.001)
    raise last_error


@pytest.mark.django_db(transaction=True)
def test_setting_a_level_waits_while_the_level_is_renamed() -> None:
    levels = _school()

    def write() -> None:
        _retry(partial(_set, levels[:1]))
        _close_connection()

    thread = threading.Thread(target=write)
    level = CurriculumLevel.objects.filter(pk=levels[0])
    with track_level_changes(viewer=COMMAND_LINE, levels=level):
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    assert _stored() == [(1, levels[0])]
