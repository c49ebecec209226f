"""Access requests of the demo school: pending, approved, denied and withdrawn ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from primepath.demo.accounts import HEAD_TEACHER, NEWCOMER, TEACHER
from primepath.demo.assignments import class_teacher
from primepath.domain.school_class import AccessLevel, AccessRequestStatus
from primepath.models import ClassAccessRequest
from primepath.services.school.seed_school import SchoolFile

_FIRST_REQUESTED_AT = datetime(2025, 2, 3, 1, 0, tzinfo=UTC)
_DECIDED_AFTER = timedelta(days=2)
_DECIDED = frozenset({AccessRequestStatus.APPROVED, AccessRequestStatus.DENIED})


class _Request(NamedTuple):
    username: str
    class_code: str
    access_level: AccessLevel
    status: AccessRequestStatus
    reason: str
    review_note: str = ""


def seed_access_requests(
    *, school: SchoolFile, teachers: Mapping[str, int], report: Callable[[str], None]
) -> None:
    """Add each request, unless the teacher already has a request for that class."""
    known = set(ClassAccessRequest.objects.values_list("teacher_id", "school_class_id"))
    missing = [
        ClassAccessRequest(
            teacher_id=teachers[request.username],
            school_class_id=request.class_code,
            requested_access_level=request.access_level,
            reason=request.reason,
            status=request.status,
            requested_at=requested_at,
            reviewed_at=requested_at + _DECIDED_AFTER if request.status in _DECIDED else None,
            reviewed_by_id=teachers[HEAD_TEACHER] if request.status in _DECIDED else None,
            review_note=request.review_note,
        )
        for number, request in enumerate(_requests(school))
        if (teachers[request.username], request.class_code) not in known
        for requested_at in [_FIRST_REQUESTED_AT + timedelta(days=7 * number)]
    ]
    ClassAccessRequest.objects.bulk_create(missing, ignore_conflicts=True)
    report(f"Access requests: {len(missing)} added.")


def _requests(school: SchoolFile) -> list[_Request]:
    codes = [entry["code"] for entry in school["classes"]]
    return [
        _Request(
            # An approved request needs an assignment, so the teacher is the class teacher.
            class_teacher(3),
            codes[3],
            AccessLevel.FULL,
            AccessRequestStatus.APPROVED,
            "새 학기부터 이 반을 맡습니다.",
            "Welcome aboard.",
        ),
        _Request(
            TEACHER,
            "PRIMARY_2B",
            AccessLevel.CO_TEACHER,
            AccessRequestStatus.APPROVED,
            "I teach this class together with its class teacher.",
        ),
        _Request(
            class_teacher(6),
            "HIGH_12A",
            AccessLevel.FULL,
            AccessRequestStatus.DENIED,
            "Je voudrais préparer les élèves à l'épreuve finale.",
            "This class has its teachers for the year.",
        ),
        _Request(
            NEWCOMER,
            "HIGH_11B",
            AccessLevel.FULL,
            AccessRequestStatus.DENIED,
            "I would like to plan its quarterly exams.",
            "Please start with a primary class.",
        ),
        _Request(
            NEWCOMER,
            "HIGH_12F",
            AccessLevel.VIEW,
            AccessRequestStatus.WITHDRAWN,
            "To see how a final year is planned.",
        ),
        _Request(
            NEWCOMER,
            "PRIMARY_3B",
            AccessLevel.CO_TEACHER,
            AccessRequestStatus.PENDING,
            "I join this class as its second teacher.",
        ),
        _Request(
            TEACHER,
            "MIDDLE_9C",
            AccessLevel.FULL,
            AccessRequestStatus.PENDING,
            "담당 기간이 끝나서 다시 신청합니다.",
        ),
        _Request(
            class_teacher(9),
            "MIDDLE_8D",
            AccessLevel.SUBSTITUTE,
            AccessRequestStatus.PENDING,
            "Covering for a colleague in May.",
        ),
    ]
