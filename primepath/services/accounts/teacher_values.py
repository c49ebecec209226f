"""The fields of a teacher's profile, and how profiles are recorded."""

from __future__ import annotations

from typing import TypedDict

from primepath.domain.history import HistoryAction, HistorySubject
from primepath.models import Teacher
from primepath.services.rows import RecordedRow, max_length
from primepath.services.validation import ValidationErrors

TEACHERS = RecordedRow(
    subject=HistorySubject.TEACHER,
    create=HistoryAction.CREATE_TEACHER,
    update=HistoryAction.UPDATE_TEACHER,
    fields=("user_id", "name", "is_head_teacher"),
)


class TeacherValues(TypedDict, total=False):
    """Fields of a teacher's profile. A field that is left out keeps its value."""

    name: str
    is_head_teacher: bool


def check_teacher(values: TeacherValues, errors: ValidationErrors) -> None:
    """Add an error for each value that a teacher cannot have."""
    if "name" in values:
        errors.check_text(values["name"], "name", limit=max_length(Teacher, "name"), required=True)
