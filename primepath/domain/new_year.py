"""A new year from the plan of an earlier one: what is copied, and how dates and names change."""

from __future__ import annotations

import datetime
import re
from enum import StrEnum

from primepath.domain.period import Period

_DAYS_IN_WEEK = 7


class YearPart(StrEnum):
    """A part of the plan of a year."""

    CURRICULUM = "CURRICULUM"
    EXAMS = "EXAMS"
    SCHEDULE = "SCHEDULE"
    ASSIGNMENTS = "ASSIGNMENTS"


class DateShift(StrEnum):
    """The conversion of a date of one year to a date of another."""

    NONE = "NONE"
    SAME_WEEKDAY = "SAME_WEEKDAY"
    SAME_DATE = "SAME_DATE"


class RollOverExisting(StrEnum):
    """Handling of a target that is in use already."""

    SKIP = "SKIP"
    MERGE = "MERGE"
    REPLACE = "REPLACE"


def move_date(
    date: datetime.date, period: Period, to_year: int, shift: DateShift
) -> datetime.date | None:
    """Return the date in the same period of ``to_year``, or None without a shift.

    ``SAME_WEEKDAY`` is the date of the same weekday inside the period that is nearest to the same day and month. It differs from
    that day by 6 days at most. Adding 364 days would leave the period: 1 March would become 28 February. 29 February counts as
    28 February in other years.
    """
    if shift is DateShift.NONE:
        return None
    same = _same_day(date, to_year)
    if shift is DateShift.SAME_DATE:
        return same
    first, last = period.dates(to_year)
    later = (date.weekday() - same.weekday()) % _DAYS_IN_WEEK
    nearest_first = sorted((later, later - _DAYS_IN_WEEK), key=abs)
    moved = (same + datetime.timedelta(days) for days in nearest_first)
    return next(each for each in moved if first <= each <= last)


def rename(name: str, from_year: int, to_year: int) -> str:
    """Return the name of a copy: the old year becomes the new one if it is a whole word.

    Korean writes the word for a year without a blank after the number, as in 2026년 and 2026학년도.
    """
    return re.sub(rf"(?<!\w){from_year}(?=\b|년|학년도)", str(to_year), name)


def _same_day(date: datetime.date, year: int) -> datetime.date:
    try:
        return date.replace(year=year)
    except ValueError:
        return date.replace(year=year, day=28)
