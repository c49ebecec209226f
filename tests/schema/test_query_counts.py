"""Statement counts of queries: the same for any number of classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from pytest_django import DjangoDbBlocker

from primepath.domain.cell import CellKey
from primepath.domain.period import MONTHS, Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import (
    CurriculumLevel,
    Exam,
    Program,
    SchoolClass,
    TeacherClassAssignment,
)
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.request_class_access import request_class_access
from primepath.services.access.withdraw_class_access_request import withdraw_class_access_request
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.exams.update_exam import update_exam
from primepath.services.exams.values import ExamValues
from tests.client import data
from tests.databases import count_rows
from tests.factories import (
    YEAR,
    as_viewer,
    fill_matrix,
    head_teacher,
    make_class,
    make_classes,
    make_exam,
    make_teacher,
)
from tests.query_counts import recorded_statements
from tests.schema.list_client import LISTS, ListClient
from tests.schema.matrix_documents import EVERY_FIELD_WITH_CELLS, FULL_MATRIX
from tests.schema.mobile_client import MobileClient, periods_by_class
from tests.stored_once import StoreOnce, stored_once

pytestmark = pytest.mark.django_db

SIZES = [1, 5, 60, pytest.param(600, marks=pytest.mark.slow)]
every_size = pytest.mark.parametrize("classes", SIZES, indirect=True)


@pytest.fixture(scope="module")
def classes(
    request: pytest.FixtureRequest, store_once: StoreOnce, django_db_blocker: DjangoDbBlocker
) -> Iterator[list[SchoolClass]]:
    """The classes of a school of this size, with all cells of the year."""

    def make() -> list[SchoolClass]:
        made = make_classes(request.param)
        fill_matrix(made)
        count_rows()
        return made

    with stored_once(django_db_blocker) as store:
        yield store(make)


def with_every_field(code: str) -> dict[str, object]:
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


@every_size
def test_full_matrix_warm(classes: list[SchoolClass]) -> None:
    viewer = head_teacher()
    with recorded_statements("full matrix with exams and curriculum, warm"):
        rows = data(FULL_MATRIX, viewer, {"year": YEAR})["scheduleMatrix"]["rows"]
    assert len(rows) == len(classes)
    assert {len(cell["exams"]) for row in rows for cell in row["cells"]} == {2}


@every_size
@pytest.mark.parametrize("role", ["head teacher", "teacher"])
def test_every_field_with_cells_in_one_document(classes: list[SchoolClass], role: str) -> None:
    viewer = head_teacher() if role == "head teacher" else teacher_of(classes)
    variables = with_every_field(classes[0].code)
    data(EVERY_FIELD_WITH_CELLS, viewer, variables)
    with recorded_statements("every way to cells in one document, cells only"):
        found = data(EVERY_FIELD_WITH_CELLS, viewer, variables)
    assert len(found["all"]["rows"]) == len(classes)


@every_size
def test_exams_with_their_cells(classes: list[SchoolClass]) -> None:
    viewer = head_teacher()
    with recorded_statements("exams with the cells they are in"):
        edges = data(
            "{ exams(first: 100) { edges { node { name cells { status schoolClass { name } } } } } }",
            viewer,
        )["exams"]["edges"]
    assert sum(len(edge["node"]["cells"]) for edge in edges) == 2 * len(classes) * len(Period)


@pytest.mark.parametrize("classes", SIZES[:3], indirect=True)
def test_all_fields_of_a_cell(classes: list[SchoolClass]) -> None:
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


@every_size
def test_matrix_with_sync_token(classes: list[SchoolClass]) -> None:
    viewer = head_teacher()
    with recorded_statements("full matrix with exams and curriculum, warm, and its syncToken"):
        MobileClient(viewer)


@every_size
def test_sync_without_changes(classes: list[SchoolClass]) -> None:
    client = MobileClient(head_teacher())
    with recorded_statements("catching up, nothing changed"):
        assert periods_by_class(client.sync()) == {}


@every_size
def test_sync_with_changed_cells(classes: list[SchoolClass]) -> None:
    client = MobileClient(head_teacher())
    cells = [CellKey(each.code, YEAR, Period.JAN) for each in classes]
    assign_exams(viewer=COMMAND_LINE, cells=cells, exam_ids=[make_exam().pk])
    with recorded_statements("catching up, cells changed"):
        assert periods_by_class(client.sync()) == {each.code: ["JAN"] for each in classes}


@every_size
def test_sync_with_a_lost_class(classes: list[SchoolClass]) -> None:
    viewer = teacher_of(classes)
    client = MobileClient(viewer)
    lost = classes[-1].code
    TeacherClassAssignment.objects.filter(teacher=viewer.teacher_id, school_class=lost).update(
        is_active=False
    )
    with recorded_statements("catching up, a class lost"):
        assert client.sync()["lostClassCodes"] == [lost]


@every_size
def test_sync_with_everything_changed(classes: list[SchoolClass]) -> None:
    """A level in the curriculum of all classes changed, and an exam in all their months."""
    client = MobileClient(head_teacher())
    exam = Exam.objects.filter(type="REVIEW")[0]
    update_exam(viewer=COMMAND_LINE, exam_id=exam.pk, values={"name": "Other"})
    with track_level_changes(viewer=COMMAND_LINE, levels=CurriculumLevel.objects.all()):
        Program.objects.update(name="EDGE")
    with recorded_statements("catching up, an exam and a level changed"):
        assert periods_by_class(client.sync()) == {each.code: list(MONTHS) for each in classes}


@every_size
@pytest.mark.parametrize("field", LISTS)
def test_list_with_sync_token(classes: list[SchoolClass], field: str) -> None:
    viewer = teacher_of(classes)
    client = ListClient(field, viewer, first=100)
    with recorded_statements(f"first page of {field}, with its syncToken"):
        data(client.document, viewer)


@every_size
@pytest.mark.parametrize("field", LISTS)
def test_list_without_changes(classes: list[SchoolClass], field: str) -> None:
    client = ListClient(field, teacher_of(classes), first=100)
    with recorded_statements(f"catching up with {field}, nothing changed"):
        assert client.fetch(client.token)[:2] == ({}, set())


@every_size
@pytest.mark.parametrize("field", LISTS)
def test_list_with_a_changed_and_a_removed_item(classes: list[SchoolClass], field: str) -> None:
    viewer = teacher_of(classes)
    assert viewer.teacher_id is not None
    variables: dict[str, dict[str, object]] = {
        "exams": {"active": True},
        "classAccessRequests": {"status": "PENDING"},
    }
    code, other = make_class("LOST").code, make_class("CHANGED").code
    for each in (code, other):
        assign_teacher(
            viewer=COMMAND_LINE,
            teacher_id=viewer.teacher_id,
            class_code=each,
            access_level=AccessLevel.VIEW,
        )
    asked = make_class("ASKED").code
    request = request_class_access(
        viewer=viewer, class_code=asked, access_level=AccessLevel.VIEW, reason="Cover"
    )
    exams = [make_exam(), make_exam()]
    client = ListClient(field, viewer, first=100, **variables.get(field, {}))
    match field:
        case "exams":
            for exam, values in zip(exams, ({"is_active": False}, {"name": "x"}), strict=True):
                update_exam(viewer=COMMAND_LINE, exam_id=exam.pk, values=cast(ExamValues, values))
        case "classDirectory":
            SchoolClass.objects.filter(pk=code).update(is_active=False)
            SchoolClass.objects.filter(pk=other).update(name="x")
        case "assignmentConnection":
            mine = TeacherClassAssignment.objects.filter(teacher=viewer.teacher_id)
            mine.filter(school_class=code).update(is_active=False)
            mine.filter(school_class=other).update(access_level=AccessLevel.FULL)
        case _:
            withdraw_class_access_request(viewer=viewer, request_id=request.pk)
            request_class_access(
                viewer=viewer, class_code=asked, access_level=AccessLevel.FULL, reason="Cover"
            )
    with recorded_statements(f"catching up with {field}, an item changed, another removed"):
        items, removed, _ = client.fetch(client.token)
    assert (len(items), len(removed)) == (1, 1)
