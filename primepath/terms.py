"""Values of the API that people read too, in the current language, and dates.

`_LABELS` lists the labels that `label_of` makes of the members, so that they can be translated. A test compares them.
"""

from __future__ import annotations

import datetime
from functools import lru_cache

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from primepath.domain.language import Language
from primepath.domain.text import label_of
from primepath.domain.weekday import WEEKDAYS

_LABELS = {
    "CellStatus": (
        _("Empty"),
        _("Draft"),
        _("Scheduled"),
        _("In progress"),
        _("Completed"),
    ),
    "Period": (
        _("Jan"),
        _("Feb"),
        _("Mar"),
        _("Apr"),
        _("May"),
        _("Jun"),
        _("Jul"),
        _("Aug"),
        _("Sep"),
        _("Oct"),
        _("Nov"),
        _("Dec"),
        _("Q1"),
        _("Q2"),
        _("Q3"),
        _("Q4"),
    ),
    "Division": (
        _("Primary"),
        _("Middle"),
        _("High"),
    ),
    "AccessLevel": (
        _("Full"),
        _("Co teacher"),
        _("Substitute"),
        _("View"),
    ),
    "AccessRequestStatus": (
        _("Pending"),
        _("Approved"),
        _("Denied"),
        _("Withdrawn"),
    ),
    "ExamType": (
        _("Review"),
        _("Quarterly"),
    ),
    "SessionStatus": (
        _("Not started"),
        _("In progress"),
        _("Completed"),
    ),
    "HolidayKind": (
        _("Public"),
        _("School"),
    ),
    "Weekday": (
        _("Mon"),
        _("Tue"),
        _("Wed"),
        _("Thu"),
        _("Fri"),
        _("Sat"),
        _("Sun"),
    ),
    "HistorySubject": (
        _("Cell"),
        _("Exam"),
        _("Level"),
        _("Curriculum"),
        _("Assignment"),
        _("Access request"),
        _("Class"),
        _("School"),
        _("School day"),
        _("Warning"),
        _("Program"),
        _("Sub program"),
        _("Teacher"),
        _("Account"),
        _("Token"),
    ),
    "HistoryAction": (
        _("Assign exams"),
        _("Unassign exams"),
        _("Update cell"),
        _("Update cells"),
        _("Clone cell"),
        _("Share cell"),
        _("Create exam"),
        _("Update exam"),
        _("Update level"),
        _("Set class curriculum"),
        _("Request class access"),
        _("Withdraw class access request"),
        _("Approve class access request"),
        _("Deny class access request"),
        _("Assign teacher"),
        _("Revoke teacher"),
        _("Create class"),
        _("Update class"),
        _("Update school"),
        _("Close school"),
        _("Reopen school"),
        _("Accept warning"),
        _("Create program"),
        _("Update program"),
        _("Create sub program"),
        _("Update sub program"),
        _("Create level"),
        _("Create teacher"),
        _("Update teacher"),
        _("Create account"),
        _("Update account"),
        _("Set password"),
        _("Create account link"),
        _("Create token"),
        _("Undo changes"),
        _("Roll over year"),
        _("Import schedule"),
        _("Revoke token"),
    ),
}
LABELS = frozenset(label for labels in _LABELS.values() for label in labels)
"""The labels that have translations."""


def label(code: str) -> str:
    """Return the label of a value in the current language: `In progress`, `진행 중`."""
    return translated(label_of(code))


def translated(text: str) -> str:
    """Return the translation of a text that is no literal. Without a translation, return the text."""
    # The translation of the empty text is the header of the file.
    return translation.gettext(text) if text else ""


def named(code: str) -> str:
    """Return a value inside of a message: English messages have the code, as the API's users know it. Others have the label."""
    return str(code) if get_language() == Language.EN else label(code)


def shown_date(date: datetime.date) -> str:
    """Return a date inside of a message: `2026-03-12`, `2026년 3월 12일(목)`."""
    return shown_date_in(get_language(), date)


@lru_cache(maxsize=2_000)
def shown_date_in(language: str | None, date: datetime.date) -> str:
    """Return the same. ``language``: the current one, if the caller knows it already."""
    if language == Language.EN:
        return date.isoformat()
    weekday = label(WEEKDAYS[date.weekday()])
    return gettext("{date} ({weekday})").format(date=date_format(date), weekday=weekday)
