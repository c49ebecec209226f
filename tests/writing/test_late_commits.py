"""A delta contains a change that was committed late, even if later changes were committed and read before it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import Exam, HistoryEntry, Program
from primepath.models.curriculum import CurriculumLevel
from primepath.services.cells import writing
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.cells.update_cell import update_cell
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.exams.update_exam import update_exam
from primepath.services.history import record
from tests.factories import YEAR, head_teacher, make_cell, make_class, make_exam, make_level
from tests.schema.mobile_client import MobileClient, periods_by_class
from tests.writing.transactions import open_transaction

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.serial]

several_writers = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"),
    reason="SQLite allows one writer at a time.",
)


@pytest.fixture(autouse=True)
def _school(shared_database: str) -> None:
    """Classes A, B and C with all cells stored. The exam in A/JAN and B/JAN has a level."""
    exam = make_exam(curriculum_level=make_level())
    for code in "ABC":
        school_class = make_class(code)
        if code != "C":
            make_cell(school_class, exams=[exam])
    MobileClient(COMMAND_LINE)


def note(code: str, period: str = "JAN", notes: str = "x") -> None:
    key = CellKey(code, YEAR, Period(period))
    update_cell(viewer=COMMAND_LINE, cell=key, changes={"notes": notes})


def rename_the_exam() -> None:
    update_exam(viewer=COMMAND_LINE, exam_id=Exam.objects.get().pk, values={"name": "Other"})


def rename_the_level() -> None:
    with track_level_changes(viewer=COMMAND_LINE, levels=CurriculumLevel.objects.all()):
        Program.objects.update(name="EDGE")


def assign_the_exam() -> None:
    key = CellKey("C", YEAR, Period.DEC)
    assign_exams(viewer=COMMAND_LINE, cells=[key], exam_ids=[Exam.objects.get().pk])


def set_curriculum() -> None:
    levels = [CurriculumLevel.objects.get().pk]
    set_class_curriculum(viewer=COMMAND_LINE, class_code="B", academic_year=YEAR, level_ids=levels)


LATE: dict[str, tuple[Callable[[], None], dict[str, list[str]]]] = {
    "a cell": (lambda: note("A"), {"A": ["JAN"]}),
    "an exam": (rename_the_exam, {"A": ["JAN"], "B": ["JAN"]}),
    "a level": (rename_the_level, {"A": ["JAN"], "B": ["JAN"]}),
    "an exam of a cell": (assign_the_exam, {"C": ["DEC"]}),
    "a curriculum": (set_curriculum, {"B": []}),
}


@pytest.mark.parametrize("late", LATE)
def test_change_that_was_uncommitted_during_a_sync_is_in_the_next_one(late: str) -> None:
    change, expected = LATE[late]
    client = MobileClient(COMMAND_LINE)
    with open_transaction(change):
        for _ in range(2):
            assert periods_by_class(client.sync()) == {}
    assert periods_by_class(client.sync()) == expected
    assert client.rows == client.fetch_all()
    assert periods_by_class(client.sync()) == {}


@several_writers
@pytest.mark.parametrize("late", LATE)
def test_late_change_is_found_after_newer_changes_were_read(late: str) -> None:
    change, expected = LATE[late]
    client = MobileClient(COMMAND_LINE)
    with open_transaction(change):
        note("C", "FEB")
        assert periods_by_class(client.sync()) == {"C": ["FEB"]}
        seen = HistoryEntry.objects.latest("pk").pk
        assert periods_by_class(client.sync()).keys() <= {"C"}
    # It has a lower primary key and an earlier time than the change that was read before.
    if late != "a curriculum":
        assert HistoryEntry.objects.exclude(subject_key="C/2026/FEB").latest("pk").pk < seen
    found = periods_by_class(client.sync())
    assert expected.items() <= found.items() or found["C"] == ["FEB", *expected["C"]]
    assert client.rows == client.fetch_all()
    assert periods_by_class(client.sync()) == {}


@several_writers
def test_first_commit_of_two_open_changes_does_not_hide_the_second() -> None:
    client = MobileClient(COMMAND_LINE)
    with open_transaction(lambda: note("A")):
        with open_transaction(lambda: note("B")):
            assert periods_by_class(client.sync()) == {}
        assert periods_by_class(client.sync()) == {"B": ["JAN"]}
        note("C")
        assert "C" in periods_by_class(client.sync())
    assert periods_by_class(client.sync())["A"] == ["JAN"]
    assert client.rows == client.fetch_all()
    assert periods_by_class(client.sync()) == {}


@several_writers
def test_change_that_began_after_the_newest_complete_one_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its transaction id is higher than that of any transaction that ended. Its entry's key is lower than the newest read."""
    client = MobileClient(COMMAND_LINE)
    with ExitStack() as open_transactions:

        def start_another_change(**options: Any) -> None:
            monkeypatch.setattr(writing, "record", record)
            open_transactions.enter_context(open_transaction(lambda: note("A")))
            record(**options)

        monkeypatch.setattr(writing, "record", start_another_change)
        note("C")
        assert periods_by_class(client.sync()) == {"C": ["JAN"]}
    assert periods_by_class(client.sync())["A"] == ["JAN"]
    assert client.rows == client.fetch_all()
    assert periods_by_class(client.sync()) == {}


@several_writers
def test_rolled_back_change_is_in_no_delta() -> None:
    client = MobileClient(COMMAND_LINE)

    def change_and_roll_back() -> None:
        note("A")
        transaction.set_rollback(True)

    with open_transaction(change_and_roll_back):
        note("B")
        assert periods_by_class(client.sync()) == {"B": ["JAN"]}
    assert periods_by_class(client.sync()).keys() <= {"B"}
    assert periods_by_class(client.sync()) == {}


def test_change_during_a_sync_is_in_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = MobileClient(head_teacher())
    manager = type(HistoryEntry.objects.all())
    position = manager.position

    def change_after_reading_the_position(entries: object) -> object:
        found = position(entries)  # type: ignore[arg-type]
        with open_transaction(lambda: note("A", notes="late")):
            pass
        return found

    with monkeypatch.context() as patch:
        patch.setattr(manager, "position", change_after_reading_the_position)
        client.sync()
    assert periods_by_class(client.sync()) == {"A": ["JAN"]}
    assert client.rows == client.fetch_all()
    assert periods_by_class(client.sync()) == {}
