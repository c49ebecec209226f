"""Days of the week, and lists of them as columns store them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from enum import StrEnum


class Weekday(StrEnum):
    """A day of the week. The order of definition is the order of ISO 8601: Monday first."""

    MON = "MON"
    TUE = "TUE"
    WED = "WED"
    THU = "THU"
    FRI = "FRI"
    SAT = "SAT"
    SUN = "SUN"

    @classmethod
    def of(cls, date: datetime.date) -> Weekday:
        """Return the day of the week of a date."""
        return WEEKDAYS[date.weekday()]


WEEKDAYS = tuple(Weekday)
SCHOOL_WEEK = WEEKDAYS[:5]
"""The lesson days of a school that has not chosen any."""
MAX_DAYS_LENGTH = len(" ".join(WEEKDAYS))


def join_days(days: Iterable[str]) -> str:
    """Return the days as a column stores them: in the order of the week, without duplicates, such as ``SAT SUN``."""
    wanted = set(days)
    return " ".join(day for day in WEEKDAYS if day in wanted)


def split_days(text: str) -> tuple[Weekday, ...]:
    """Return the days that `join_days` joined."""
    return tuple(map(Weekday, text.split()))
