"""Invalid arguments are BAD_USER_INPUT, never internal errors."""

from __future__ import annotations

import logging

import pytest
from django.test import override_settings

from primepath.domain.academic_year import AcademicYears
from tests.client import answer, data, error_codes
from tests.factories import YEAR, head_teacher, make_cell, make_class, make_exam

pytestmark = pytest.mark.django_db

INVALID_ARGUMENTS = {
    "a number of thousands of digits": "{ exams(first: %s) { totalCount } }" % ("9" * 5_000),
    "null for the id of a cell": "mutation { updateCell(input: { cell: { id: null } }) { cell { id } } }",
    "a variable that is left out": (
        "mutation ($id: ID) { updateCell(input: { cell: { id: $id } }) { cell { id } } }"
    ),
    "two ways to name one cell": (
        'mutation { updateCell(input: { cell: { id: "x", at: '
        '{ classCode: "A", academicYear: 2026, period: JAN } } }) { cell { id } } }'
    ),
}


@pytest.mark.parametrize("document", INVALID_ARGUMENTS.values(), ids=INVALID_ARGUMENTS)
def test_invalid_argument_is_bad_user_input(
    document: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = answer(document, head_teacher())
    assert set(error_codes(response).values()) == {"BAD_USER_INPUT"}
    assert not caplog.records


@override_settings(ACADEMIC_YEARS=AcademicYears(first=YEAR, last=YEAR + 1))
def test_cells_of_an_exam_omit_years_out_of_range() -> None:
    school_class, exam = make_class("A"), make_exam("Exam")
    for year in (YEAR - 1, YEAR):
        make_cell(school_class, year=year, exams=[exam])
    edges = data("{ exams { edges { node { cells { id } } } } }", head_teacher())["exams"]["edges"]
    assert edges == [{"node": {"cells": [{"id": f"MatrixCell:A/{YEAR}/JAN"}]}}]
