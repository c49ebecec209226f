"""Dates of a new year, for every date of the planned years."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from primepath.domain.new_year import DateShift, move_date, rename
from primepath.domain.period import PERIODS, Period

pytestmark = pytest.mark.one_database

YEARS = range(2020, 2036)


def dates() -> Iterator[tuple[datetime.date, Period]]:
    for year in YEARS:
        for period in PERIODS:
            first, last = period.dates(year)
            for day in range((last - first).days + 1):
                yield first + datetime.timedelta(day), period


def same_day(date: datetime.date, year: int) -> datetime.date:
    day = 28 if (date.month, date.day) == (2, 29) else date.day
    return datetime.date(year, date.month, day)


@pytest.mark.parametrize("years_later", [1, 2, 5])
def test_same_weekday_is_the_nearest_in_the_period(years_later: int) -> None:
    """A slow search of the whole period finds the same date."""
    moved_most = 0
    for date, period in dates():
        year = date.year + years_later
        moved = move_date(date, period, year, DateShift.SAME_WEEKDAY)
        assert moved is not None
        first, last = period.dates(year)
        same = same_day(date, year)
        days = (first + datetime.timedelta(n) for n in range((last - first).days + 1))
        candidates = [day for day in days if day.weekday() == date.weekday()]
        assert moved == min(candidates, key=lambda day: (abs((day - same).days), -day.toordinal()))
        moved_most = max(moved_most, abs((moved - same).days))
    assert moved_most in {5, 6}


def test_364_days_would_leave_the_period() -> None:
    left = sum(
        not first <= date + datetime.timedelta(364) <= last
        for date, period in dates()
        for first, last in [period.dates(date.year + 1)]
    )
    assert left > 200


def test_same_date_stays_in_the_period() -> None:
    for date, period in dates():
        moved = move_date(date, period, date.year + 1, DateShift.SAME_DATE)
        assert moved == same_day(date, date.year + 1)
        first, last = period.dates(date.year + 1)
        assert first <= moved <= last


def test_without_a_shift_there_is_no_date() -> None:
    assert move_date(datetime.date(2026, 3, 1), Period.MAR, 2027, DateShift.NONE) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Review 2026", "Review 2027"),
        ("2026년 3월 평가", "2027년 3월 평가"),
        ("2026-1 of 2026", "2027-1 of 2027"),
        ("Level 12026", "Level 12026"),
        ("20260", "20260"),
        ("2026학년도 1분기", "2027학년도 1분기"),
        ("(2026) Review/2026.", "(2027) Review/2027."),
        ("Review_2026 v2026 2026th", "Review_2026 v2026 2026th"),
        ("제2026회 2026회", "제2026회 2026회"),
        ("2026", "2027"),
        ("Review", "Review"),
    ],
)
def test_year_in_a_name_changes_only_as_a_whole_word(name: str, expected: str) -> None:
    assert rename(name, 2026, 2027) == expected
