"""A change that is committed late is told to whoever looked before, whatever was committed meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction

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
from tests.schema.phone import Phone, told
from tests.writing.conversation import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

several_writers = pytest.mark.skipif(
    "connection.vendor == 'sqlite'", reason="SQLite lets one writer in at a time."
)


@pytest.fixture(autouse=True)
def _school(shared_database: str) -> None:
    """Classes A, B and C, of which nothing is left to be stored; the exam in A/JAN and B/JAN has a level."""
    exam = make_exam(curriculum_level=make_level())
    for code in "ABC":
        school_class = make_class(code)
        if code != "C":
            make_cell(school_class, exams=[exam])
    Phone(COMMAND_LINE)


@contextmanager
def held_back(*changes: Callable[[], object]) -> Iterator[None]:
    """Makes the changes in a transaction of another connection, which is committed when the block is left."""
    written, finish = threading.Event(), threading.Event()
    here = connection.copy
    failures: list[BaseException] = []

    def work() -> None:
        connections["default"] = here()
        try:
            with transaction.atomic():
                for change in changes:
                    change()
                written.set()
                assert finish.wait(PATIENCE)
        except BaseException as failure:
            failures.append(failure)
        finally:
            written.set()
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert written.wait(PATIENCE)
        yield
    finally:
        finish.set()
        thread.join()
    assert not failures, failures


def note(code: str, period: str = "JAN", notes: str = "x") -> None:
    key = CellKey(code, YEAR, Period(period))
    update_cell(viewer=COMMAND_LINE, cell=key, changes={"notes": notes})


def rename_the_exam() -> None:
    update_exam(viewer=COMMAND_LINE, exam_id=Exam.objects.get().pk, values={"name": "Other"})


def rename_the_level() -> None:
    with track_level_changes(viewer=COMMAND_LINE, levels=CurriculumLevel.objects.all()):
        Program.objects.update(name="EDGE")


def put_the_exam_in() -> None:
    key = CellKey("C", YEAR, Period.DEC)
    assign_exams(viewer=COMMAND_LINE, cells=[key], exam_ids=[Exam.objects.get().pk])


def learn() -> None:
    levels = [CurriculumLevel.objects.get().pk]
    set_class_curriculum(viewer=COMMAND_LINE, class_code="B", academic_year=YEAR, level_ids=levels)


LATE: dict[str, tuple[Callable[[], None], dict[str, list[str]]]] = {
    "a cell": (lambda: note("A"), {"A": ["JAN"]}),
    "an exam": (rename_the_exam, {"A": ["JAN"], "B": ["JAN"]}),
    "a level": (rename_the_level, {"A": ["JAN"], "B": ["JAN"]}),
    "an exam of a cell": (put_the_exam_in, {"C": ["DEC"]}),
    "a curriculum": (learn, {"B": []}),
}


@pytest.mark.parametrize("late", LATE)
def test_a_change_that_was_open_when_a_phone_looked_is_told_the_next_time(late: str) -> None:
    change, expected = LATE[late]
    phone = Phone(COMMAND_LINE)
    with held_back(change):
        for _ in range(2):
            assert told(phone.catch_up()) == {}
    assert told(phone.catch_up()) == expected
    assert phone.rows == phone.all_there_is()
    assert told(phone.catch_up()) == {}


@several_writers
@pytest.mark.parametrize("late", LATE)
def test_it_is_told_also_where_newer_changes_were_seen_before_it(late: str) -> None:
    change, expected = LATE[late]
    phone = Phone(COMMAND_LINE)
    with held_back(change):
        note("C", "FEB")
        assert told(phone.catch_up()) == {"C": ["FEB"]}
        seen = HistoryEntry.objects.latest("pk").pk
        assert told(phone.catch_up()).keys() <= {"C"}
    # It has a lower key than the change that was seen, and an earlier time.
    if late != "a curriculum":
        assert HistoryEntry.objects.exclude(subject_key="C/2026/FEB").latest("pk").pk < seen
    found = told(phone.catch_up())
    assert expected.items() <= found.items() or found["C"] == ["FEB", *expected["C"]]
    assert phone.rows == phone.all_there_is()
    assert told(phone.catch_up()) == {}


@several_writers
def test_of_two_open_changes_the_one_that_is_committed_first_hides_not_the_other() -> None:
    phone = Phone(COMMAND_LINE)
    with held_back(lambda: note("A")):
        with held_back(lambda: note("B")):
            assert told(phone.catch_up()) == {}
        assert told(phone.catch_up()) == {"B": ["JAN"]}
        note("C")
        assert "C" in told(phone.catch_up())
    assert told(phone.catch_up())["A"] == ["JAN"]
    assert phone.rows == phone.all_there_is()
    assert told(phone.catch_up()) == {}


@several_writers
def test_it_is_told_though_it_began_after_the_newest_one_that_is_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has a higher number than any transaction that ended, and an entry with a lower key than the newest one seen."""
    phone = Phone(COMMAND_LINE)
    with ExitStack() as still_open:

        def let_another_begin(**options: Any) -> None:
            monkeypatch.setattr(writing, "record", record)
            still_open.enter_context(held_back(lambda: note("A")))
            record(**options)

        monkeypatch.setattr(writing, "record", let_another_begin)
        note("C")
        assert told(phone.catch_up()) == {"C": ["JAN"]}
    assert told(phone.catch_up())["A"] == ["JAN"]
    assert phone.rows == phone.all_there_is()
    assert told(phone.catch_up()) == {}


@several_writers
def test_a_change_that_was_rolled_back_leaves_nothing_to_tell() -> None:
    phone = Phone(COMMAND_LINE)

    def give_up() -> None:
        note("A")
        transaction.set_rollback(True)

    with held_back(give_up):
        note("B")
        assert told(phone.catch_up()) == {"B": ["JAN"]}
    assert told(phone.catch_up()).keys() <= {"B"}
    assert told(phone.catch_up()) == {}


def test_what_changes_while_an_answer_is_read_is_told_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    phone = Phone(head_teacher())
    manager = type(HistoryEntry.objects.all())
    position = manager.position

    def look_and_go_on(entries: object) -> object:
        found = position(entries)  # type: ignore[arg-type]
        note("A", notes="late")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(manager, "position", look_and_go_on)
        phone.catch_up()
    assert told(phone.catch_up()) == {"A": ["JAN"]}
    assert phone.rows == phone.all_there_is()
    assert told(phone.catch_up()) == {}
