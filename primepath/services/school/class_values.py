"""The fields of a class, and how classes are recorded."""

from __future__ import annotations

from typing import Any, TypedDict

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject
from primepath.domain.school_class import FIRST_GRADE, LAST_GRADE, Division
from primepath.models import SchoolClass
from primepath.services.rows import RecordedRow, max_length
from primepath.services.school.lesson_days import check_days
from primepath.services.validation import ValidationErrors

CLASSES = RecordedRow(
    subject=HistorySubject.CLASS,
    create=HistoryAction.CREATE_CLASS,
    update=HistoryAction.UPDATE_CLASS,
    fields=("name", "division", "grade", "section", "stream", "lesson_days", "is_active"),
)
_REQUIRED_TEXTS = ("name",)
_OPTIONAL_TEXTS = ("section", "stream")


class ClassValues(TypedDict, total=False):
    """Fields of a class. A field that is left out keeps its value."""

    name: str
    division: str
    grade: int
    section: str
    stream: str
    lesson_days: str
    is_active: bool


def check_class(values: ClassValues, errors: ValidationErrors) -> None:
    """Add an error for each value that a class cannot have."""
    given: dict[str, Any] = {**values}
    for name in (*_REQUIRED_TEXTS, *_OPTIONAL_TEXTS):
        if name in given:
            limit = max_length(SchoolClass, name)
            # A grade with one class needs no section. A section that is there can be seen.
            required = name in _REQUIRED_TEXTS or (name == "section" and given[name] != "")
            errors.check_text(given[name], name, limit=limit, required=required)
    if given.get("division", Division.PRIMARY) not in {*Division}:
        template = _("Division must be one of {divisions}.")
        divisions = ", ".join(Division)
        errors.add(UserErrorCode.OUT_OF_RANGE, template, "division", divisions=divisions)
    if "grade" in given:
        errors.check_range(given["grade"], FIRST_GRADE, LAST_GRADE, "grade")
    check_days(given.get("lesson_days", ""), errors, "lesson_days")
