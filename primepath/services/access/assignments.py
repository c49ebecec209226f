"""Lock and save assignments, with their history."""

from __future__ import annotations

import datetime
from typing import Any

from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import TeacherClassAssignment
from primepath.services.history import Recorded, record


def lock_assignment(*, teacher_id: int, class_code: str) -> TeacherClassAssignment | None:
    """Lock and return the teacher's assignment to the class, or None if it does not exist."""
    return (
        TeacherClassAssignment.objects.select_for_update(no_key=True)
        .filter(teacher=teacher_id, school_class=class_code)
        .first()
    )


def write_assignment(
    assignment: TeacherClassAssignment,
    *,
    viewer: Viewer,
    action: HistoryAction,
    at: datetime.datetime,
    access_level: AccessLevel,
    expires_at: datetime.datetime | None,
    is_active: bool,
) -> None:
    """Save a stored or new assignment with these values, and record the change. Does nothing if nothing changes."""
    before = {} if assignment.pk is None else recorded_assignment(assignment)
    assignment.access_level = access_level
    assignment.expires_at = expires_at
    assignment.is_active = is_active
    changes = differences(before, recorded_assignment(assignment))
    if not changes:
        return
    assignment.save()
    record(
        viewer=viewer,
        action=action,
        subject=HistorySubject.ASSIGNMENT,
        at=at,
        entries=[Recorded(str(assignment.pk), changes)],
    )


def recorded_assignment(assignment: TeacherClassAssignment) -> dict[str, Any]:
    """Return the values that the history records."""
    return {
        "teacher_id": assignment.teacher_id,
        "class_code": assignment.school_class_id,
        "access_level": str(assignment.access_level),
        "expires_at": assignment.expires_at,
        "is_active": assignment.is_active,
    }
