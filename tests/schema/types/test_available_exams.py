"""Exams that can be assigned to a cell."""

from __future__ import annotations

from typing import Any

import pytest

from primepath.domain.viewer import Viewer
from primepath.models import Exam
from tests.client import answer, data, error_codes
from tests.factories import YEAR, head_teacher, make_cell, make_class, make_exam

pytestmark = pytest.mark.django_db

AVAILABLE = """
query ($period: Period!, $year: Int!, $first: Int, $after: String) {
  matrixCell(at: {classCode: "A", academicYear: $year, period: $period}) {
    availableExams(first: $first, after: $after) {
      edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount
    }
  }
}
"""


def available(viewer: Viewer, period: str = "JAN", year: int = YEAR, **page: Any) -> Any:
    cell = data(AVAILABLE, viewer, {"period": period, "year": year, **page})["matrixCell"]
    return cell["availableExams"]


def names_of(page: Any) -> list[str]:
    return [edge["node"]["name"] for edge in page["edges"]]


def _fill_exams() -> list[Exam]:
    """Store exams of both types, some for one year. Return the exams that fit January 2026."""
    make_exam("review of any year")
    make_exam("Review of 2026", academic_year=2026)
    make_exam("review of 2027", academic_year=2027)
    make_exam("retired review", is_active=False)
    make_exam("quarterly of any year", type="QUARTERLY")
    make_exam("Quarterly of 2026", type="QUARTERLY", academic_year=2026)
    return [make_exam("already in it"), make_exam("in it and retired", is_active=False)]


def test_available_exams_are_active_fitting_and_not_assigned() -> None:
    make_cell(make_class("A"), exams=_fill_exams())
    viewer = head_teacher()
    everywhere = ["already in it", "review of any year"]
    assert names_of(available(viewer)) == ["Review of 2026", "review of any year"]
    assert names_of(available(viewer, "FEB")) == [
        "already in it",
        "Review of 2026",
        "review of any year",
    ]
    assert names_of(available(viewer, "FEB", 2027)) == [
        "already in it",
        "review of 2027",
        "review of any year",
    ]
    assert names_of(available(viewer, "DEC", 2028)) == everywhere
    assert names_of(available(viewer, "Q1")) == ["Quarterly of 2026", "quarterly of any year"]
    assert names_of(available(viewer, "Q4", 2027)) == ["quarterly of any year"]


def test_available_exams_have_pages() -> None:
    make_cell(make_class("A"), exams=_fill_exams())
    for number in range(5):
        make_exam(f"same {number % 2}")
    viewer = head_teacher()
    whole = available(viewer)
    names, after = [], None
    for _ in range(4):
        page = available(viewer, first=2, after=after)
        assert page["totalCount"] == 7
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        names += names_of(page)
        after = page["pageInfo"]["endCursor"]
    assert page["pageInfo"]["hasNextPage"] is False
    assert names == names_of(whole)
    assert len(names) == 7
    assert available(viewer, first=0)["edges"] == []


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ({"first": -1}, "BAD_USER_INPUT"),
        ({"first": 101}, "LIMIT_EXCEEDED"),
        ({"after": "nonsense"}, "BAD_USER_INPUT"),
        ({"after": ""}, "BAD_USER_INPUT"),
    ],
)
def test_invalid_page_of_available_exams_fails_alone(page: dict[str, Any], code: str) -> None:
    make_class("A")
    response = answer(AVAILABLE, head_teacher(), {"period": "JAN", "year": YEAR, **page})
    assert response["data"] == {"matrixCell": {"availableExams": None}}
    assert error_codes(response) == {"matrixCell.availableExams": code}
