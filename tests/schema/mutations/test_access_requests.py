"""Asking for a class, taking it back, and deciding about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from primepath.domain.school_class import AccessLevel
from primepath.models import ClassAccessRequest, SchoolClass, Teacher, TeacherClassAssignment
from tests.client import data
from tests.factories import as_viewer, assign, head_teacher, make_class, make_teacher
from tests.schema.mutations.database import history_size, stored_rows
from tests.schema.mutations.documents import done, id_of, refused

pytestmark = pytest.mark.django_db

SOON, LATER = (datetime(year, 1, 1, tzinfo=UTC) for year in (2998, 2999))


def ask(teacher: Teacher, code: str = "A", level: str = "CO_TEACHER") -> str:
    """The id of a new request."""
    request = done(
        "requestClassAccess",
        as_viewer(teacher),
        classCode=code,
        accessLevel=level,
        reason="Standing in",
    )
    return str(request["id"])


def given(teacher: Teacher, school_class: SchoolClass) -> tuple[str, datetime | None, bool]:
    found = TeacherClassAssignment.objects.get(teacher=teacher, school_class=school_class)
    return found.access_level, found.expires_at, found.is_active


def sees(teacher: Teacher, code: str = "A") -> bool:
    found = data(f'{{ schoolClass(code: "{code}") {{ code }} }}', as_viewer(teacher))
    return found["schoolClass"] is not None


def test_a_request_tells_who_asks_for_what_and_gives_nothing_yet() -> None:
    make_class("A")
    teacher = make_teacher("mina")
    request = done(
        "requestClassAccess",
        as_viewer(teacher),
        classCode="A",
        accessLevel="FULL",
        reason="Standing in",
    )
    assert request == {
        "id": request["id"],
        "status": "PENDING",
        "requestedAccessLevel": "FULL",
        "reason": "Standing in",
        "reviewNote": "",
        "reviewedAt": None,
        "reviewedBy": None,
        "teacher": {"name": "Mina"},
        "classListing": {"code": "A"},
        "schoolClass": None,
    }
    assert not sees(teacher)


@pytest.mark.parametrize("end", ["withdraw", "approve", "deny"])
def test_one_request_for_a_class_is_pending_at_a_time(end: str) -> None:
    make_class("A"), make_class("B")
    teacher, head = make_teacher(), head_teacher()
    request = ask(teacher)
    values = {"classCode": "A", "accessLevel": "VIEW", "reason": "Again"}
    duplicate = [("DUPLICATE", "input.classCode")]
    assert refused("requestClassAccess", as_viewer(teacher), **values) == duplicate
    ask(teacher, "B")
    ask(make_teacher())
    more = {"note": "No"} if end == "deny" else {}
    viewer = as_viewer(teacher) if end == "withdraw" else head
    done(f"{end}ClassAccessRequest", viewer, id=request, **more)
    assert ask(teacher) != request


def test_a_request_is_taken_back_only_by_who_made_it() -> None:
    make_class("A")
    teacher = make_teacher()
    request = ask(teacher)
    before = stored_rows()
    assert refused("withdrawClassAccessRequest", as_viewer(make_teacher("juno")), id=request) == [
        ("NOT_FOUND", "input.id")
    ]
    assert refused("withdrawClassAccessRequest", head_teacher(), id=request) == [
        ("FORBIDDEN", "input.id")
    ]
    assert stored_rows()["ClassAccessRequest"] == before["ClassAccessRequest"]
    withdrawn = done("withdrawClassAccessRequest", as_viewer(teacher), id=request)
    assert (withdrawn["status"], withdrawn["reviewedAt"]) == ("WITHDRAWN", None)
    assert refused("withdrawClassAccessRequest", as_viewer(teacher), id=request) == [
        ("ALREADY_DECIDED", "input.id")
    ]


def test_approving_gives_what_was_asked_for_at_once() -> None:
    a, teacher = make_class("A"), make_teacher()
    head = as_viewer(make_teacher("hana", head=True))
    request = done("approveClassAccessRequest", head, id=ask(teacher), note="Welcome")
    assert (request["status"], request["reviewNote"]) == ("APPROVED", "Welcome")
    assert request["reviewedBy"] == {"name": "Hana"}
    assert request["schoolClass"] == {"code": "A"}
    assert given(teacher, a) == ("CO_TEACHER", None, True)
    assert sees(teacher)


def test_approving_gives_another_level_and_an_end_where_they_are_told() -> None:
    a, teacher = make_class("A"), make_teacher()
    done(
        "approveClassAccessRequest",
        head_teacher(),
        id=ask(teacher),
        accessLevel="VIEW",
        expiresAt="2999-01-01T09:00:00+09:00",
    )
    assert given(teacher, a) == ("VIEW", LATER, True)


@pytest.mark.parametrize(
    ("has", "asks", "gets"),
    [
        (("VIEW", None), ("FULL", None), ("FULL", None)),
        (("FULL", None), ("VIEW", None), ("FULL", None)),
        (("CO_TEACHER", None), ("SUBSTITUTE", None), ("CO_TEACHER", None)),
        (("VIEW", SOON), ("VIEW", LATER), ("VIEW", LATER)),
        (("VIEW", LATER), ("FULL", SOON), ("FULL", LATER)),
        (("VIEW", None), ("FULL", SOON), ("FULL", None)),
        (("VIEW", SOON), ("VIEW", None), ("VIEW", None)),
    ],
)
def test_approving_raises_and_never_lowers(
    has: tuple[str, datetime | None],
    asks: tuple[str, datetime | None],
    gets: tuple[str, datetime | None],
) -> None:
    a, teacher = make_class("A"), make_teacher()
    assign(teacher, a, AccessLevel(has[0]), expires_at=has[1])
    expires = {"expiresAt": asks[1].isoformat()} if asks[1] else {}
    done("approveClassAccessRequest", head_teacher(), id=ask(teacher, level=asks[0]), **expires)
    assert given(teacher, a) == (*gets, True)


@pytest.mark.parametrize("lost", ["expired", "revoked"])
def test_access_that_has_ended_is_not_raised_but_given_anew(lost: str) -> None:
    a, teacher = make_class("A"), make_teacher()
    ago = timezone.now() - timedelta(days=1) if lost == "expired" else None
    assign(teacher, a, AccessLevel.FULL, expires_at=ago, is_active=lost != "revoked")
    expiry = {"expiresAt": LATER.isoformat()}
    done("approveClassAccessRequest", head_teacher(), id=ask(teacher, level="VIEW"), **expiry)
    assert given(teacher, a) == ("VIEW", LATER, True)


def test_approving_and_what_it_gives_are_both_in_the_history() -> None:
    make_class("A")
    request = ask(make_teacher())
    before = history_size()
    done("approveClassAccessRequest", head_teacher(), id=request)
    assert history_size() == before + 2


def test_denying_says_why_and_gives_nothing() -> None:
    make_class("A")
    teacher = make_teacher()
    office = User.objects.create(username="office", is_staff=True)
    request = done("denyClassAccessRequest", as_viewer(office), id=ask(teacher), note="No need")
    assert (request["status"], request["reviewNote"]) == ("DENIED", "No need")
    assert request["reviewedBy"] is None
    assert request["reviewedAt"] is not None
    assert not sees(teacher)
    assert not TeacherClassAssignment.objects.exists()


@pytest.mark.parametrize("action", ["approve", "deny"])
def test_a_head_teacher_decides_for_all_but_themselves(action: str) -> None:
    make_class("A")
    head = make_teacher(head=True)
    request = ask(head)
    more: dict[str, Any] = {"note": "Mine"}
    mutation = f"{action}ClassAccessRequest"
    assert refused(mutation, as_viewer(head), id=request, **more) == [("FORBIDDEN", "input.id")]
    done(mutation, head_teacher(), id=request, **more)


def test_a_request_for_a_class_that_is_no_longer_taught_can_be_denied_but_not_approved() -> None:
    a, teacher, head = make_class("A"), make_teacher(), head_teacher()
    request = ask(teacher)
    SchoolClass.objects.filter(pk=a.pk).update(is_active=False)
    assert refused("approveClassAccessRequest", head, id=request) == [("NOT_FOUND", "input.id")]
    assert done("denyClassAccessRequest", head, id=request, note="Over")["status"] == "DENIED"


def test_a_teacher_with_two_requests_is_told_of_each_as_it_is() -> None:
    make_class("A"), make_class("B")
    teacher = make_teacher()
    first, second = ask(teacher), ask(teacher, "B")
    done("denyClassAccessRequest", head_teacher(), id=first, note="No")
    query = "{ classAccessRequests { edges { node { id status reviewNote } } } }"
    edges = data(query, as_viewer(teacher))["classAccessRequests"]["edges"]
    assert [tuple(edge["node"].values()) for edge in edges] == [
        (second, "PENDING", ""),
        (first, "DENIED", "No"),
    ]
    assert {id_of(each) for each in ClassAccessRequest.objects.all()} == {first, second}
