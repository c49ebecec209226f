"""An answer shows one state of the database, whatever is committed while it is assembled.

Nothing here hopes for a race: another connection commits between two SELECTs of the operation, each in turn.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import Exam, ExamScheduleMatrix, MatrixCellExam, SchoolClass
from primepath.services.access.revoke_teacher import revoke_teacher
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.cells.update_cell import update_cell
from tests.client import answer, data, error_codes
from tests.factories import (
    YEAR,
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_teacher,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("shared_database"),
    pytest.mark.slow,
]

MARCH = CellKey("A", YEAR, Period.MAR)
MATRIX = """
{
  scheduleMatrix(academicYear: 2026) {
    rows {
      schoolClass { code name teachers { teacher { name } accessLevel } }
      accessLevel
      cells(periods: [MAR]) {
        id status version notes examCount exams { name } createdBy { name }
        history(first: 5) { totalCount }
      }
    }
  }
}
"""
LEADING_BACK = """
{ schoolClass(code: "A") { cells(periods: [MAR]) { version exams { name cells { id version } } } } }
"""
ASSIGNMENTS = "{ viewer { assignments { accessLevel schoolClass { code name } } } }"


def elsewhere(act: Callable[[], object]) -> None:
    """Run ``act`` on another connection to the same database, and wait until it has committed."""
    here = connections["default"]
    failures: list[Exception] = []

    def run() -> None:
        connections["default"] = type(here)(here.settings_dict, "default")
        try:
            act()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert failures == []


@contextmanager
def committed_after(number: int, act: Callable[[], object]) -> Iterator[list[str]]:
    """The SELECTs that run in the block. ``act`` commits elsewhere after the one with this number, from 0."""
    selects: list[str] = []

    def pause(execute: Any, sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if sql.removeprefix("(").startswith("SELECT"):
            selects.append(sql)
            if len(selects) == number + 1:
                elsewhere(act)
        return result

    with connection.execute_wrapper(pause):
        yield selects


@pytest.fixture
def mina() -> Viewer:
    """A teacher of class A, with an exam in March."""
    teacher = make_teacher("mina")
    school_class = make_class("A")
    make_cell(school_class, MARCH.period, exams=[make_exam("Phonics")], notes="Before")
    assign(teacher, school_class)
    return as_viewer(teacher)


def change_everything() -> None:
    head = head_teacher()
    exams = [make_exam("Grammar").pk, make_exam("Spelling").pk]
    with transaction.atomic():
        assign_exams(viewer=head, cells=[MARCH], exam_ids=exams)
        update_cell(viewer=head, cell=MARCH, changes={"notes": "After"})
        SchoolClass.objects.filter(pk="A").update(name="Another name")
        assign(make_teacher("juno"), SchoolClass.objects.get(pk="A"), AccessLevel.VIEW)


def states(document: str, viewer: Viewer, act: Callable[[], object]) -> list[Any]:
    """Return what the document shows before ``act`` and after it. The change is then rolled back."""
    before = data(document, viewer)
    with transaction.atomic():
        act()
        after = data(document, viewer)
        transaction.set_rollback(True)
    return [before, after]


@pytest.mark.parametrize("document", [MATRIX, LEADING_BACK, ASSIGNMENTS])
@pytest.mark.parametrize("number", range(8))
def test_answer_is_the_state_before_a_change_or_after_it(
    mina: Viewer, document: str, number: int
) -> None:
    expected = states(document, mina, change_everything)
    assert expected[0] != expected[1]
    with committed_after(number, change_everything) as selects:
        response = data(document, mina)
    if number >= len(selects):
        pytest.skip("The document takes fewer SELECTs.")
    assert response in expected


@pytest.mark.parametrize("document", [MATRIX, ASSIGNMENTS])
@pytest.mark.parametrize("number", range(8))
def test_access_that_ends_in_between_is_there_or_not(
    mina: Viewer, document: str, number: int
) -> None:
    (assignment,) = SchoolClass.objects.get(pk="A").assignments.all()

    def revoke() -> None:
        revoke_teacher(viewer=head_teacher(), assignment_id=assignment.pk)

    expected = states(document, mina, revoke)
    with committed_after(number, revoke) as selects:
        response = data(document, mina)
    if number >= len(selects):
        pytest.skip("The document takes fewer SELECTs.")
    assert response in expected


def test_expected_version_refuses_what_the_answer_did_not_show(mina: Viewer) -> None:
    seen = """{ schoolClass(code: "A") { cells(periods: [MAR]) { version exams { cells { id } } } } }"""

    def add() -> None:
        assign_exams(viewer=head_teacher(), cells=[MARCH], exam_ids=[make_exam("Grammar").pk])

    with committed_after(1, add):
        (cell,) = data(seen, mina)["schoolClass"]["cells"]
    update = (
        'mutation { updateCell(input: {cell: {id: "MatrixCell:A/2026/MAR"}, expectedVersion: %d, notes: "Mine"})'
        " { userErrors { code } } }"
    )
    (error,) = data(update % cell["version"], mina)["updateCell"]["userErrors"]
    assert (len(cell["exams"]), error["code"]) == (1, "STALE_VERSION")


def test_payload_of_a_mutation_has_a_snapshot_that_ends_before_the_next(mina: Viewer) -> None:
    document = """
    mutation {
      first: updateCell(input: {cell: {id: "MatrixCell:A/2026/MAR"}, notes: "First"}) { ...Cell }
      second: updateCell(input: {cell: {id: "MatrixCell:A/2026/MAR"}, startTime: "09:00"}) { ...Cell }
    }
    fragment Cell on MatrixCellPayload { cell { notes startTime version examCount } }
    """
    payloads = 0

    def add_exam_in_the_first_payload(execute: Any, sql: str, *args: Any) -> Any:
        nonlocal payloads
        result = execute(sql, *args)
        if sql.startswith("SELECT") and "schoolclass" in sql and not connection.in_atomic_block:
            payloads += 1
            if payloads == 1:
                elsewhere(add_exam)
        return result

    def add_exam() -> None:
        assign_exams(viewer=head_teacher(), cells=[MARCH], exam_ids=[make_exam("Grammar").pk])

    with connection.execute_wrapper(add_exam_in_the_first_payload):
        response = data(document, mina)
    first, second = response["first"]["cell"], response["second"]["cell"]
    assert first == {"notes": "First", "startTime": None, "version": 2, "examCount": 1}
    assert second == {"notes": "First", "startTime": "09:00:00", "version": 4, "examCount": 2}
    assert payloads == 2


def test_fields_beside_a_failing_batch_are_of_the_same_snapshot(
    mina: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_ids: list[str]) -> None:
        elsewhere(change_everything)
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM primepath_exam")

    monkeypatch.setattr("loaders.completion.completion_of_cells", fail)
    document = """
    {
      schoolClass(code: "A") {
        name
        cells(periods: [MAR]) { notes completion { completed } }
        curriculum { label }
        teachers { teacher { name } }
      }
      exams { totalCount }
    }
    """
    response = answer(document, mina)
    assert error_codes(response) == {"schoolClass.cells.0.completion": "INTERNAL"}
    shown = response["data"]["schoolClass"]
    assert (shown["name"], shown["cells"][0]["notes"]) == ("Class A", "Before")
    assert len(shown["teachers"]) == 1
    assert response["data"]["exams"] == {"totalCount": 1}
    assert data("{ exams { totalCount } }", mina) == {"exams": {"totalCount": 3}}


def test_reading_writes_nothing(mina: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(_ids: list[str]) -> list[Any]:
        Exam.objects.update(is_active=False)
        return []

    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no read-only transactions.")
    monkeypatch.setattr("loaders.completion.completion_of_cells", write)
    document = '{ schoolClass(code: "A") { cells(periods: [MAR]) { completion { completed } } } }'
    response = answer(document, mina)
    # PostgreSQL refuses it as a read-only server would.
    assert error_codes(response) == {"schoolClass.cells.0.completion": "UNAVAILABLE"}
    assert Exam.objects.filter(is_active=True).count() == 1


def test_reader_of_missing_cells_does_not_wait_for_a_writer(
    mina: Viewer, settings: Settings
) -> None:
    """The writer has the lock that storing them needs, for longer than a reader would have to wait."""
    longest = 30
    begun, done = threading.Event(), threading.Event()

    def hold_the_lock() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("LOCK TABLE primepath_examschedulematrix IN SHARE MODE")
            begun.set()
            done.wait(longest)

    here = connections["default"]

    def start() -> None:
        connections["default"] = here
        elsewhere(hold_the_lock)

    writer = threading.Thread(target=start)
    writer.start()
    try:
        assert begun.wait(longest)
        asked = time.monotonic()
        cells = data('{ schoolClass(code: "A") { cells { status } } }', mina)["schoolClass"][
            "cells"
        ]
        waited = time.monotonic() - asked
    finally:
        done.set()
        writer.join()
    assert [cell["status"] for cell in cells].count("EMPTY") == 15
    assert waited < longest / 3
    assert ExamScheduleMatrix.objects.count() == 1
    data('{ schoolClass(code: "A") { cells { status } } }', mina)
    assert ExamScheduleMatrix.objects.count() == 16


def test_a_snapshot_is_over_when_the_operation_is(mina: Viewer) -> None:
    data(MATRIX, mina)
    with transaction.atomic():
        MatrixCellExam.objects.all().delete()
    assert data(MATRIX, mina)["scheduleMatrix"]["rows"][0]["cells"][0]["examCount"] == 0
