"""`matrixCells`: every filter and order, compared with the same conditions in plain Python."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.period import MONTHS, PERIODS, Period, PeriodType
from primepath.domain.school_class import school_order
from primepath.domain.viewer import Viewer
from primepath.models import ExamScheduleMatrix, MatrixCellExam, SchoolClass
from tests.client import answer, data, error_codes
from tests.factories import (
    YEAR,
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_classes,
    make_exam,
    make_teacher,
)
from tests.query_counts import recorded_statements

pytestmark = pytest.mark.django_db

DOCUMENT = """
query ($filter: MatrixCellFilter, $orderBy: MatrixCellOrder, $first: Int, $after: String, $last: Int, $before: String) {
  matrixCells(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { id status exams { name } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
TIMES = [None, datetime.time(9), datetime.time(9, 30, 0, 5), datetime.time(13)]
ROOMS = ["", "Room 3", "room 3", "ＲＯＯＭ 3", "Room 33"]
CLASSES = [
    ("HIGH", 9, "10"),
    ("HIGH", 9, "2"),
    ("PRIMARY", 3, "A"),
    ("PRIMARY", 1, ""),
    ("MIDDLE", 7, "B"),
]


class School:
    """A school with random cells, some never changed, and one class that the teacher Mina cannot see."""

    def __init__(self) -> None:
        random = Random(7)
        self.mina = make_teacher("mina")
        self.juno = make_teacher("juno")
        self.exams = [make_exam(type="REVIEW"), make_exam(type="QUARTERLY")]
        self.classes = [
            make_class(
                f"{division}_{grade}_{section or 0}",
                division=division,
                grade=grade,
                section=section,
            )
            for division, grade, section in CLASSES
        ]
        self.hidden = make_class("HIDDEN", division="PRIMARY", grade=1, section="Z")
        for each in self.classes:
            assign(self.mina, each)
        assign(self.juno, self.classes[1])
        assign(self.juno, self.classes[2], is_active=False)
        for year in (YEAR, YEAR + 1):
            for each in (*self.classes, self.hidden):
                for period in random.sample(PERIODS, 9):
                    self._store(each, year, period, random)

    def _store(self, school_class: SchoolClass, year: int, period: Period, random: Random) -> None:
        if random.random() < 0.2:
            make_cell(school_class, period, year)
            return
        exam = self.exams[period.type is PeriodType.QUARTERLY]
        first, _last = period.dates(year)
        make_cell(
            school_class,
            period,
            year,
            exams=[exam] if random.random() < 0.5 else [],
            status=random.choice([CellStatus.DRAFT, CellStatus.SCHEDULED, CellStatus.COMPLETED]),
            scheduled_date=random.choice(
                [None, first, first + datetime.timedelta(days=random.randrange(3))]
            ),
            start_time=random.choice(TIMES),
            room=random.choice(ROOMS),
            invigilator=random.choice([None, self.mina, self.juno]),
        )

    def expected(
        self, *, by_class: bool, year: int = YEAR, where: Callable[[Any], bool] = lambda _cell: True
    ) -> list[str]:
        """Return the ids of the cells that Mina can see and that match, in their order."""
        classes = {each.code: each for each in self.classes}

        def place(cell: ExamScheduleMatrix) -> Any:
            rank = (school_order(classes[cell.school_class_id]), PERIODS.index(Period(cell.period)))
            date, time = cell.scheduled_date, cell.start_time
            when = (
                date is None,
                date or timezone.localdate(),
                time is None,
                time or datetime.time(),
            )
            return rank if by_class else (when, rank)

        cells = ExamScheduleMatrix.objects.filter(
            version__gte=1, academic_year=year, school_class__in=classes
        )
        return [f"MatrixCell:{cell.pk}" for cell in sorted(filter(where, cells), key=place)]


@pytest.fixture
def school() -> School:
    return School()


def found(viewer: Viewer, **variables: Any) -> list[str]:
    page = data(DOCUMENT, viewer, variables)["matrixCells"]
    assert page["totalCount"] == len(page["edges"])
    return [edge["node"]["id"] for edge in page["edges"]]


def has_exam(cell: ExamScheduleMatrix) -> bool:
    return MatrixCellExam.objects.filter(cell=cell).exists()


MARCH, APRIL = datetime.date(YEAR, 3, 2), datetime.date(YEAR, 4, 1)
FILTERS: list[tuple[dict[str, Any], Callable[[Any], bool]]] = [
    ({}, lambda cell: True),
    (
        {"classCodes": ["HIGH_9_2", "NONE", "no code"]},
        lambda cell: cell.school_class_id == "HIGH_9_2",
    ),
    ({"classCodes": []}, lambda cell: False),
    ({"division": "HIGH"}, lambda cell: cell.school_class.division == "HIGH"),
    ({"grade": 1}, lambda cell: cell.school_class.grade == 1),
    ({"grade": 99}, lambda cell: False),
    ({"type": "MONTHLY"}, lambda cell: cell.period in MONTHS),
    ({"type": "MONTHLY", "periods": ["MAR", "Q1"]}, lambda cell: cell.period == "MAR"),
    ({"periods": []}, lambda cell: False),
    ({"statuses": ["DRAFT", "COMPLETED"]}, lambda cell: cell.status in {"DRAFT", "COMPLETED"}),
    ({"statuses": []}, lambda cell: False),
    (
        {"scheduledFrom": str(MARCH), "scheduledTo": str(APRIL)},
        lambda cell: cell.scheduled_date is not None and MARCH <= cell.scheduled_date <= APRIL,
    ),
    ({"hasDate": True}, lambda cell: cell.scheduled_date is not None),
    ({"hasDate": False}, lambda cell: cell.scheduled_date is None),
    ({"room": " room  3 "}, lambda cell: cell.room in ROOMS[1:4]),
    ({"room": ""}, lambda cell: cell.room == ""),
    ({"room": "Room 4"}, lambda cell: False),
    ({"hasExams": True}, has_exam),
    ({"hasExams": False}, lambda cell: not has_exam(cell)),
    (
        {"division": "HIGH", "hasExams": True, "type": "MONTHLY"},
        lambda cell: (
            cell.school_class.division == "HIGH" and has_exam(cell) and cell.period in MONTHS
        ),
    ),
]


@pytest.mark.parametrize("order", ["SCHEDULE", "CLASS"])
@pytest.mark.parametrize(("filter", "where"), FILTERS, ids=[str(each) for each, _ in FILTERS])
def test_filter_returns_the_matching_cells_in_order(
    school: School, order: str, filter: dict[str, Any], where: Callable[[Any], bool]
) -> None:
    expected = school.expected(by_class=order == "CLASS", where=where)
    assert found(as_viewer(school.mina), filter=filter, orderBy=order) == expected


def test_default_is_the_current_year_by_schedule(school: School) -> None:
    year = timezone.localdate().year
    expected = school.expected(by_class=False, year=year)
    assert found(as_viewer(school.mina)) == expected
    assert found(as_viewer(school.mina), filter=None, orderBy=None) == expected


def test_another_year(school: School) -> None:
    expected = school.expected(by_class=True, year=YEAR + 1)
    viewer = as_viewer(school.mina)
    assert found(viewer, filter={"academicYear": YEAR + 1}, orderBy="CLASS") == expected


def test_teacher_and_exam(school: School) -> None:
    viewer, exam = as_viewer(school.mina), school.exams[0]
    of_juno = school.expected(by_class=False, where=lambda cell: cell.school_class_id == "HIGH_9_2")
    assert found(viewer, filter={"teacherId": f"Teacher:{school.juno.pk}"}) == of_juno
    assert found(viewer, filter={"teacherId": "Teacher:9999"}) == []
    of_exam = school.expected(
        by_class=False, where=lambda cell: cell.cell_exams.filter(exam=exam).exists()
    )
    assert found(viewer, filter={"examId": f"Exam:{exam.pk}"}) == of_exam
    assert of_exam
    assert found(viewer, filter={"examId": "Exam:9999"}) == []
    supervised = school.expected(by_class=False, where=lambda cell: cell.invigilator == school.juno)
    assert found(viewer, filter={"invigilatorId": f"Teacher:{school.juno.pk}"}) == supervised
    assert supervised
    assert found(viewer, filter={"invigilatorId": "Teacher:9999"}) == []


@pytest.mark.parametrize("order", ["SCHEDULE", "CLASS"])
@pytest.mark.parametrize("filter", [{}, {"statuses": ["SCHEDULED"]}, {"division": "HIGH"}])
def test_cells_with_and_without_warnings(
    school: School, filter: dict[str, Any], order: str
) -> None:
    """The filter agrees with `MatrixCell.warnings`, which clashes with hidden cells cause too."""
    viewer = as_viewer(school.mina)
    document = """
      query ($filter: MatrixCellFilter, $orderBy: MatrixCellOrder) {
        matrixCells(filter: $filter, orderBy: $orderBy) { edges { node { id warnings { code } } } }
      }
    """
    page = data(document, viewer, {"filter": filter, "orderBy": order})["matrixCells"]
    nodes = [edge["node"] for edge in page["edges"]]
    for has_warnings in (True, False):
        expected = [each["id"] for each in nodes if bool(each["warnings"]) is has_warnings]
        assert expected
        given = {**filter, "hasWarnings": has_warnings}
        assert found(viewer, filter=given, orderBy=order) == expected


def test_warnings_of_too_many_cells_are_refused(school: School, settings: Settings) -> None:
    viewer = as_viewer(school.mina)
    settings.MAX_CELLS_PER_OPERATION = len(school.expected(by_class=True))
    assert found(viewer, filter={"hasWarnings": True})
    settings.MAX_CELLS_PER_OPERATION -= 1
    (error,) = answer(DOCUMENT, viewer, {"filter": {"hasWarnings": True}})["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert found(viewer, filter={"hasWarnings": True, "classCodes": ["HIGH_9_2"]}) is not None


@pytest.mark.parametrize("classes", [1, 60])
def test_statements_of_warnings_do_not_depend_on_the_number_of_cells(classes: int) -> None:
    viewer = head_teacher()
    for each in make_classes(classes):
        for period in (Period.JAN, Period.FEB):
            first, _last = period.dates(YEAR)
            make_cell(each, period, status="DRAFT", scheduled_date=first)
    with recorded_statements("matrixCells with warnings"):
        filter = {"academicYear": YEAR, "hasWarnings": True}
        page = data(DOCUMENT, viewer, {"filter": filter})["matrixCells"]
    # 1 January is a public holiday, and 1 February 2026 a Sunday.
    assert page["totalCount"] == 2 * classes


def test_another_viewer_sees_only_visible_classes(school: School) -> None:
    def codes(viewer: Viewer) -> set[str]:
        return {id.partition(":")[2].split("/")[0] for id in found(viewer)}

    assert codes(as_viewer(school.juno)) == {"HIGH_9_2"}
    assert found(
        as_viewer(school.juno), filter={"teacherId": f"Teacher:{school.mina.pk}"}
    ) == found(as_viewer(school.juno))
    assert codes(head_teacher()) == {each.code for each in school.classes} | {"HIDDEN"}
    assert found(as_viewer(make_teacher("new"))) == []


@pytest.mark.parametrize("order", ["SCHEDULE", "CLASS"])
@pytest.mark.parametrize("size", [pytest.param(1, marks=pytest.mark.slow), 4])
def test_pages_in_both_directions_contain_each_cell_once(
    school: School, order: str, size: int
) -> None:
    viewer = as_viewer(school.mina)
    expected = school.expected(by_class=order == "CLASS")
    for forward in (True, False):
        ids: list[str] = []
        cursor = None
        while True:
            variables = (
                {"first": size, "after": cursor} if forward else {"last": size, "before": cursor}
            )
            page = data(DOCUMENT, viewer, {"orderBy": order, **variables})["matrixCells"]
            assert page["totalCount"] == len(expected)
            part = [edge["node"]["id"] for edge in page["edges"]]
            ids = [*ids, *part] if forward else [*part, *ids]
            info = page["pageInfo"]
            cursor = info["endCursor" if forward else "startCursor"]
            if not info["hasNextPage" if forward else "hasPreviousPage"]:
                break
        assert ids == expected


def test_page_continues_after_a_cell_that_was_moved(school: School) -> None:
    """The cursor has the sort values of its cell, so the next page begins where the cell was."""
    viewer = as_viewer(school.mina)
    first = data(DOCUMENT, viewer, {"first": 5})["matrixCells"]
    rest = found_after(viewer, first["pageInfo"]["endCursor"])
    moved = CellKey.parse(first["edges"][-1]["node"]["id"].partition(":")[2])
    ExamScheduleMatrix.objects.filter(pk=str(moved)).update(scheduled_date=None, start_time=None)
    after = found_after(viewer, first["pageInfo"]["endCursor"])
    assert [id for id in after if id != f"MatrixCell:{moved}"] == rest


def found_after(viewer: Viewer, cursor: str) -> list[str]:
    page = data(DOCUMENT, viewer, {"after": cursor})["matrixCells"]
    return [edge["node"]["id"] for edge in page["edges"]]


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"filter": {"academicYear": 1999}}, "BAD_USER_INPUT"),
        ({"filter": {"academicYear": -(2**31)}}, "BAD_USER_INPUT"),
        ({"filter": {"teacherId": "Exam:1"}}, "BAD_USER_INPUT"),
        ({"filter": {"examId": "x"}}, "BAD_USER_INPUT"),
        ({"filter": {"invigilatorId": "Exam:1"}}, "BAD_USER_INPUT"),
        ({"filter": {"classCodes": ["A"] * 1_001}}, "LIMIT_EXCEEDED"),
        ({"first": 101}, "LIMIT_EXCEEDED"),
        ({"after": "x"}, "BAD_USER_INPUT"),
    ],
)
def test_invalid_argument(variables: dict[str, Any], code: str) -> None:
    assert error_codes(answer(DOCUMENT, head_teacher(), variables)) == {"matrixCells": code}


def test_cursor_of_another_order_is_refused(school: School) -> None:
    viewer = as_viewer(school.mina)
    cursor = data(DOCUMENT, viewer, {"orderBy": "CLASS", "first": 1})["matrixCells"]["edges"][0][
        "cursor"
    ]
    response = answer(DOCUMENT, viewer, {"orderBy": "SCHEDULE", "after": cursor})
    assert error_codes(response) == {"matrixCells": "BAD_USER_INPUT"}


def test_anonymous_request_is_refused() -> None:
    assert error_codes(answer(DOCUMENT, None)) == {"matrixCells": "UNAUTHENTICATED"}


def test_cells_are_read_with_all_other_cells(school: School) -> None:
    """A SELECT finds the ids of each list. Another reads the cells of the whole document."""
    document = """
    { drafts: matrixCells(filter: { statuses: DRAFT }) { edges { node { id status } } }
      dated: matrixCells(filter: { hasDate: true }) { edges { node { notes schoolClass { cells(periods: JAN) { id } } } } }
      scheduleMatrix { rows { cells { id version } } } }
    """
    with recorded_statements("matrixCells twice beside the matrix, cells only"):
        data(document, as_viewer(school.mina))
