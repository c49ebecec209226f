"""The assignments of teachers to classes in the demo school."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from primepath.demo.accounts import CLASS_TEACHERS, TEACHER
from primepath.domain.school_class import AccessLevel
from primepath.models import TeacherClassAssignment
from primepath.services.school.seed_school import SchoolFile

_ASSIGNED_AT = datetime(2024, 3, 4, tzinfo=UTC)
_EXPIRED_AT = datetime(2024, 12, 31, tzinfo=UTC)
_EXPIRED_CLASS = "MIDDLE_9C"
# One class for each access level, and one with expired access.
_CLASSES_OF_TEACHER = {
    "PRIMARY_1A": AccessLevel.FULL,
    "PRIMARY_2B": AccessLevel.CO_TEACHER,
    "MIDDLE_7A": AccessLevel.SUBSTITUTE,
    "HIGH_10F": AccessLevel.VIEW,
    _EXPIRED_CLASS: AccessLevel.FULL,
}
_USERNAMES = tuple(CLASS_TEACHERS)
# Every nth class has another teacher with this access level: (n, distance from the class teacher in the list of teachers).
# The distances differ, so a class never has the same teacher twice.
_OTHER_TEACHERS = {
    AccessLevel.CO_TEACHER: (2, 5),
    AccessLevel.SUBSTITUTE: (3, 8),
    AccessLevel.VIEW: (5, 11),
}
_REVOKED_EVERY = 20


def class_teacher(position: int) -> str:
    """Return the username of the teacher with ``FULL`` access to the class at this position in the file."""
    return _USERNAMES[position % len(_USERNAMES)]


def seed_assignments(
    *, school: SchoolFile, teachers: Mapping[str, int], report: Callable[[str], None]
) -> None:
    """Add each assignment, unless the teacher already has one for that class, active or not."""
    codes = [entry["code"] for entry in school["classes"]]
    known = set(TeacherClassAssignment.objects.values_list("teacher_id", "school_class_id"))
    missing = [
        assignment
        for assignment in _assignments(codes, teachers)
        if (assignment.teacher_id, assignment.school_class_id) not in known
    ]
    TeacherClassAssignment.objects.bulk_create(missing, ignore_conflicts=True)
    report(f"Assignments: {len(missing)} added.")


def _assignments(
    codes: Sequence[str], teachers: Mapping[str, int]
) -> Iterator[TeacherClassAssignment]:
    for code, access_level in _CLASSES_OF_TEACHER.items():
        yield TeacherClassAssignment(
            teacher_id=teachers[TEACHER],
            school_class_id=code,
            access_level=access_level,
            assigned_at=_ASSIGNED_AT,
            expires_at=_EXPIRED_AT if code == _EXPIRED_CLASS else None,
        )
    for position, code in enumerate(codes):
        for access_level, username in _teachers_of(position):
            revoked = access_level == AccessLevel.VIEW and position % _REVOKED_EVERY == 0
            yield TeacherClassAssignment(
                teacher_id=teachers[username],
                school_class_id=code,
                access_level=access_level,
                assigned_at=_ASSIGNED_AT,
                is_active=not revoked,
            )


def _teachers_of(position: int) -> Iterator[tuple[AccessLevel, str]]:
    """Yield the class teacher with ``FULL`` access, then the other teachers with their access levels."""
    yield AccessLevel.FULL, class_teacher(position)
    for access_level, (every, distance) in _OTHER_TEACHERS.items():
        if position % every == 0:
            yield access_level, class_teacher(position + distance)
