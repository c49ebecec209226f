"""Assigning and unassigning exams: the resulting statuses, and no change without a difference."""

from __future__ import annotations

import pytest

from primepath.domain.cell import CellStatus
from primepath.domain.period import Period
from tests.factories import head_teacher, make_cell, make_class, make_exam
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, errors_of, id_of, result_of

pytestmark = pytest.mark.django_db


def test_empty_cell_becomes_scheduled() -> None:
    make_class("A")
    exam, viewer = make_exam(), head_teacher()
    (cell,) = result_of("assignExams", viewer, cells=[at("A")], examIds=[id_of(exam)])
    assert (cell["status"], cell["version"], cell["exams"]) == (
        "SCHEDULED",
        1,
        [{"id": id_of(exam)}],
    )


def test_cell_becomes_empty_without_its_last_exam() -> None:
    exams = [make_exam(), make_exam()]
    make_cell(make_class("A"), exams=exams)
    viewer = head_teacher()
    statuses = [
        result_of("unassignExams", viewer, cells=[at("A")], examIds=[id_of(exam)])[0]["status"]
        for exam in exams
    ]
    assert statuses == ["SCHEDULED", "EMPTY"]


def test_draft_stays_a_draft() -> None:
    make_cell(make_class("A"), status=CellStatus.DRAFT)
    exam, viewer = make_exam(), head_teacher()
    for mutation in ("assignExams", "unassignExams"):
        (cell,) = result_of(mutation, viewer, cells=[at("A")], examIds=[id_of(exam)])
        assert cell["status"] == "DRAFT"
    assert cell["version"] == 3


@pytest.mark.parametrize("status", ["IN_PROGRESS", "COMPLETED"])
def test_exams_of_a_locked_cell_can_change_after_its_status_is_reset(status: str) -> None:
    exam, other, viewer = make_exam(), make_exam(), head_teacher()
    make_cell(make_class("A"), exams=[exam], status=status)
    values = {"cells": [at("A")], "examIds": [id_of(other)]}
    assert errors_of("assignExams", viewer, **values) == [("CELL_LOCKED", "input.cells.0")]
    # A request without any effect is allowed.
    result_of("assignExams", viewer, **{**values, "examIds": [id_of(exam)]})
    result_of("unassignExams", viewer, **values)
    result_of("updateCell", viewer, cell=at("A"), status="SCHEDULED")
    (cell,) = result_of("assignExams", viewer, **values)
    assert len(cell["exams"]) == 2


@pytest.mark.parametrize("mutation", ["assignExams", "unassignExams"])
def test_repeating_a_request_changes_nothing(mutation: str) -> None:
    exams, viewer = [make_exam(), make_exam()], head_teacher()
    make_cell(make_class("A"), exams=exams[: 1 if mutation == "assignExams" else 2])
    make_class("B")
    values = {
        "cells": [at("A"), at("B"), at("B", "MAR")],
        "examIds": [id_of(exam) for exam in exams],
    }
    first = result_of(mutation, viewer, **values)
    before = stored_rows()
    assert result_of(mutation, viewer, **values) == first
    assert stored_rows() == before


def test_only_changed_cells_get_a_new_version_and_history() -> None:
    exam, viewer = make_exam(), head_teacher()
    make_cell(make_class("A"), Period.JAN, exams=[exam])
    months = [at("A", "JAN"), at("A", "FEB")]
    cells = result_of("assignExams", viewer, cells=months, examIds=[id_of(exam)])
    assert [cell["version"] for cell in cells] == [1, 1]
    entries = stored_rows()["HistoryEntry"]
    assert [entry for entry in entries if "A/2026/JAN" in entry] == []
    assert len(entries) == 1


def test_payload_has_each_cell_once_in_input_order() -> None:
    make_class("A")
    exam, viewer = id_of(make_exam()), head_teacher()
    named = [at("A", "MAR"), {"id": "MatrixCell:A/2026/JAN"}, at("A", "JAN"), at("A", "FEB")]
    cells = result_of("assignExams", viewer, cells=named, examIds=[exam, exam])
    assert [cell["id"][-3:] for cell in cells] == ["MAR", "JAN", "FEB"]
    assert [cell["version"] for cell in cells] == [1, 1, 1]
    assert [cell["exams"] for cell in cells] == [[{"id": exam}]] * 3


def test_inactive_exam_can_stay_and_be_unassigned() -> None:
    exam, viewer = make_exam(is_active=False), head_teacher()
    make_cell(make_class("A"), exams=[exam])
    values = {"cells": [at("A")], "examIds": [id_of(exam)]}
    (cell,) = result_of("assignExams", viewer, **values)
    assert cell["version"] == 1
    (cell,) = result_of("unassignExams", viewer, **values)
    assert cell["exams"] == []


def test_quarterly_exams_and_exams_of_a_year_fit_their_cells() -> None:
    make_class("A")
    exam, viewer = make_exam(type="QUARTERLY", academic_year=2027), head_teacher()
    cells = result_of("assignExams", viewer, cells=[at("A", "Q4", 2027)], examIds=[id_of(exam)])
    assert cells[0]["id"] == "MatrixCell:A/2027/Q4"
    assert errors_of("assignExams", viewer, cells=[at("A", "Q4")], examIds=[id_of(exam)]) == [
        ("EXAM_YEAR_MISMATCH", "input.cells.0")
    ]


@pytest.mark.parametrize("mutation", ["assignExams", "unassignExams"])
def test_empty_lists_change_nothing(mutation: str) -> None:
    make_class("A")
    exam, viewer = make_exam(), head_teacher()
    assert result_of(mutation, viewer, cells=[], examIds=[id_of(exam)]) == []
    (cell,) = result_of(mutation, viewer, cells=[at("A")], examIds=[])
    assert (cell["status"], cell["version"]) == ("EMPTY", 0)
    assert stored_rows()["HistoryEntry"] == []
