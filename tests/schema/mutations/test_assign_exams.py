"""Putting exams into cells and taking them out: the statuses that follow, and nothing where nothing changes."""

from __future__ import annotations

import pytest

from primepath.domain.cell import CellStatus
from primepath.domain.period import Period
from tests.factories import head_teacher, make_cell, make_class, make_exam
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, done, id_of, refused

pytestmark = pytest.mark.django_db


def test_a_cell_that_nobody_has_touched_becomes_scheduled() -> None:
    make_class("A")
    exam, viewer = make_exam(), head_teacher()
    (cell,) = done("assignExams", viewer, cells=[at("A")], examIds=[id_of(exam)])
    assert (cell["status"], cell["version"], cell["exams"]) == (
        "SCHEDULED",
        1,
        [{"id": id_of(exam)}],
    )


def test_a_cell_that_loses_its_last_exam_becomes_empty() -> None:
    exams = [make_exam(), make_exam()]
    make_cell(make_class("A"), exams=exams)
    viewer = head_teacher()
    statuses = [
        done("unassignExams", viewer, cells=[at("A")], examIds=[id_of(exam)])[0]["status"]
        for exam in exams
    ]
    assert statuses == ["SCHEDULED", "EMPTY"]


def test_a_draft_stays_a_draft_with_and_without_exams() -> None:
    make_cell(make_class("A"), status=CellStatus.DRAFT)
    exam, viewer = make_exam(), head_teacher()
    for mutation in ("assignExams", "unassignExams"):
        (cell,) = done(mutation, viewer, cells=[at("A")], examIds=[id_of(exam)])
        assert cell["status"] == "DRAFT"
    assert cell["version"] == 3


@pytest.mark.parametrize("status", ["IN_PROGRESS", "COMPLETED"])
def test_the_exams_of_a_locked_cell_change_once_its_status_is_set_back(status: str) -> None:
    exam, other, viewer = make_exam(), make_exam(), head_teacher()
    make_cell(make_class("A"), exams=[exam], status=status)
    values = {"cells": [at("A")], "examIds": [id_of(other)]}
    assert refused("assignExams", viewer, **values) == [("CELL_LOCKED", "input.cells.0")]
    # What would change nothing is no change.
    done("assignExams", viewer, **{**values, "examIds": [id_of(exam)]})
    done("unassignExams", viewer, **values)
    done("updateCell", viewer, cell=at("A"), status="SCHEDULED")
    (cell,) = done("assignExams", viewer, **values)
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
    first = done(mutation, viewer, **values)
    before = stored_rows()
    assert done(mutation, viewer, **values) == first
    assert stored_rows() == before


def test_only_cells_that_change_get_a_new_version_and_history() -> None:
    exam, viewer = make_exam(), head_teacher()
    make_cell(make_class("A"), Period.JAN, exams=[exam])
    months = [at("A", "JAN"), at("A", "FEB")]
    cells = done("assignExams", viewer, cells=months, examIds=[id_of(exam)])
    assert [cell["version"] for cell in cells] == [1, 1]
    entries = stored_rows()["HistoryEntry"]
    assert [entry for entry in entries if "A/2026/JAN" in entry] == []
    assert len(entries) == 1


def test_cells_answer_in_the_order_of_the_input_each_once_however_they_are_named() -> None:
    make_class("A")
    exam, viewer = id_of(make_exam()), head_teacher()
    named = [at("A", "MAR"), {"id": "MatrixCell:A/2026/JAN"}, at("A", "JAN"), at("A", "FEB")]
    cells = done("assignExams", viewer, cells=named, examIds=[exam, exam])
    assert [cell["id"][-3:] for cell in cells] == ["MAR", "JAN", "FEB"]
    assert [cell["version"] for cell in cells] == [1, 1, 1]
    assert [cell["exams"] for cell in cells] == [[{"id": exam}]] * 3


def test_an_inactive_exam_may_stay_and_be_taken_out() -> None:
    exam, viewer = make_exam(is_active=False), head_teacher()
    make_cell(make_class("A"), exams=[exam])
    values = {"cells": [at("A")], "examIds": [id_of(exam)]}
    (cell,) = done("assignExams", viewer, **values)
    assert cell["version"] == 1
    (cell,) = done("unassignExams", viewer, **values)
    assert cell["exams"] == []


def test_quarters_take_quarterly_exams_and_an_exam_of_a_year_goes_into_that_year() -> None:
    make_class("A")
    exam, viewer = make_exam(type="QUARTERLY", academic_year=2027), head_teacher()
    cells = done("assignExams", viewer, cells=[at("A", "Q4", 2027)], examIds=[id_of(exam)])
    assert cells[0]["id"] == "MatrixCell:A/2027/Q4"
    assert refused("assignExams", viewer, cells=[at("A", "Q4")], examIds=[id_of(exam)]) == [
        ("EXAM_YEAR_MISMATCH", "input.cells.0")
    ]


@pytest.mark.parametrize("mutation", ["assignExams", "unassignExams"])
def test_no_cells_or_no_exams_change_nothing(mutation: str) -> None:
    make_class("A")
    exam, viewer = make_exam(), head_teacher()
    assert done(mutation, viewer, cells=[], examIds=[id_of(exam)]) == []
    (cell,) = done(mutation, viewer, cells=[at("A")], examIds=[])
    assert (cell["status"], cell["version"]) == ("EMPTY", 0)
    assert stored_rows()["HistoryEntry"] == []
