"""Rules of access: invisible and missing objects have the same response, and the access level decides who can edit."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import ClassAccessRequest, ExamScheduleMatrix, TeacherClassAssignment
from tests.client import answer, data, error_codes
from tests.factories import (
    YEAR,
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_teacher,
)

pytestmark = pytest.mark.django_db

# Fixed keys, so that documents can name them. No object has the last one.
KEYS = {"OTHER": 10**15, "CLOSED": 10**15 + 1, "MISSING": 10**15 - 1}
ONE_CLASS = {
    "scheduleMatrix": (
        '{ scheduleMatrix(classCodes: ["CODE"]) { rows { canEdit } unavailableClassCodes } }'
    ),
    "matrixCell": (
        f'{{ matrixCell(at: {{classCode: "CODE", academicYear: {YEAR}, period: Q1}}) {{ id }} }}'
    ),
    "schoolClass": '{ schoolClass(code: "CODE") { name cells { id } teachers { id } } }',
    "node of a cell": f'{{ node(id: "MatrixCell:CODE/{YEAR}/JAN") {{ id }} }}',
    "node of a class": '{ node(id: "SchoolClass:CODE") { id } }',
    "node of an assignment": '{ node(id: "TeacherClassAssignment:KEY") { id } }',
    "node of an access request": '{ node(id: "ClassAccessRequest:KEY") { id } }',
    "nodes": f'{{ nodes(ids: ["MatrixCell:CODE/{YEAR}/Q1", "SchoolClass:CODE"]) {{ id }} }}',
}


def office() -> Viewer:
    """Return a member of staff without a profile."""
    return as_viewer(User.objects.create(username="office", is_staff=True))


def _teacher_of_a_closed_class() -> Viewer:
    """Return a teacher with full access to an inactive class and no access to another class."""
    teacher, colleague = make_teacher(), make_teacher()
    for code in "OTHER", "CLOSED":
        school_class = make_class(code, is_active=code != "CLOSED")
        make_cell(school_class, exams=[make_exam()])
        TeacherClassAssignment.objects.create(
            pk=KEYS[code], teacher=colleague, school_class=school_class, access_level="FULL"
        )
        ClassAccessRequest.objects.create(
            pk=KEYS[code],
            teacher=colleague,
            school_class=school_class,
            requested_access_level="VIEW",
        )
    assign(teacher, school_class)
    return as_viewer(teacher)


@pytest.mark.parametrize("hidden", ["OTHER", "CLOSED"])
@pytest.mark.parametrize("field", ONE_CLASS)
def test_invisible_object_has_the_response_of_a_missing_one(field: str, hidden: str) -> None:
    viewer = _teacher_of_a_closed_class()

    def response_for(code: str) -> str:
        document = ONE_CLASS[field].replace("CODE", code).replace("KEY", str(KEYS[code]))
        return str(answer(document, viewer)).replace(code, "CODE")

    assert response_for(hidden) == response_for("MISSING")
    assert ExamScheduleMatrix.objects.count() == 2


@pytest.mark.parametrize("kind", ["head teacher", "staff"])
@pytest.mark.parametrize("field", [field for field in ONE_CLASS if "request" not in field])
def test_administrators_cannot_see_an_inactive_class(field: str, kind: str) -> None:
    _teacher_of_a_closed_class()
    viewer = office() if kind == "staff" else head_teacher()
    document = ONE_CLASS[field]

    def response_for(code: str) -> str:
        return str(
            answer(document.replace("CODE", code).replace("KEY", str(KEYS[code])), viewer)
        ).replace(code, "CODE")

    assert response_for("CLOSED") == response_for("MISSING") != response_for("OTHER")


@pytest.mark.parametrize("year", [2019, 2036, 0, -1, 10_000, 2**31 - 1, -(2**31)])
def test_cells_of_years_out_of_range_are_neither_returned_nor_stored(year: int) -> None:
    make_class("A")
    response = answer(
        """
        query ($year: Int!, $id: ID!) {
          matrixCell(at: {classCode: "A", academicYear: $year, period: JAN}) { id }
          scheduleMatrix(academicYear: $year) { rows { cells { id } } }
          schoolClass(code: "A") { code cells(academicYear: $year) { id } }
          nodes(ids: [$id]) { id }
        }
        """,
        head_teacher(),
        {"year": year, "id": f"MatrixCell:A/{year}/JAN"},
    )
    assert response["data"] == {
        "matrixCell": None,
        "scheduleMatrix": None,
        "schoolClass": {"code": "A", "cells": None},
        "nodes": [None],
    }
    codes = error_codes(response)
    assert set(codes.values()) == {"BAD_USER_INPUT"}
    # The id is malformed if the year does not have four digits.
    malformed = {"nodes.0"} if not 1000 <= year <= 9999 else set()
    assert set(codes) == {"scheduleMatrix", "schoolClass.cells"} | malformed
    assert not ExamScheduleMatrix.objects.exists()


@pytest.mark.parametrize(
    ("level", "can_edit"),
    [("FULL", True), ("CO_TEACHER", True), ("SUBSTITUTE", False), ("VIEW", False)],
)
def test_access_level_decides_who_can_edit(level: str, can_edit: bool) -> None:
    school_class = make_class("A")
    teacher = make_teacher()
    assign(make_teacher(), school_class, AccessLevel.FULL)
    assign(teacher, school_class, AccessLevel(level))
    assign(make_teacher(), school_class, AccessLevel.VIEW)
    answered = data(
        """
        {
          viewer { seesAllClasses canCreateExams canReviewRequests assignments { accessLevel } }
          scheduleMatrix { rows { accessLevel canEdit cells(periods: [JAN]) { canEdit } } }
          matrixCell(at: {classCode: "A", academicYear: 2026, period: Q1}) { canEdit }
        }
        """,
        as_viewer(teacher),
    )
    assert answered["scheduleMatrix"]["rows"] == [
        {"accessLevel": level, "canEdit": can_edit, "cells": [{"canEdit": can_edit}]}
    ]
    assert answered["matrixCell"] == {"canEdit": can_edit}
    assert answered["viewer"] == {
        "seesAllClasses": False,
        "canCreateExams": can_edit,
        "canReviewRequests": False,
        "assignments": [{"accessLevel": level}],
    }


@pytest.mark.parametrize("kind", ["head teacher", "head teacher with VIEW", "staff"])
def test_administrators_have_full_access_everywhere(kind: str) -> None:
    school_class = make_class("A")
    head = make_teacher(head=True)
    if kind == "head teacher with VIEW":
        assign(head, school_class, AccessLevel.VIEW)
    answered = data(
        "{ viewer { seesAllClasses canCreateExams canReviewRequests }"
        " scheduleMatrix { rows { accessLevel canEdit cells { canEdit } } } }",
        office() if kind == "staff" else as_viewer(head),
    )
    (row,) = answered["scheduleMatrix"]["rows"]
    assert (row["accessLevel"], row["canEdit"]) == ("FULL", True)
    assert row["cells"] == [{"canEdit": True}] * 16
    assert set(answered["viewer"].values()) == {True}


def test_staff_without_a_profile_have_no_teacher() -> None:
    assert data("{ viewer { username teacher { name } assignments { id } } }", office()) == {
        "viewer": {"username": "office", "teacher": None, "assignments": []}
    }


def test_exam_is_editable_by_its_creator_and_administrators() -> None:
    creator, colleague = make_teacher(), make_teacher()
    make_exam("Mine", created_by=creator)
    make_exam("Nobody's")

    def editable(viewer: Viewer) -> set[str]:
        edges = data("{ exams { edges { node { name canEdit } } } }", viewer)["exams"]["edges"]
        return {edge["node"]["name"] for edge in edges if edge["node"]["canEdit"]}

    assert editable(as_viewer(creator)) == {"Mine"}
    assert editable(as_viewer(colleague)) == set()
    assert editable(head_teacher()) == {"Mine", "Nobody's"}
    assert editable(office()) == {"Mine", "Nobody's"}
