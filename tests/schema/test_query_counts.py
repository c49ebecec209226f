"""How many statements an operation takes: the same for any number of classes."""

from __future__ import annotations

import pytest

from primepath.domain.cell import CellKey
from primepath.domain.period import MONTHS, Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import (
    CurriculumLevel,
    Exam,
    ExamScheduleMatrix,
    Program,
    SchoolClass,
    TeacherClassAssignment,
)
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.exams.update_exam import update_exam
from tests.client import data
from tests.factories import (
    YEAR,
    as_viewer,
    fill_matrix,
    head_teacher,
    make_classes,
    make_exam,
    make_teacher,
)
from tests.query_counts import recorded_statements
from tests.schema.mobile_client import MobileClient, periods_by_class

pytestmark = pytest.mark.django_db

SIZES = [1, 5, 60, 600]
FULL_MATRIX = """
query ($year: Int) {
  scheduleMatrix(academicYear: $year) {
    rows {
      schoolClass { code name }
      curriculum { label primary { name } secondary { name } }
      cells { id period status color icon version examCount exams { id name type totalQuestions } }
    }
  }
}
"""
EVERY_WAY_TO_CELLS = """
query ($year: Int, $next: Int, $one: CellKey!, $id: ID!, $ids: [ID!]!, $code: String!) {
  all: scheduleMatrix(academicYear: $year) { rows { cells(type: QUARTERLY) { id status } } }
  next: scheduleMatrix(academicYear: $next, classCodes: [$code]) {
    rows { ...Months schoolClass { cells(academicYear: $year, periods: [DEC]) { id } } }
  }
  one: matrixCell(at: $one) {
    status
    schoolClass { again: cells(academicYear: $next, periods: [Q1]) { status } }
  }
  node(id: $id) { ... on MatrixCell { notes } }
  nodes(ids: $ids) { ... on MatrixCell { version } ... on SchoolClass { cells(academicYear: $next) { color } } }
  schoolClass(code: $code) { cells(academicYear: $year) { icon } }
  schoolClasses(first: 1) { edges { node { cells(academicYear: $next, periods: [JAN]) { status } } } }
}
fragment Months on MatrixRow { cells(type: MONTHLY) { id schoolClass { code } } }
"""


def every_way(code: str) -> dict[str, object]:
    return {
        "year": YEAR,
        "next": YEAR + 1,
        "one": {"classCode": code, "academicYear": YEAR, "period": "FEB"},
        "id": f"MatrixCell:{code}/{YEAR}/MAR",
        "ids": [f"MatrixCell:{code}/{YEAR + 1}/Q4", f"SchoolClass:{code}"],
        "code": code,
    }


def teacher_of(classes: list[SchoolClass]) -> Viewer:
    teacher = make_teacher()
    TeacherClassAssignment.objects.bulk_create(
        TeacherClassAssignment(teacher=teacher, school_class=each, access_level=AccessLevel.VIEW)
        for each in classes
    )
    return as_viewer(teacher)


@pytest.mark.parametrize("size", SIZES)
def test_the_full_matrix_warm(size: int) -> None:
    fill_matrix(make_classes(size))
    viewer = head_teacher()
    with recorded_statements("full matrix with exams and curriculum, warm"):
        rows = data(FULL_MATRIX, viewer, {"year": YEAR})["scheduleMatrix"]["rows"]
    assert len(rows) == size
    assert {len(cell["exams"]) for row in rows for cell in row["cells"]} == {2}


@pytest.mark.parametrize("size", SIZES)
def test_the_full_matrix_when_all_cells_are_missing(size: int) -> None:
    make_classes(size)
    viewer = head_teacher()
    with recorded_statements("full matrix with exams and curriculum, all cells missing"):
        rows = data(FULL_MATRIX, viewer, {"year": YEAR})["scheduleMatrix"]["rows"]
    assert {cell["status"] for row in rows for cell in row["cells"]} == {"EMPTY"}
    assert ExamScheduleMatrix.objects.count() == size * len(Period)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("role", ["head teacher", "teacher"])
