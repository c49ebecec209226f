"""Requesting access to a class, withdrawing the request, and deciding it."""

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
from tests.schema.mutations.documents import errors_of, id_of, mutate, result_of

pytestmark = pytest.mark.django_db

SOON, LATER = (datetime(year, 1, 1, tzinfo=UTC) for year in (2998, 2999))


def request_access(teacher: Teacher, code: str = "A", level: str = "CO_TEACHER") -> str:
    """Request access and return the id of the request."""
    request = result_of(
        "requestClassAccess",
        as_viewer(teacher),
        classCode=code,
        accessLevel=level,
        reason="Standing in",
    )
    return str(request["id"])


def access_of(teacher: Teacher, school_class: SchoolClass) -> tuple[str, datetime | None, bool]:
    found = TeacherClassAssignment.objects.get(teacher=teacher, school_class=school_class)
    return found.access_level, found.expires_at, found.is_active


def sees_class(teacher: Teacher, code: str = "A") -> bool:
    found = data(f'{{ schoolClass(code: "{code}") {{ code }} }}', as_viewer(teacher))
    return found["schoolClass"] is not None


def test_request_has_its_details_and_grants_no_access() -> None:
    make_class("A")
    teacher = make_teacher("mina")
    request = result_of(
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
    assert not sees_class(teacher)


@pytest.mark.parametrize("end", ["withdraw", "approve", "deny"])
def test_second_pending_request_for_a_class_is_rejected(end: str) -> None:
    make_class("A"), make_class("B")
    teacher, head = make_teacher(), head_teacher()
    request = request_access(teacher)
    values = {"classCode": "A", "accessLevel": "VIEW", "reason": "Again"}
    duplicate = [("DUPLICATE", "input.classCode")]
    assert errors_of("requestClassAccess", as_viewer(teacher), **values) == duplicate
    request_access(teacher, "B")
    request_access(make_teacher())
    more = {"note": "No"} if end == "deny" else {}
    viewer = as_viewer(teacher) if end == "withdraw" else head
    result_of(f"{end}ClassAccessRequest", viewer, id=request, **more)
    assert request_access(teacher) != request


def test_rejected_request_returns_the_pending_one() -> None:
    make_class("A")
    teacher = make_teacher()
    request_access(make_teacher("juno"))
    pending = request_access(teacher, level="VIEW")
    values = {"classCode": "A", "accessLevel": "FULL", "reason": "Again"}
    payload = mutate("requestClassAccess", as_viewer(teacher), **values)
    assert [each["code"] for each in payload["userErrors"]] == ["DUPLICATE"]
    assert payload["request"]["id"] == pending
    assert payload["request"]["requestedAccessLevel"] == "VIEW"
    payload = mutate("requestClassAccess", as_viewer(teacher), **{**values, "classCode": "NONE"})
    assert payload["request"] is None


@pytest.mark.parametrize("decision", ["approve", "deny", "withdraw"])
def test_rejected_decision_returns_the_request_to_those_who_see_it(decision: str) -> None:
    make_class("A")
    teacher, other, head = make_teacher(), make_teacher("juno"), head_teacher()
    request = request_access(teacher)
    decided = result_of("denyClassAccessRequest", head, id=request, note="Not this year")
    more = {"note": "No"} if decision == "deny" else {}
    for viewer, codes, expected in (
        (head, {"ALREADY_DECIDED"}, decided),
        (as_viewer(teacher), {"ALREADY_DECIDED", "FORBIDDEN"}, decided),
        (as_viewer(other), {"NOT_FOUND", "FORBIDDEN"}, None),
    ):
        payload = mutate(f"{decision}ClassAccessRequest", viewer, id=request, **more)
        assert codes >= {each["code"] for each in payload["userErrors"]} != set()
        # Classes are shown to users who can see them.
        shown = payload["request"] and {**payload["request"], "schoolClass": {"code": "A"}}
        assert shown == expected


def test_only_the_requesting_teacher_can_withdraw() -> None:
    make_class("A")
    teacher = make_teacher()
    request = request_access(teacher)
    before = stored_rows()
    assert errors_of("withdrawClassAccessRequest", as_viewer(make_teacher("juno")), id=request) == [
        ("NOT_FOUND", "input.id")
    ]
    assert errors_of("withdrawClassAccessRequest", head_teacher(), id=request) == [
        ("FORBIDDEN", "input.id")
    ]
    assert stored_rows()["ClassAccessRequest"] == before["ClassAccessRequest"]
    withdrawn = result_of("withdrawClassAccessRequest", as_viewer(teacher), id=request)
    assert (withdrawn["status"], withdrawn["reviewedAt"]) == ("WITHDRAWN", None)
    assert errors_of("withdrawClassAccessRequest", as_viewer(teacher), id=request) == [
        ("ALREADY_DECIDED", "input.id")
    ]


def test_approval_grants_the_requested_access_immediately() -> None:
    a, teacher = make_class("A"), make_teacher()
    head = as_viewer(make_teacher("hana", head=True))
    request = result_of(
        "approveClassAccessRequest", head, id=request_access(teacher), note="Welcome"
    )
    assert (request["status"], request["reviewNote"]) == ("APPROVED", "Welcome")
    assert request["reviewedBy"] == {"name": "Hana"}
    assert request["schoolClass"] == {"code": "A"}
    assert access_of(teacher, a) == ("CO_TEACHER", None, True)
    assert sees_class(teacher)


def test_approval_can_grant_another_level_with_an_expiry() -> None:
    a, teacher = make_class("A"), make_teacher()
    result_of(
        "approveClassAccessRequest",
        head_teacher(),
        id=request_access(teacher),
        accessLevel="VIEW",
        expiresAt="2999-01-01T09:00:00+09:00",
    )
    assert access_of(teacher, a) == ("VIEW", LATER, True)


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
def test_approval_raises_access_but_never_lowers_it(
    has: tuple[str, datetime | None],
    asks: tuple[str, datetime | None],
    gets: tuple[str, datetime | None],
) -> None:
    a, teacher = make_class("A"), make_teacher()
    assign(teacher, a, AccessLevel(has[0]), expires_at=has[1])
    expires = {"expiresAt": asks[1].isoformat()} if asks[1] else {}
    result_of(
        "approveClassAccessRequest",
        head_teacher(),
        id=request_access(teacher, level=asks[0]),
        **expires,
    )
    assert access_of(teacher, a) == (*gets, True)


@pytest.mark.parametrize("lost", ["expired", "revoked"])
def test_approval_replaces_expired_or_revoked_access(lost: str) -> None:
    a, teacher = make_class("A"), make_teacher()
    ago = timezone.now() - timedelta(days=1) if lost == "expired" else None
    assign(teacher, a, AccessLevel.FULL, expires_at=ago, is_active=lost != "revoked")
    expiry = {"expiresAt": LATER.isoformat()}
    result_of(
        "approveClassAccessRequest",
        head_teacher(),
        id=request_access(teacher, level="VIEW"),
        **expiry,
    )
    assert access_of(teacher, a) == ("VIEW", LATER, True)


def test_approval_and_assignment_are_in_the_history() -> None:
    make_class("A")
    request = request_access(make_teacher())
    before = history_size()
    result_of("approveClassAccessRequest", head_teacher(), id=request)
    assert history_size() == before + 2


def test_denial_has_a_reason_and_grants_no_access() -> None:
    make_class("A")
    teacher = make_teacher()
    office = User.objects.create(username="office", is_staff=True)
    request = result_of(
        "denyClassAccessRequest", as_viewer(office), id=request_access(teacher), note="No need"
    )
    assert (request["status"], request["reviewNote"]) == ("DENIED", "No need")
    assert request["reviewedBy"] is None
    assert request["reviewedAt"] is not None
    assert not sees_class(teacher)
    assert not TeacherClassAssignment.objects.exists()


@pytest.mark.parametrize("action", ["approve", "deny"])
def test_head_teacher_cannot_decide_own_request(action: str) -> None:
    make_class("A")
    head = make_teacher(head=True)
    request = request_access(head)
    more: dict[str, Any] = {"note": "Mine"}
    mutation = f"{action}ClassAccessRequest"
    assert errors_of(mutation, as_viewer(head), id=request, **more) == [("FORBIDDEN", "input.id")]
    result_of(mutation, head_teacher(), id=request, **more)


def test_request_for_an_inactive_class_can_be_denied_but_not_approved() -> None:
    a, teacher, head = make_class("A"), make_teacher(), head_teacher()
    request = request_access(teacher)
    SchoolClass.objects.filter(pk=a.pk).update(is_active=False)
    assert errors_of("approveClassAccessRequest", head, id=request) == [("NOT_FOUND", "input.id")]
    assert result_of("denyClassAccessRequest", head, id=request, note="Over")["status"] == "DENIED"


def test_viewer_sees_the_status_of_each_request() -> None:
    make_class("A"), make_class("B")
    teacher = make_teacher()
    first, second = request_access(teacher), request_access(teacher, "B")
    result_of("denyClassAccessRequest", head_teacher(), id=first, note="No")
    query = "{ classAccessRequests { edges { node { id status reviewNote } } } }"
    edges = data(query, as_viewer(teacher))["classAccessRequests"]["edges"]
    assert [tuple(edge["node"].values()) for edge in edges] == [
        (second, "PENDING", ""),
        (first, "DENIED", "No"),
    ]
    assert {id_of(each) for each in ClassAccessRequest.objects.all()} == {first, second}
