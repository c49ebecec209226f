"""With `changesAfter`, a list contains exactly the items that have changed, and the ids of items that are gone."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from primepath.domain.exam import ExamType
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import (
    ClassAccessRequest,
    CurriculumLevel,
    Exam,
    Program,
    SchoolClass,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.access.approve_class_access_request import approve_class_access_request
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.deny_class_access_request import deny_class_access_request
from primepath.services.access.request_class_access import request_class_access
from primepath.services.access.revoke_teacher import revoke_teacher
from primepath.services.access.withdraw_class_access_request import withdraw_class_access_request
from primepath.services.accounts.update_teacher import update_teacher
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.exams.create_exam import create_exam
from primepath.services.exams.update_exam import update_exam
from primepath.services.school.create_class import create_class
from primepath.services.school.update_class import update_class
from schema.types.sync_token import TOKEN_LENGTH
from tests.client import error_codes
from tests.factories import YEAR, as_viewer, make_class, make_exam, make_level, make_teacher
from tests.schema.list_client import LISTS, ListClient
from tests.schema.mobile_client import MobileClient

pytestmark = pytest.mark.django_db

CODES = ("A", "B", "C", "D")


@dataclass
class School:
    """Mina teaches A and B, and has requested C. Juno has requested D. ``own`` is an exam of Mina, with a level."""

    mina: Teacher
    juno: Teacher
    head: Teacher
    own: Exam
    other: Exam

    @property
    def viewer(self) -> Viewer:
        return as_viewer(self.mina)

    def request(self, code: str) -> ClassAccessRequest:
        return ClassAccessRequest.objects.get(school_class=code)

    def assignment(self, code: str) -> TeacherClassAssignment:
        return TeacherClassAssignment.objects.get(school_class=code, teacher=self.mina)


@pytest.fixture
def school() -> School:
    mina, juno, head = make_teacher("mina"), make_teacher("juno"), make_teacher("head", head=True)
    for code in CODES:
        make_class(code)
    for code in "AB":
        give_access(mina, code, AccessLevel.FULL)
    own = make_exam("Own", created_by=mina, curriculum_level=make_level("PHONICS"))
    school = School(mina, juno, head, own, make_exam("Other"))
    ask(mina, "C")
    ask(juno, "D")
    return school


def ask(teacher: Teacher, code: str) -> None:
    request_class_access(
        viewer=as_viewer(teacher), class_code=code, access_level=AccessLevel.VIEW, reason="Cover"
    )


def give_access(teacher: Teacher, code: str, level: AccessLevel) -> None:
    assign_teacher(viewer=COMMAND_LINE, teacher_id=teacher.pk, class_code=code, access_level=level)


def change_exam(exam: Exam, **values: Any) -> None:
    update_exam(viewer=COMMAND_LINE, exam_id=exam.pk, values=values)  # type: ignore[arg-type]


def change_class(code: str, **values: Any) -> None:
    update_class(viewer=COMMAND_LINE, code=code, values=values)  # type: ignore[arg-type]


def rename_program() -> None:
    with track_level_changes(viewer=COMMAND_LINE, levels=CurriculumLevel.objects.all()):
        Program.objects.update(name="EDGE")


def learn(code: str) -> None:
    level_ids = list(CurriculumLevel.objects.values_list("pk", flat=True))
    set_class_curriculum(
        viewer=COMMAND_LINE, class_code=code, academic_year=YEAR, level_ids=level_ids
    )


def rename(teacher: Teacher) -> None:
    update_teacher(viewer=COMMAND_LINE, teacher_id=teacher.pk, values={"name": "Another name"})


def expire(school: School, code: str) -> None:
    TeacherClassAssignment.objects.filter(pk=school.assignment(code).pk).update(
        expires_at=timezone.now() - datetime.timedelta(seconds=1)
    )


def new_exam(school: School) -> None:
    create_exam(
        viewer=school.viewer,
        type=ExamType.REVIEW,
        values={"name": "New", "total_questions": 1, "timer_minutes": 1},
    )


def deactivate_and_activate(school: School) -> None:
    for is_active in (False, True):
        change_exam(school.own, is_active=is_active)


def delete_exam(school: School) -> None:
    """Delete an exam as another program does, after a recorded change."""
    change_exam(school.other, name="x")
    school.other.delete()


ALL = ["*"]
CHANGES: dict[str, tuple[str, dict[str, Any], Callable[[School], object], list[str], list[str]]] = {
    # What happens: the list, its arguments, the change, what is returned, and what is removed.
    "an exam is created": ("exams", {}, new_exam, ["New"], []),
    "an exam is renamed": (
        "exams",
        {},
        lambda school: change_exam(school.own, name="Renamed"),
        ["Renamed"],
        [],
    ),
    "an exam is deactivated": (
        "exams",
        {"active": True},
        lambda school: change_exam(school.own, is_active=False),
        [],
        ["Own"],
    ),
    "an exam is activated": (
        "exams",
        {"active": False},
        deactivate_and_activate,
        [],
        ["Own"],
    ),
    "a program is renamed": ("exams", {}, lambda school: rename_program(), ["Own"], []),
    "the creator of an exam is renamed": ("exams", {}, lambda school: rename(school.mina), ALL, []),
    "an exam of the list is deleted": (
        "exams",
        {},
        delete_exam,
        [],
        ["Other"],
    ),
    "a class is renamed": (
        "classDirectory",
        {},
        lambda school: change_class("B", name="Other"),
        ["B"],
        [],
    ),
    "a class is renamed by another program": (
        "classDirectory",
        {},
        lambda school: SchoolClass.objects.filter(pk="B").update(name="Other"),
        ["B"],
        [],
    ),
    "a class is no longer taught": (
        "classDirectory",
        {},
        lambda school: change_class("B", is_active=False),
        [],
        ["B"],
    ),
    "a class is created": (
        "classDirectory",
        {},
        lambda school: create_class(
            viewer=COMMAND_LINE,
            code="E",
            values={"name": "E", "division": "HIGH", "grade": 9, "section": "E"},
        ),
        ["E"],
        [],
    ),
    "a curriculum changes": (
        "classDirectory",
        {},
        lambda school: rename_program(),
        [],
        [],
    ),
    "access is given": (
        "assignmentConnection",
        {},
        lambda school: give_access(school.mina, "D", AccessLevel.VIEW),
        ["D"],
        [],
    ),
    "access becomes less": (
        "assignmentConnection",
        {},
        lambda school: give_access(school.mina, "A", AccessLevel.VIEW),
        ["A"],
        [],
    ),
    "access is revoked": (
        "assignmentConnection",
        {},
        lambda school: revoke_teacher(viewer=COMMAND_LINE, assignment_id=school.assignment("A").pk),
        [],
        ["A"],
    ),
    "access expires": (
        "assignmentConnection",
        {},
        lambda school: expire(school, "A"),
        [],
        ["A"],
    ),
    "a taught class is no longer active": (
        "assignmentConnection",
        {},
        lambda school: SchoolClass.objects.filter(pk="A").update(is_active=False),
        [],
        ["A"],
    ),
    "access of somebody else is given": (
        "assignmentConnection",
        {},
        lambda school: give_access(school.juno, "A", AccessLevel.VIEW),
        [],
        [],
    ),
    "a taught class is renamed": (
        "assignmentConnection",
        {},
        lambda school: change_class("A", name="Other"),
        ALL,
        [],
    ),
    "a taught class learns something": (
        "assignmentConnection",
        {},
        lambda school: learn("A"),
        ALL,
        [],
    ),
    "a hidden class learns something": (
        "assignmentConnection",
        {},
        lambda school: learn("D"),
        [],
        [],
    ),
    "a class is requested": (
        "classAccessRequests",
        {},
        lambda school: ask(school.mina, "D"),
        ["D"],
        [],
    ),
    "a request is withdrawn": (
        "classAccessRequests",
        {"status": "PENDING"},
        lambda school: withdraw_class_access_request(
            viewer=school.viewer, request_id=school.request("C").pk
        ),
        [],
        ["C"],
    ),
    "a request is approved": (
        "classAccessRequests",
        {},
        lambda school: approve_class_access_request(
            viewer=as_viewer(school.head), request_id=school.request("C").pk
        ),
        ["C"],
        [],
    ),
    "a request of somebody else is denied": (
        "classAccessRequests",
        {"status": "PENDING"},
        lambda school: deny_class_access_request(
            viewer=as_viewer(school.head), request_id=school.request("D").pk, note="No"
        ),
        [],
        [],
    ),
    "a requested class learns something": (
        "classAccessRequests",
        {},
        lambda school: learn("C"),
        [],
        [],
    ),
    "a requested class is renamed": (
        "classAccessRequests",
        {},
        lambda school: change_class("C", name="Other"),
        ALL,
        [],
    ),
}


def name_of(item: dict[str, Any]) -> str:
    """Return what the table of changes calls an item."""
    listed = item.get("schoolClass") or item.get("classListing") or item
    name: str = listed.get("code") or listed["name"]
    return name


@pytest.mark.parametrize("change", CHANGES)
def test_change_returns_the_items_that_show_it(school: School, change: str) -> None:
    field, arguments, make, changed, removed = CHANGES[change]
    client = ListClient(field, school.viewer, **arguments)
    before = {id: name_of(item) for id, item in client.items.items()}
    make(school)
    items, removed_ids = client.sync()
    everything = sorted(map(name_of, client.items.values()))
    assert sorted(map(name_of, items.values())) == (everything if changed is ALL else changed)
    assert [before[id] for id in removed_ids if id in before] == [
        each for each in removed if each in before.values()
    ]
    assert client.items == client.fetch_all()
    assert client.sync() == ({}, set())
    assert client.expirations == 0


def test_ids_of_requests_that_the_viewer_cannot_see_are_not_removed(school: School) -> None:
    client = ListClient("classAccessRequests", school.viewer, status="PENDING")
    head = ListClient("classAccessRequests", as_viewer(school.head), status="PENDING")
    assert len(head.items) == 2
    for code in "CD":
        request_id = school.request(code).pk
        deny_class_access_request(viewer=as_viewer(school.head), request_id=request_id, note="No")
    ids = [f"ClassAccessRequest:{school.request(code).pk}" for code in "CD"]
    assert client.sync() == ({}, {ids[0]})
    assert head.sync() == ({}, set(ids))


def test_teacher_who_is_no_longer_head_loads_requests_again(school: School) -> None:
    client = ListClient("classAccessRequests", as_viewer(school.head))
    Teacher.objects.filter(pk=school.head.pk).update(is_head_teacher=False)
    client.viewer = as_viewer(Teacher.objects.get(pk=school.head.pk))
    client.sync()
    assert (client.items, client.expirations) == ({}, 1)


@pytest.mark.parametrize("field", ["exams", "classDirectory", "assignmentConnection"])
def test_token_of_another_viewer_returns_everything(school: School, field: str) -> None:
    """`canEdit` of all exams can differ, for example."""
    client = ListClient(field, as_viewer(school.juno))
    client.viewer = school.viewer
    items, _ = client.sync()
    assert items == client.items == client.fetch_all()
    assert client.expirations == 0


def test_fields_without_a_record_of_changes_are_always_returned(school: School) -> None:
    client = ListClient("exams", school.viewer)
    client.document = client.document.replace("id name type", "id name cells { id }")
    assert set(client.sync()[0]) == set(client.items)


@pytest.mark.parametrize("field", LISTS)
def test_token_of_a_list_is_short(school: School, field: str) -> None:
    token = ListClient(field, school.viewer).token
    assert token is not None
    assert len(token) <= TOKEN_LENGTH


@pytest.mark.parametrize("field", LISTS)
@pytest.mark.parametrize("other", [*LISTS, "scheduleMatrix"])
def test_token_of_another_list_is_rejected(school: School, field: str, other: str) -> None:
    client = ListClient(field, school.viewer)
    if other == "scheduleMatrix":
        token = MobileClient(school.viewer).token
    else:
        token = ListClient(other, school.viewer).token
    codes = set(error_codes(client.answer(after=token)).values())
    assert codes == (set() if other == field else {"BAD_USER_INPUT"})


def test_token_of_other_arguments_is_rejected(school: School) -> None:
    client = ListClient("exams", school.viewer, active=True)
    response = client.answer(after=client.token, active=False)
    assert error_codes(response) == {"list": "BAD_USER_INPUT"}
    assert response["errors"][0]["message"] == (
        "This sync token is for other arguments of the list. "
        "Repeat the query without `changesAfter` to get the full list and a new `syncToken`."
    )


def test_too_many_ended_assignments_expire_the_token(school: School) -> None:
    for number in range(12):
        give_access(school.mina, make_class(f"N{number}").code, AccessLevel.VIEW)
    client = ListClient("assignmentConnection", school.viewer)
    assert len(client.items) == 14
    TeacherClassAssignment.objects.filter(school_class__code__startswith="N").update(
        is_active=False
    )
    client.sync()
    assert client.expirations == 1
    assert client.items == client.fetch_all()


def test_changes_of_all_items_are_returned(school: School) -> None:
    for number in range(12):
        make_class(f"N{number}")
    client = ListClient("classDirectory", school.viewer)
    SchoolClass.objects.update(name="x")
    items, removed = client.sync()
    assert (set(items), removed) == (set(client.items), set())
    assert client.items == client.fetch_all()