def test_every_way_to_cells_in_one_document(size: int, role: str) -> None:
    classes = make_classes(size)
    fill_matrix(classes)
    viewer = head_teacher() if role == "head teacher" else teacher_of(classes)
    variables = every_way(classes[0].code)
    data(EVERY_WAY_TO_CELLS, viewer, variables)
    with recorded_statements("every way to cells in one document, cells only"):
        found = data(EVERY_WAY_TO_CELLS, viewer, variables)
    assert len(found["all"]["rows"]) == size


@pytest.mark.parametrize("size", SIZES)
def test_exams_with_the_cells_they_are_in(size: int) -> None:
    fill_matrix(make_classes(size))
    viewer = head_teacher()
    with recorded_statements("exams with the cells they are in"):
        edges = data(
            "{ exams(first: 100) { edges { node { name cells { status schoolClass { name } } } } } }",
            viewer,
        )["exams"]["edges"]
    assert sum(len(edge["node"]["cells"]) for edge in edges) == 2 * size * len(Period)


@pytest.mark.parametrize("size", SIZES[:3])
def test_all_that_a_cell_can_tell(size: int) -> None:
    fill_matrix(make_classes(size))
    viewer = head_teacher()
    with recorded_statements("all that a cell can tell"):
        data(
            """
            query ($year: Int) { scheduleMatrix(academicYear: $year) { rows { cells {
              id status scheduledDate startTime endTime notes createdAt updatedAt canEdit
              exams { name curriculumLevel { name subprogram { program { name } } } createdBy { name } }
              availableExams(first: 1) { totalCount edges { node { name } } }
              completion { totalSessions completionRate }
              createdBy { name } modifiedBy { name }
              schoolClass { curriculum(academicYear: $year) { label } teachers { teacher { name } } }
            } } } }
            """,
            viewer,
            {"year": YEAR},
        )


@pytest.mark.parametrize("size", SIZES)
def test_a_matrix_with_a_token_to_send_next(size: int) -> None:
    fill_matrix(make_classes(size))
    viewer = head_teacher()
    with recorded_statements("full matrix with exams and curriculum, warm, and its syncToken"):
        MobileClient(viewer)


@pytest.mark.parametrize("size", SIZES)
def test_catching_up_with_nothing(size: int) -> None:
    fill_matrix(make_classes(size))
    client = MobileClient(head_teacher())
    with recorded_statements("catching up, nothing changed"):
        assert periods_by_class(client.sync()) == {}


@pytest.mark.parametrize("size", SIZES)
def test_catching_up_with_changes_of_cells(size: int) -> None:
    classes = make_classes(size)
    fill_matrix(classes)
    client = MobileClient(head_teacher())
    cells = [CellKey(each.code, YEAR, Period.JAN) for each in classes]
    assign_exams(viewer=COMMAND_LINE, cells=cells, exam_ids=[make_exam().pk])
    with recorded_statements("catching up, cells changed"):
        assert periods_by_class(client.sync()) == {each.code: ["JAN"] for each in classes}


@pytest.mark.parametrize("size", SIZES)
def test_catching_up_with_changes_of_everything(size: int) -> None:
    """A level that all classes learn, and an exam that is in all their months."""
    classes = make_classes(size)
    fill_matrix(classes)
    client = MobileClient(head_teacher())
    exam = Exam.objects.filter(type="REVIEW")[0]
    update_exam(viewer=COMMAND_LINE, exam_id=exam.pk, values={"name": "Other"})
    with track_level_changes(viewer=COMMAND_LINE, levels=CurriculumLevel.objects.all()):
        Program.objects.update(name="EDGE")
    with recorded_statements("catching up, an exam and a level changed"):
        assert periods_by_class(client.sync()) == {each.code: list(MONTHS) for each in classes}
