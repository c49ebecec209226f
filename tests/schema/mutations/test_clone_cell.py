"""Cloning and sharing cells, in each mode for targets that have exams."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from primepath.domain.cell import CellStatus
from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.models import Exam
from tests.factories import (
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_teacher,
)
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, errors_of, id_of, key, result_of

pytestmark = pytest.mark.django_db

COPIED = ("scheduledDate", "startTime", "endTime")
OF_SOURCE: dict[str, Any] = {
    "scheduled_date": date(2026, 1, 15),
    "start_time": time(9),
    "end_time": time(10),
}
OF_TARGET: dict[str, Any] = {
    "scheduled_date": date(2026, 1, 20),
    "start_time": time(13),
    "end_time": time(14),
}


def plan() -> tuple[Exam, Exam]:
    """Store a source in A and a target in B, and return the exams of both."""
    first, second = make_exam("First"), make_exam("Second")
    make_cell(make_class("A"), exams=[first], notes="Of the source", **OF_SOURCE)
    make_cell(make_class("B"), exams=[second], notes="Of the target", **OF_TARGET)
    make_class("C")
    return first, second


def copy(mutation: str, *codes: str, mode: str) -> list[dict[str, Any]]:
    targets = (
        {"targets": [key(code) for code in codes]}
        if mutation == "cloneCell"
        else {"classCodes": codes}
    )
    cells: list[dict[str, Any]] = result_of(
        mutation, head_teacher(), source=at("A"), **targets, onExisting=mode
    )
    return cells


def copied_values(cell: dict[str, Any]) -> tuple[list[str], tuple[Any, ...], str, str]:
    exams = [exam["id"] for exam in cell["exams"]]
    return exams, tuple(cell[field] for field in COPIED), cell["notes"], cell["status"]


both = pytest.mark.parametrize("mutation", ["cloneCell", "shareCell"])


@both
def test_merging_adds_exams_and_fills_only_what_is_not_set(mutation: str) -> None:
    first, second = plan()
    target, fresh = copy(mutation, "B", "C", mode="MERGE")
    times = ("2026-01-20", "13:00:00", "14:00:00")
    assert copied_values(target) == (
        [id_of(first), id_of(second)],
        times,
        "Of the target",
        "SCHEDULED",
    )
    times = ("2026-01-15", "09:00:00", "10:00:00")
    assert copied_values(fresh) == ([id_of(first)], times, "", "SCHEDULED")


@both
def test_replacing_overwrites_exams_date_and_times(mutation: str) -> None:
    first, _ = plan()
    times = ("2026-01-15", "09:00:00", "10:00:00")
    target, fresh = copy(mutation, "B", "C", mode="REPLACE")
    assert copied_values(target) == ([id_of(first)], times, "Of the target", "SCHEDULED")
    assert copied_values(fresh) == ([id_of(first)], times, "", "SCHEDULED")


@both
def test_rejecting_accepts_only_targets_without_exams(mutation: str) -> None:
    first, _ = plan()
    (fresh,) = copy(mutation, "C", mode="REJECT")
    assert fresh["exams"] == [{"id": id_of(first)}]


@both
@pytest.mark.parametrize("mode", ["MERGE", "REPLACE"])
def test_repeating_a_copy_changes_nothing(mutation: str, mode: str) -> None:
    plan()
    first = copy(mutation, "B", "C", mode=mode)
    before = stored_rows()
    again = copy(mutation, "B", "C", mode=mode)
    after = stored_rows()
    for name in ("ExamScheduleMatrix", "MatrixCellExam", "HistoryEntry"):
        assert after[name] == before[name]
    assert again == first


@both
@pytest.mark.parametrize("mode", ["MERGE", "REPLACE", "REJECT"])
def test_copying_a_cell_to_itself_changes_nothing(mutation: str, mode: str) -> None:
    first, _ = plan()
    (cell,) = copy(mutation, "A", mode=mode)
    times = ("2026-01-15", "09:00:00", "10:00:00")
    assert copied_values(cell) == ([id_of(first)], times, "Of the source", "SCHEDULED")
    assert cell["version"] == 1


@pytest.mark.parametrize("mode", ["MERGE", "REPLACE"])
def test_date_is_copied_only_if_it_is_in_the_period(mode: str) -> None:
    plan()
    make_cell(make_class("D"), Period.Q1, status=CellStatus.DRAFT, **OF_SOURCE)
    targets = [key("C"), key("C", "FEB"), key("C", "JAN", 2027), key("C", "Q1"), key("C", "Q2")]
    cells = result_of(
        "cloneCell", head_teacher(), source=at("D", "Q1"), targets=targets, onExisting=mode
    )
    assert [cell["scheduledDate"] for cell in cells] == [
        *("2026-01-15", None, None),
        *("2026-01-15", None),
    ]
    assert {cell["startTime"] for cell in cells} == {"09:00:00"}
    assert {cell["status"] for cell in cells} == {"EMPTY"}


def test_replacing_with_a_source_without_exams_empties_the_target() -> None:
    plan()
    (cell,) = result_of(
        "cloneCell",
        head_teacher(),
        source=at("C"),
        targets=[key("B")],
        onExisting="REPLACE",
    )
    assert copied_values(cell) == ([], (None, None, None), "Of the target", "EMPTY")


def test_view_access_to_the_source_is_required() -> None:
    plan()
    teacher = make_teacher()
    for code, level in (("A", AccessLevel.VIEW), ("C", AccessLevel.CO_TEACHER)):
        assign(teacher, make_class(f"MY_{code}"), level)
    viewer = as_viewer(teacher)
    exam = make_exam()
    head = head_teacher()
    result_of("assignExams", head, cells=[at("MY_A")], examIds=[id_of(exam)])
    (cell,) = result_of("shareCell", viewer, source=at("MY_A"), classCodes=["MY_C"])
    assert cell["exams"] == [{"id": id_of(exam)}]
    assert errors_of("shareCell", viewer, source=at("A"), classCodes=["MY_C"]) == [
        ("NOT_FOUND", "input.source")
    ]
    assert errors_of("shareCell", viewer, source=at("MY_C"), classCodes=["MY_A"]) == [
        ("FORBIDDEN", "input.classCodes.0")
    ]


def test_locked_source_can_be_copied_without_its_status() -> None:
    exam = make_exam()
    make_cell(make_class("A"), exams=[exam], status=CellStatus.COMPLETED)
    (cell,) = result_of("cloneCell", head_teacher(), source=at("A"), targets=[key("A", "MAY")])
    assert (cell["status"], cell["exams"]) == ("SCHEDULED", [{"id": id_of(exam)}])
