"""Change the rules that the schedule is checked against."""

from __future__ import annotations

from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject
from primepath.domain.viewer import Viewer
from primepath.models import SchoolRules
from primepath.models.school_rules import MAX_DAYS_BETWEEN_EXAMS
from primepath.services.permissions import check_administrator
from primepath.services.rows import RecordedRow
from primepath.services.school.lesson_days import check_days
from primepath.services.validation import ValidationErrors

_RULES = RecordedRow(
    subject=HistorySubject.SCHOOL,
    create=HistoryAction.UPDATE_SCHOOL,
    update=HistoryAction.UPDATE_SCHOOL,
    fields=("lesson_days", "minimum_days_between_exams"),
)


class SchoolRuleValues(TypedDict, total=False):
    """Rules of the school. A rule that is left out keeps its value."""

    lesson_days: str
    minimum_days_between_exams: int


@transaction.atomic
def update_school_rules(*, viewer: Viewer, values: SchoolRuleValues) -> SchoolRules:
    """Change the rules, and store them if they are the defaults so far.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff, ``BLANK``, ``OUT_OF_RANGE``.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    if not values.get("lesson_days", "MON"):
        errors.add(UserErrorCode.BLANK, _("{field} is required."), "lesson_days")
    check_days(values.get("lesson_days", ""), errors, "lesson_days")
    if "minimum_days_between_exams" in values:
        days = values["minimum_days_between_exams"]
        errors.check_range(days, 0, MAX_DAYS_BETWEEN_EXAMS, "minimum_days_between_exams")
    errors.raise_if_any()
    # Two first changes at the same time: the second one waits for the row of the first.
    SchoolRules.objects.bulk_create([SchoolRules()], ignore_conflicts=True)
    rules = SchoolRules.objects.select_for_update(no_key=True).get()
    _RULES.change(rules, values, viewer=viewer)
    return rules
