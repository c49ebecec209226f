"""Deciding access requests in the admin site."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from primepath.models import ClassAccessRequest, Teacher, TeacherClassAssignment
from tests.factories import make_class, make_teacher
from tests.primepath.admin.conftest import signed_in
from tests.primepath.admin.pages import change_url, errors_of, filled
from tests.primepath.admin.school import Row, written_since


@pytest.fixture
def pending(row: Row) -> ClassAccessRequest:
    return ClassAccessRequest.objects.create(
        teacher=make_teacher("applicant"),
        school_class=row.school_class,
        requested_access_level="CO_TEACHER",
        reason="I teach there.",
    )


def _decide(client: Client, request: ClassAccessRequest, **values: Any) -> Any:
    url = change_url(request)
    return client.post(url, filled(client, url) | values)


def test_request_is_approved_with_level_expiry_and_note(
    head: Client, head_teacher: Teacher, row: Row, pending: ClassAccessRequest
) -> None:
    assert filled(head, change_url(pending)) == {
        "decision": "",
        "access_level": "CO_TEACHER",
        "expires_at_0": "",
        "expires_at_1": "",
        "note": "",
    }
    tomorrow = timezone.localtime() + timedelta(days=1)
    response = _decide(
        head,
        pending,
        decision="APPROVE",
        access_level="VIEW",
        expires_at_0=f"{tomorrow:%Y-%m-%d}",
        expires_at_1="12:00",
        note="For a day.",
    )
    assert response.status_code == 302
    pending.refresh_from_db()
    assert (pending.status, pending.review_note) == ("APPROVED", "For a day.")
    assert pending.reviewed_by == head_teacher
    assignment = TeacherClassAssignment.objects.get(teacher=pending.teacher)
    assert assignment.access_level == "VIEW"
    assert timezone.localtime(assignment.expires_at).hour == 12
    entries = written_since(row)
    assert [entry.subject for entry in entries] == ["ACCESS_REQUEST", "ASSIGNMENT"]
    assert {entry.action for entry in entries} == {"APPROVE_CLASS_ACCESS_REQUEST"}
    assert {entry.teacher for entry in entries} == {head_teacher}


def test_request_is_denied_with_a_reason(
    staff: Client, row: Row, pending: ClassAccessRequest
) -> None:
    assert list(errors_of(_decide(staff, pending, decision="DENY", note=" "))) == ["note"]
    assert not written_since(row)
    assert _decide(staff, pending, decision="DENY", note="Full already.").status_code == 302
    pending.refresh_from_db()
    assert (pending.status, pending.reviewed_by) == ("DENIED", None)
    (entry,) = written_since(row)
    assert (entry.action, entry.actor_name) == ("DENY_CLASS_ACCESS_REQUEST", "office")
    assert not TeacherClassAssignment.objects.filter(teacher=pending.teacher).exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "decision"),
        ({"decision": "MAYBE"}, "decision"),
        ({"decision": "APPROVE", "access_level": "ALL"}, "access_level"),
        ({"decision": "APPROVE", "note": "x" * 1_001}, "note"),
        ({"decision": "APPROVE", "note": "\0"}, "note"),
        ({"decision": "APPROVE", "expires_at_0": "x", "expires_at_1": "12:00"}, "expires_at"),
        (
            {"decision": "APPROVE", "expires_at_0": "2020-01-01", "expires_at_1": "12:00"},
            "expires_at",
        ),
    ],
)
def test_invalid_decision_is_an_error_at_its_field(
    head: Client, row: Row, pending: ClassAccessRequest, values: dict[str, str], field: str
) -> None:
    assert list(errors_of(_decide(head, pending, **values))) == [field]
    assert not written_since(row)


@pytest.mark.parametrize("decision", ["APPROVE", "DENY"])
def test_own_request_cannot_be_decided(
    row: Row, pending: ClassAccessRequest, decision: str
) -> None:
    Teacher.objects.filter(pk=pending.teacher_id).update(is_head_teacher=True)
    client = signed_in(pending.teacher.user)
    errors = errors_of(_decide(client, pending, decision=decision, note="Mine"))
    assert "You cannot change your own access" in errors["__all__"][0]
    pending.refresh_from_db()
    assert pending.status == "PENDING"
    assert not written_since(row)


def test_request_can_be_decided_only_once(
    head: Client, row: Row, pending: ClassAccessRequest
) -> None:
    url = change_url(pending)
    data = filled(head, url) | {"decision": "DENY", "note": "No."}
    assert head.post(url, data).status_code == 302
    assert errors_of(head.post(url, data)) == {"__all__": ["This request is already DENIED."]}
    assert not filled(head, url)
    assert len(written_since(row)) == 1


def test_request_for_an_inactive_class_cannot_be_approved(
    head: Client, row: Row, pending: ClassAccessRequest
) -> None:
    pending.school_class = make_class(is_active=False)
    pending.save()
    response = _decide(head, pending, decision="APPROVE")
    assert errors_of(response) == {"__all__": ["The class of this request is inactive."]}
    assert not written_since(row)
