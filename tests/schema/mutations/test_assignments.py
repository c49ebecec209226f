"""Assigning and revoking access to classes. Changes apply to the next request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import TeacherClassAssignment
from tests.client import data
from tests.factories import as_viewer, assign, head_teacher, make_class, make_teacher
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, errors_of, id_of, result_of

pytestmark = pytest.mark.django_db


def level_in(viewer: Viewer, code: str = "A") -> str | None:
    """Return the access level that the API reports to the viewer."""
    query = '{ scheduleMatrix(classCodes: ["CODE"]) { rows { accessLevel } } }'
    rows = data(query.replace("CODE", code), viewer)["scheduleMatrix"]["rows"]
    return rows[0]["accessLevel"] if rows else None


def test_access_changes_immediately() -> None:
    make_class("A")
    teacher, head = make_teacher(), head_teacher()
    viewer = as_viewer(teacher)
    values = {"teacherId": id_of(teacher), "classCode": "A"}
    assert level_in(viewer) is None
    for level in ("FULL", "VIEW", "CO_TEACHER", "SUBSTITUTE"):
        assignment = result_of("assignTeacher", head, **values, accessLevel=level)
        assert assignment["accessLevel"] == level == level_in(viewer)
    assert TeacherClassAssignment.objects.count() == 1
    revoked = result_of("revokeTeacher", head, assignmentId=assignment["id"])
    assert revoked["isActive"] is False
    assert level_in(viewer) is None
    assert errors_of("updateCell", viewer, cell=at("A"), notes="x") == [("NOT_FOUND", "input.cell")]
    again = result_of("assignTeacher", head, **values, accessLevel="VIEW")
    assert (again["id"], again["isActive"]) == (assignment["id"], True)
    assert level_in(viewer) == "VIEW"


def test_access_ends_when_it_expires() -> None:
    make_class("A")
    teacher = make_teacher()
    assignment = result_of(
        "assignTeacher",
        head_teacher(),
        teacherId=id_of(teacher),
        classCode="A",
        accessLevel="FULL",
        expiresAt="2999-01-01T09:00:00+09:00",
    )
    assert assignment["expiresAt"] == "2999-01-01T00:00:00+00:00"
    viewer = as_viewer(teacher)
    assert level_in(viewer) == "FULL"
    TeacherClassAssignment.objects.update(expires_at=timezone.now() - timedelta(milliseconds=1))
    assert level_in(viewer) is None
    assert errors_of("updateCell", viewer, cell=at("A"), notes="x") == [("NOT_FOUND", "input.cell")]
    assert data("{ viewer { assignments { id } canCreateExams } }", viewer)["viewer"] == {
        "assignments": [],
        "canCreateExams": False,
    }


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        # The last moment that Seoul has in a date of Python.
        ("9999-12-31T14:59:59.999999Z", "9999-12-31T14:59:59.999999+00:00"),
        ("9999-12-31T23:59:59+14:00", "9999-12-31T09:59:59+00:00"),
    ],
)
def test_access_can_expire_in_the_last_year_of_the_calendar(moment: str, shown: str) -> None:
    make_class("A")
    teacher, head = make_teacher(), head_teacher()
    values = {"teacherId": id_of(teacher), "classCode": "A", "accessLevel": "VIEW"}
    assert result_of("assignTeacher", head, **values, expiresAt=moment)["expiresAt"] == shown
    assert level_in(as_viewer(teacher)) == "VIEW"
    assert errors_of("assignTeacher", head, **values, expiresAt="0001-01-01T00:00:00Z") == [
        ("OUT_OF_RANGE", "input.expiresAt")
    ]


def test_access_without_expiry_does_not_end() -> None:
    a, teacher = make_class("A"), make_teacher()
    assign(teacher, a, expires_at=timezone.now() + timedelta(days=1))
    values: dict[str, Any] = {"teacherId": id_of(teacher), "classCode": "A", "accessLevel": "FULL"}
    assert result_of("assignTeacher", head_teacher(), **values)["expiresAt"] is None


def test_repeating_a_mutation_changes_nothing() -> None:
    make_class("A")
    teacher, head = make_teacher(), head_teacher()
    values: dict[str, Any] = {
        "teacherId": id_of(teacher),
        "classCode": "A",
        "accessLevel": "VIEW",
        "expiresAt": "2999-01-01T00:00:00Z",
    }
    first = result_of("assignTeacher", head, **values)
    before = stored_rows()
    assert result_of("assignTeacher", head, **values) == first
    assert stored_rows() == before
    revoked = result_of("revokeTeacher", head, assignmentId=first["id"])
    before = stored_rows()
    assert result_of("revokeTeacher", head, assignmentId=first["id"]) == revoked
    assert stored_rows() == before


@pytest.mark.parametrize("mutation", ["assignTeacher", "revokeTeacher"])
def test_head_teacher_cannot_change_own_access(mutation: str) -> None:
    a, head = make_class("A"), make_teacher(head=True)
    assignment = assign(head, a, AccessLevel.VIEW)
    values: dict[str, Any] = (
        {"teacherId": id_of(head), "classCode": "A", "accessLevel": "FULL"}
        if mutation == "assignTeacher"
        else {"assignmentId": id_of(assignment)}
    )
    assert [code for code, _ in errors_of(mutation, as_viewer(head), **values)] == ["FORBIDDEN"]
    result_of(mutation, head_teacher(), **values)
