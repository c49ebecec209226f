"""The sixteen columns of the matrix: twelve months and four quarters."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache


class PeriodType(StrEnum):
    """Kind of a period: a month or a quarter."""

    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"


class Period(StrEnum):
    """A column of the matrix. The order of definition is the order of the columns."""

    JAN = "JAN"
    FEB = "FEB"
    MAR = "MAR"
    APR = "APR"
    MAY = "MAY"
    JUN = "JUN"
    JUL = "JUL"
    AUG = "AUG"
    SEP = "SEP"
    OCT = "OCT"
    NOV = "NOV"
    DEC = "DEC"
    Q1 = "Q1"
    Q2 = "Q2"
    Q3 = "Q3"
    Q4 = "Q4"

    @property
    def type(self) -> PeriodType:
        return PeriodType.QUARTERLY if self in QUARTERS else PeriodType.MONTHLY

    @lru_cache(maxsize=1_000)
    def dates(self, academic_year: int) -> tuple[datetime.date, datetime.date]:
        """Return the first and the last day of the period. An academic year is a calendar year."""
        if self in QUARTERS:
            last_month = 3 * (QUARTERS.index(self) + 1)
            first_month = last_month - 2
        else:
            first_month = last_month = MONTHS.index(self) + 1
        last_day = calendar.monthrange(academic_year, last_month)[1]
        return (
            datetime.date(academic_year, first_month, 1),
            datetime.date(academic_year, last_month, last_day),
        )


PERIODS = tuple(Period)
MONTHS = PERIODS[:12]
QUARTERS = PERIODS[12:]


def select_periods(
    period_type: PeriodType | None = None, periods: Iterable[Period] | None = None
) -> tuple[Period, ...]:
    """Return the periods that match both filters, without duplicates, in the order of the columns.

    None means no filter. An empty ``periods`` matches nothing.
    """
    wanted = set(PERIODS if periods is None else periods)
    return tuple(
        period
        for period in PERIODS
        if period in wanted and (period_type is None or period.type is period_type)
    )
