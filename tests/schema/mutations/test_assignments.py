"""Giving access to classes and taking it away: it counts from the next request on."""

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
from tests.schema.mutations.documents import at, done, id_of, refused

pytestmark = pytest.mark.django_db


def level_in(viewer: Viewer, code: str = "A") -> str | None:
    """What a viewer may do in a class, as they are told."""
    query = '{ scheduleMatrix(classCodes: ["CODE"]) { rows { accessLevel } } }'
    rows = data(query.replace("CODE", code), viewer)["scheduleMatrix"]["rows"]
    return rows[0]["accessLevel"] if rows else None


def test_access_is_given_changed_and_taken_at_once() -> None:
    make_class("A")
    teacher, head = make_teacher(), head_teacher()
    viewer = as_viewer(teacher)
    values = {"teacherId": id_of(teacher), "classCode": "A"}
    assert level_in(viewer) is None
    for level in ("FULL", "VIEW", "CO_TEACHER", "SUBSTITUTE"):
        assignment = done("assignTeacher", head, **values, accessLevel=level)
        assert assignment["accessLevel"] == level == level_in(viewer)
    assert TeacherClassAssignment.objects.count() == 1
    revoked = done("revokeTeacher", head, assignmentId=assignment["id"])
    assert revoked["isActive"] is False
    assert level_in(viewer) is None
    assert refused("updateCell", viewer, cell=at("A"), notes="x") == [("NOT_FOUND", "input.cell")]
    again = done("assignTeacher", head, **values, accessLevel="VIEW")
    assert (again["id"], again["isActive"]) == (assignment["id"], True)
    assert level_in(viewer) == "VIEW"


def test_access_ends_when_it_expires() -> None:
    make_class("A")
    teacher = make_teacher()
    assignment = done(
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
    assert refused("updateCell", viewer, cell=at("A"), notes="x") == [("NOT_FOUND", "input.cell")]
    assert data("{ viewer { assignments { id } canCreateExams } }", viewer)["viewer"] == {
        "assignments": [],
        "canCreateExams": False,
    }


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999+00:00"),
        ("9999-12-31T23:59:59+14:00", "9999-12-31T09:59:59+00:00"),
    ],
)
def test_access_may_end_as_late_as_the_calendar_does(moment: str, shown: str) -> None:
    make_class("A")
    teacher, head = make_teacher(), head_teacher()
    values = {"teacherId": id_of(teacher), "classCode": "A", "accessLevel": "VIEW"}
    assert done("assignTeacher", head, **values, expiresAt=moment)["expiresAt"] == shown
    assert level_in(as_viewer(teacher)) == "VIEW"
    assert refused("assignTeacher", head, **values, expiresAt="0001-01-01T00:00:00Z") == [
        ("OUT_OF_RANGE", "input.expiresAt")
    ]


def test_without_an_expiry_access_does_not_end() -> None:
    a, teacher = make_class("A"), make_teacher()
    assign(teacher, a, expires_at=timezone.now() + timedelta(days=1))
    values: dict[str, Any] = {"teacherId": id_of(teacher), "classCode": "A", "accessLevel": "FULL"}
    assert done("assignTeacher", head_teacher(), **values)["expiresAt"] is None


def test_repeating_changes_nothing() -> None:
    make_class("A")
    teacher, head = make_teacher(), head_teacher()
    values: dict[str, Any] = {
        "teacherId": id_of(teacher),
        "classCode": "A",
        "accessLevel": "VIEW",
        "expiresAt": "2999-01-01T00:00:00Z",
    }
    first = done("assignTeacher", head, **values)
    before = stored_rows()
    assert done("assignTeacher", head, **values) == first
    assert stored_rows() == before
    revoked = done("revokeTeacher", head, assignmentId=first["id"])
    before = stored_rows()
    assert done("revokeTeacher", head, assignmentId=first["id"]) == revoked
    assert stored_rows() == before


@pytest.mark.parametrize("mutation", ["assignTeacher", "revokeTeacher"])
def test_a_head_teacher_decides_about_all_but_themselves(mutation: str) -> None:
    a, head = make_class("A"), make_teacher(head=True)
    assignment = assign(head, a, AccessLevel.VIEW)
    values: dict[str, Any] = (
        {"teacherId": id_of(head), "classCode": "A", "accessLevel": "FULL"}
        if mutation == "assignTeacher"
        else {"assignmentId": id_of(assignment)}
    )
    assert [code for code, _ in refused(mutation, as_viewer(head), **values)] == ["FORBIDDEN"]
    done(mutation, head_teacher(), **values)
