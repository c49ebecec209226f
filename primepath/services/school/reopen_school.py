"""Open the school on some days."""

from __future__ import annotations

import datetime

from django.db import transaction

from primepath.domain.calendar_days import HolidayKind
from primepath.domain.history import HistoryAction
from primepath.domain.viewer import Viewer
from primepath.school_days import public_holidays
from primepath.services.permissions import check_administrator
from primepath.services.school.days import DayState, check_dates, lock_days, write_days
from primepath.services.validation import ValidationErrors


@transaction.atomic
def reopen_school(*, viewer: Viewer, first: datetime.date, last: datetime.date) -> None:
    """Open the school from ``first`` to ``last``, both included. Days that are open already stay as they are.

    A public holiday stays one, but the school teaches on it.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff, ``OUT_OF_RANGE``.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    dates = check_dates(first, last, errors)
    errors.raise_if_any()
    before = lock_days(dates)
    after = {date: _opened(date, before.get(date)) for date in dates}
    write_days(viewer=viewer, action=HistoryAction.REOPEN_SCHOOL, before=before, after=after)


def _opened(date: datetime.date, day: DayState | None) -> DayState | None:
    if day is not None and day.kind is HolidayKind.PUBLIC:
        return day._replace(is_open=True)
    if date in public_holidays(date.year):
        # The law's holiday keeps its own name, in every language.
        return DayState("", HolidayKind.PUBLIC, is_open=True)
    return None
