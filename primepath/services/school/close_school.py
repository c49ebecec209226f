"""Close the school on some days, or record public holidays."""

from __future__ import annotations

import datetime

from django.db import transaction

from primepath.domain.calendar_days import HolidayKind
from primepath.domain.history import HistoryAction
from primepath.domain.viewer import Viewer
from primepath.models import SchoolDay
from primepath.services.permissions import check_administrator
from primepath.services.rows import max_length
from primepath.services.school.days import DayState, check_dates, lock_days, write_days
from primepath.services.validation import ValidationErrors

MAX_NAME_LENGTH = max_length(SchoolDay, "name")


@transaction.atomic
def close_school(
    *,
    viewer: Viewer,
    first: datetime.date,
    last: datetime.date,
    name: str,
    kind: HolidayKind = HolidayKind.SCHOOL,
) -> None:
    """Close the school from ``first`` to ``last``, both included. A day that is closed already gets the new name and kind.

    With the kind PUBLIC, the days are recorded as public holidays, for holidays that the law adds at short notice.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff, ``OUT_OF_RANGE``, ``BLANK``, ``TOO_LONG``,
    ``INVALID_CHARACTERS``.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    dates = check_dates(first, last, errors)
    errors.check_text(name, "name", limit=MAX_NAME_LENGTH, required=True)
    errors.raise_if_any()
    before = lock_days(dates)
    closed = DayState(name.strip(), kind, is_open=False)
    write_days(
        viewer=viewer,
        action=HistoryAction.CLOSE_SCHOOL,
        before=before,
        after=dict.fromkeys(dates, closed),
    )
