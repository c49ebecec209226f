"""Rows and cells of the matrix: selection and order."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from primepath.domain.academic_year import AcademicYears
from primepath.domain.period import MONTHS, PERIODS, QUARTERS
from primepath.models import ExamScheduleMatrix
from tests.client import answer, data, error_codes
from tests.factories import YEAR, as_viewer, assign, head_teacher, make_class, make_teacher

pytestmark = pytest.mark.django_db

ROWS = """
query ($year: Int, $codes: [String!]) {
  scheduleMatrix(academicYear: $year, classCodes: $codes) {
    academicYear
    rows { academicYear schoolClass { code } cells { id } }
    unavailableClassCodes
  }
}
"""
# In school order, which differs from the order of the codes.
SCHOOL = [
    ("Z", {"division": "PRIMARY", "grade": 1, "section": "A"}),
    ("Y", {"division": "PRIMARY", "grade": 1, "section": "B"}),
    ("X", {"division": "PRIMARY", "grade": 2, "section": "A"}),
    ("W", {"division": "PRIMARY", "grade": 10, "section": "A"}),
    ("V", {"division": "MIDDLE", "grade": 1, "section": "A"}),
    ("U", {"division": "HIGH", "grade": 1, "section": "B"}),
    ("U-1", {"division": "HIGH", "grade": 1, "section": "B"}),
    ("T", {"division": "HIGH", "grade": 1, "section": "a"}),
]
CODES = [code for code, _ in SCHOOL]


def make_school() -> None:
    for code, values in SCHOOL[3:] + SCHOOL[:3]:
        make_class(code, **values)


def codes_of(matrix: Any) -> list[str]:
    return [row["schoolClass"]["code"] for row in matrix["rows"]]


def test_rows_are_ordered_by_division_grade_and_section() -> None:
    make_school()
    matrix = data(ROWS, head_teacher(), {"year": YEAR})["scheduleMatrix"]
    assert codes_of(matrix) == CODES
    assert {row["academicYear"] for row in matrix["rows"]} == {YEAR}
    assert matrix["unavailableClassCodes"] == []


def test_rows_of_a_teacher_have_the_same_order() -> None:
    make_school()
    teacher = make_teacher()
    for code in "U", "X", "W", "Z":
        assign(teacher, make_class(f"{code}0", **dict(SCHOOL)[code]))
    matrix = data(ROWS, as_viewer(teacher), {"year": YEAR})["scheduleMatrix"]
    assert codes_of(matrix) == ["Z0", "X0", "W0", "U0"]


def test_requested_classes_are_returned_once_in_school_order() -> None:
    make_school()
    codes = ["V", "W", "nothing", "Z", "V", "MISSING", "nothing", "Z"]
    matrix = data(ROWS, head_teacher(), {"year": YEAR, "codes": codes})["scheduleMatrix"]
    assert codes_of(matrix) == ["Z", "W", "V"]
    assert matrix["unavailableClassCodes"] == ["nothing", "MISSING"]


def test_empty_list_returns_no_class_and_null_returns_all() -> None:
    make_school()
    viewer = head_teacher()
    none = data(ROWS, viewer, {"year": YEAR, "codes": []})["scheduleMatrix"]
    assert none == {"academicYear": YEAR, "rows": [], "unavailableClassCodes": []}
    every = data(ROWS, viewer, {"year": YEAR, "codes": None})["scheduleMatrix"]
    assert codes_of(every) == CODES


def test_impossible_class_codes_are_unavailable() -> None:
    make_class("A")
    odd = [
        "",
        " ",
        "a",
        "A ",
        "A\n",
        "A/2026",
        "A\0",
        "*",
        "%",
        "A'",
        "é",
        "반",
        "A" * 33,
        "A" * 9_999,
    ]
    matrix = data(ROWS, head_teacher(), {"year": YEAR, "codes": [*odd, "A"]})["scheduleMatrix"]
    assert codes_of(matrix) == ["A"]
    assert matrix["unavailableClassCodes"] == odd


def test_1000_classes_are_the_maximum() -> None:
    make_class("A")
    codes = ["A"] * 1_000
    viewer = head_teacher()
    assert codes_of(data(ROWS, viewer, {"codes": codes})["scheduleMatrix"]) == ["A"]
    response = answer(ROWS, viewer, {"codes": [*codes, "A"]})
    assert response["data"] == {"scheduleMatrix": None}
    assert error_codes(response) == {"scheduleMatrix": "LIMIT_EXCEEDED"}


def test_one_document_can_request_several_years() -> None:
    make_class("A")
    document = (
        "{"
        + "".join(
            f"y{year}: scheduleMatrix(academicYear: {year}) {{ academicYear rows {{ cells(periods: [Q1]) {{ id academicYear }} }} }}"
            for year in (2025, 2026, 2027)
        )
        + "}"
    )
    for year, matrix in zip(
        (2025, 2026, 2027), data(document, head_teacher()).values(), strict=True
    ):
        assert matrix == {
            "academicYear": year,
            "rows": [{"cells": [{"id": f"MatrixCell:A/{year}/Q1", "academicYear": year}]}],
        }


@pytest.mark.parametrize(
    ("now", "time_zone", "year"),
    [
        ("2026-07-01T00:00:00Z", "Asia/Seoul", 2026),
        ("2026-12-31T14:59:59Z", "Asia/Seoul", 2026),
        ("2026-12-31T15:00:00Z", "Asia/Seoul", 2027),
        ("2027-01-01T04:59:59Z", "America/New_York", 2026),
        ("2027-01-01T05:00:00Z", "America/New_York", 2027),
        ("2019-07-01T00:00:00Z", "Asia/Seoul", 2020),
        ("2036-07-01T00:00:00Z", "Asia/Seoul", 2035),
    ],
)
def test_year_defaults_to_the_current_one_at_the_school(
    now: str, time_zone: str, year: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_class("A")
    viewer = head_teacher()
    settings.TIME_ZONE = time_zone
    settings.ACADEMIC_YEARS = AcademicYears(2020, 2035)
    moment = datetime.datetime.fromisoformat(now)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    answered = data(
        """
        query ($null: Int) {
          school { currentAcademicYear timeZone }
          absent: scheduleMatrix { academicYear }
          null: scheduleMatrix(academicYear: $null) { academicYear }
          schoolClass(code: "A") { cells(periods: [JAN]) { academicYear } }
        }
        """,
        viewer,
        {"null": None},
    )
    assert answered == {
        "school": {"currentAcademicYear": year, "timeZone": time_zone},
        "absent": {"academicYear": year},
        "null": {"academicYear": year},
        "schoolClass": {"cells": [{"academicYear": year}]},
    }


@pytest.mark.parametrize("year", [2019, 2036, 0, -2026, 2**31 - 1])
def test_year_out_of_range_is_bad_input_with_the_range(year: int, settings: Settings) -> None:
    settings.ACADEMIC_YEARS = AcademicYears(2020, 2035)
    make_class("A")
    response = answer(
        "query ($year: Int) { scheduleMatrix(academicYear: $year) { academicYear }"
        ' schoolClass(code: "A") { code cells(academicYear: $year) { id }'
        " curriculum(academicYear: $year) { label } } }",
        head_teacher(),
        {"year": year},
    )
    assert response["data"] == {
        "scheduleMatrix": None,
        "schoolClass": {"code": "A", "cells": None, "curriculum": None},
    }
    assert error_codes(response) == dict.fromkeys(
        ["scheduleMatrix", "schoolClass.cells", "schoolClass.curriculum"], "BAD_USER_INPUT"
    )
    assert all("between 2020 and 2035" in error["message"] for error in response["errors"])


TYPES = {"": PERIODS, "type: null": PERIODS, "type: MONTHLY": MONTHS, "type: QUARTERLY": QUARTERS}
FILTERS = {
    "": PERIODS,
    "periods: null": PERIODS,
    "periods: []": (),
    "periods: JAN": ("JAN",),
    "periods: [Q4, DEC, Q1, JAN]": ("JAN", "DEC", "Q1", "Q4"),
    "periods: [FEB, FEB, Q2, FEB, Q2]": ("FEB", "Q2"),
    "periods: [Q3, Q2]": ("Q2", "Q3"),
    f"periods: [{', '.join(reversed(PERIODS))}]": PERIODS,
}


@pytest.mark.parametrize("where", ["MatrixRow", "SchoolClass"])
def test_cells_match_both_filters_once_in_column_order(where: str) -> None:
    make_class("A")
    fields, expected = [], {}
    for number, (of_type, chosen) in enumerate(itertools.product(TYPES, FILTERS)):
        taken = [
            each
            for each in ("academicYear: 2026" * (where == "SchoolClass"), of_type, chosen)
            if each
        ]
        arguments = f"({', '.join(taken)})" if taken else ""
        fields.append(f"f{number}: cells{arguments} {{ period id }}")
        expected[f"f{number}"] = [
            {"period": period, "id": f"MatrixCell:A/{YEAR}/{period}"}
            for period in PERIODS
            if period in TYPES[of_type] and period in FILTERS[chosen]
        ]
    listed = " ".join(fields)
    if where == "SchoolClass":
        row = data(f'{{ schoolClass(code: "A") {{ {listed} }} }}', head_teacher())["schoolClass"]
    else:
        matrix = data(
            f"{{ scheduleMatrix(academicYear: 2026) {{ rows {{ {listed} }} }} }}", head_teacher()
        )
        (row,) = matrix["scheduleMatrix"]["rows"]
    assert row == expected


def test_only_requested_cells_are_stored() -> None:
    make_school()
    document = '{ scheduleMatrix(academicYear: 2026, classCodes: ["V"]) { rows { cells(periods: [Q1, MAR]) { period } } } }'
    data(document, head_teacher())
    assert set(ExamScheduleMatrix.objects.values_list("id", flat=True)) == {
        "V/2026/Q1",
        "V/2026/MAR",
    }


def test_rows_without_cells_store_no_cell() -> None:
    make_school()
    data("{ scheduleMatrix { rows { canEdit cells(periods: []) { id } } } }", head_teacher())
    assert not ExamScheduleMatrix.objects.exists()
