"""Warnings add one statement to an operation, for any number of classes, cells and fields."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import (
    ExamScheduleMatrix,
    SchoolClass,
    SchoolDay,
    SchoolRules,
    TeacherClassAssignment,
)
from tests.client import data
from tests.factories import YEAR, as_viewer, fill_matrix, head_teacher, make_classes, make_teacher
from tests.query_counts import recorded_statements, statements
from tests.schema.mutations.documents import at
from tests.stored_once import StoreOnce, stored_once

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SIZES = [1, 60]
# Classes with dates. Each of their cells has the warnings of a day, with all cells of that day: the response grows with the
# square of their number. The cells of the other classes have the warning that they have no date.
_DATED = 15
every_size = pytest.mark.parametrize("classes", SIZES, indirect=True)
every_role = pytest.mark.parametrize("role", ["head teacher", "teacher"])
CODES = {
    *("CLASS_CLASH", "CLASS_SAME_DAY", "HOLIDAY", "SCHOOL_CLOSED", "NO_LESSONS"),
    *("SHORT_GAP", "TIME_TOO_SHORT", "NO_DATE"),
}
WARNING = """
  id code message date cellCount hiddenCells holiday { name isOpen } accepted { reason by { name } }
  cells { id status room invigilator { name } }
"""
MATRIX = """
query ($year: Int) {
  scheduleMatrix(academicYear: $year) { rows { schoolClass { code } cells { id exams { name } %s } } }
}
"""
EVERY_WAY = f"""
query ($year: Int, $one: CellKey!, $id: ID!, $code: String!) {{
  scheduleMatrix(academicYear: $year) {{ rows {{ cells {{ warnings {{ {WARNING} }} }} }} }}
  matrixCell(at: $one) {{ warnings {{ {WARNING} }} schoolClass {{ cells {{ warnings {{ code }} }} }} }}
  node(id: $id) {{ ... on MatrixCell {{ warnings {{ message }} }} }}
  schoolClass(code: $code) {{ cells(academicYear: $year) {{ warnings {{ code }} }} }}
}}
"""


@pytest.fixture(scope="module")
def classes(
    request: pytest.FixtureRequest, store_once: StoreOnce, django_db_blocker: DjangoDbBlocker
) -> Iterator[list[SchoolClass]]:
    """The classes of a school of this size, with all cells of the year and warnings of most kinds."""

    def make() -> list[SchoolClass]:
        made = make_classes(request.param)
        fill_matrix(made)
        _set_dates(made[:_DATED])
        SchoolDay.objects.create(date=datetime.date(YEAR, 4, 9), name="Sports", kind="SCHOOL")
        SchoolRules.objects.create(minimum_days_between_exams=3)
        return made

    with stored_once(django_db_blocker) as store:
        yield store(make)


def _set_dates(classes: list[SchoolClass]) -> None:
    cells = ExamScheduleMatrix.objects.filter(academic_year=YEAR, school_class__in=classes)
    nine, ten = datetime.time(9), datetime.time(9, 10)
    for period, day in (
        (Period.MAR, datetime.date(YEAR, 3, 1)),  # a holiday, on a Sunday
        (Period.Q1, datetime.date(YEAR, 3, 1)),
        (Period.FEB, datetime.date(YEAR, 2, 28)),
        (Period.APR, datetime.date(YEAR, 4, 9)),
        (Period.Q2, datetime.date(YEAR, 4, 9)),
    ):
        cells.filter(period=period).update(scheduled_date=day, start_time=nine, end_time=ten)
    cells.filter(period=Period.Q2).update(start_time=None, end_time=None)


def viewer_of(role: str, classes: list[SchoolClass]) -> Viewer:
    if role == "head teacher":
        return head_teacher()
    teacher = make_teacher()
    TeacherClassAssignment.objects.bulk_create(
        TeacherClassAssignment(teacher=teacher, school_class=each, access_level=AccessLevel.FULL)
        for each in classes
    )
    return as_viewer(teacher)


def executed(document: str, viewer: Viewer, variables: dict[str, Any]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        data(document, viewer, variables)
    return statements(captured)


@every_size
@every_role
def test_warnings_of_all_cells_take_one_statement(classes: list[SchoolClass], role: str) -> None:
    viewer, variables = viewer_of(role, classes), {"year": YEAR}
    with recorded_statements("full matrix with warnings"):
        found = data(MATRIX % f"warnings {{ {WARNING} }}", viewer, variables)["scheduleMatrix"]
    codes = {
        each["code"] for row in found["rows"] for cell in row["cells"] for each in cell["warnings"]
    }
    assert codes == CODES
    without = executed(MATRIX % "", viewer, variables)
    alone = data(
        MATRIX.replace("exams { name }", "") % f"warnings {{ {WARNING} }}", viewer, variables
    )
    assert [[{**cell, "exams": None} for cell in row["cells"]] for row in found["rows"]] == [
        [{**cell, "exams": None} for cell in row["cells"]]
        for row in alone["scheduleMatrix"]["rows"]
    ]
    messages = executed(MATRIX % "warnings { code message }", viewer, variables)
    assert len(messages) == len(without) + 1


@pytest.mark.parametrize("classes", [60], indirect=True)
def test_another_date_does_not_change_the_statement(
    classes: list[SchoolClass], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    cells = ExamScheduleMatrix.objects.filter(academic_year=YEAR)
    *days, free = [datetime.date(YEAR, 12, 31) - datetime.timedelta(each) for each in range(200)]
    days.append(datetime.date(YEAR, 1, 1))
    dated = list(cells.order_by("pk"))
    for number, cell in enumerate(dated):
        cell.scheduled_date = days[number % len(days)]
    ExamScheduleMatrix.objects.bulk_update(dated, ["scheduled_date"])
    viewer = viewer_of("teacher", classes)
    document = MATRIX % "warnings { code cellCount }"
    before = executed(document, viewer, {"year": YEAR})
    cells.filter(pk=dated[0].pk).update(scheduled_date=free)
    assert executed(document, viewer, {"year": YEAR}) == before


@every_size
@every_role
def test_every_way_to_warnings_takes_one_statement(classes: list[SchoolClass], role: str) -> None:
    code = classes[0].code
    variables = {
        "year": YEAR,
        "one": {"classCode": code, "academicYear": YEAR, "period": "MAR"},
        "id": f"MatrixCell:{code}/{YEAR}/Q1",
        "code": code,
    }
    viewer = viewer_of(role, classes)
    with recorded_statements("every way to warnings of cells in one document"):
        data(EVERY_WAY, viewer, variables)


@every_size
@every_role
def test_warnings_of_the_schedule(classes: list[SchoolClass], role: str) -> None:
    document = f"query ($year: Int) {{ scheduleWarnings(academicYear: $year) {{ {WARNING} }} }}"
    viewer = viewer_of(role, classes)
    with recorded_statements("scheduleWarnings"):
        found = data(document, viewer, {"year": YEAR})["scheduleWarnings"]
    assert {each["code"] for each in found} == CODES


@every_size
@every_role
def test_warnings_in_a_payload(classes: list[SchoolClass], role: str) -> None:
    viewer = viewer_of(role, classes)
    _set_dates(classes)
    input = {"source": at(classes[0], "MAR"), "classCodes": [each.code for each in classes]}
    document = """
      mutation ($input: ShareCellInput!) { shareCell(input: $input) { cells { id } %s userErrors { code } } }
    """
    with recorded_statements("shareCell, payload with warnings"):
        payload = data(document % f"warnings {{ {WARNING} }}", viewer, {"input": input})
    assert payload["shareCell"]["userErrors"] == []
    codes = [each["code"] for each in payload["shareCell"]["warnings"]]
    assert {"HOLIDAY", "CLASS_CLASH", "NO_LESSONS"} <= set(codes)


@every_size
def test_holidays(classes: list[SchoolClass]) -> None:
    document = "query ($from: Date!, $to: Date!) { holidays(from: $from, to: $to) { name kind } }"
    viewer = head_teacher()
    with recorded_statements("holidays"):
        data(document, viewer, {"from": f"{YEAR}-01-01", "to": f"{YEAR}-12-31"})
