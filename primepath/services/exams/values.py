"""Check and set the values of an exam."""

from __future__ import annotations

from typing import Any, TypedDict

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.models import CurriculumLevel, Exam
from primepath.services.validation import ValidationErrors

MAX_NAME_LENGTH = 200
MAX_INSTRUCTIONS_LENGTH = 10_000
_RANGES = {"total_questions": (1, 1_000), "timer_minutes": (1, 1_440), "passing_score": (0, 100)}
_ALWAYS_SET = ("name", "total_questions", "timer_minutes", "is_active")


class ExamValues(TypedDict, total=False):
    """Fields of an exam. An omitted field stays unchanged; None clears a field that can be empty.

    ``curriculum_level_id`` is the primary key of the level. ``passing_score`` is in %.
    """

    name: str | None
    academic_year: int | None
    curriculum_level_id: int | None
    total_questions: int | None
    timer_minutes: int | None
    passing_score: int | None
    instructions: str | None
    is_active: bool | None


# In the order in which the history shows them.
_FIRST, *_OTHERS = ExamValues.__annotations__
RECORDED = (_FIRST, "type", *_OTHERS)


def check_values(values: ExamValues, errors: ValidationErrors) -> None:
    """Add an error for each invalid value. One SELECT if there is a level."""
    given: dict[str, Any] = {**values}
    for field in _ALWAYS_SET:
        if given.get(field, True) is None:
            errors.add(UserErrorCode.BLANK, _("{field} cannot be null."), field)
    if given.get("name") is not None:
        errors.check_text(given["name"], "name", limit=MAX_NAME_LENGTH, required=True)
    errors.check_text(
        given.get("instructions") or "", "instructions", limit=MAX_INSTRUCTIONS_LENGTH
    )
    for field, (lowest, highest) in _RANGES.items():
        if given.get(field) is not None:
            errors.check_range(given[field], lowest, highest, field)
    year = given.get("academic_year")
    if year is not None:
        errors.check_academic_year(year, "academic_year")
    level = given.get("curriculum_level_id")
    if level is not None and not CurriculumLevel.objects.filter(pk=level).exists():
        template = _("This curriculum level does not exist.")
        errors.add(UserErrorCode.NOT_FOUND, template, "curriculum_level_id")


def set_values(exam: Exam, values: ExamValues) -> None:
    """Set the values on the exam, without saving it. Check them first."""
    for field, value in values.items():
        setattr(exam, field, "" if field == "instructions" and value is None else value)


def recorded(exam: Exam) -> dict[str, Any]:
    """Return the values that the history records."""
    return {field: getattr(exam, field) for field in RECORDED}
