"""Public holidays of the country in the language of the school, and what the school decides about them."""

from __future__ import annotations

import datetime

import pytest
from django.utils.translation import override
from pytest_django import Settings

from primepath.domain.calendar_days import Holiday, HolidayKind
from primepath.school_days import holidays_on, public_holidays

pytestmark = pytest.mark.one_database

MARCH_2 = datetime.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("date", "name"),
    [
        ("2026-03-02", "Alternative holiday for Independence Movement Day"),
        ("2026-08-17", "Alternative holiday for Liberation Day"),
        (
            "2025-05-06",
            "Alternative holiday for Buddha's Birthday; Alternative holiday for Children's Day",
        ),
        ("2026-05-01", "Labor Day"),
        ("2026-07-17", "Constitution Day"),
        ("2026-06-03", "Local Election Day"),
        # Memorial Day on a Saturday has no substitute, and Chuseok moves for Sundays only.
        ("2026-06-08", None),
        ("2026-09-28", None),
    ],
)
def test_holidays_of_korea(date: str, name: str | None) -> None:
    day = datetime.date.fromisoformat(date)
    with override("en"):
        assert public_holidays(day.year).get(day) == name


@pytest.mark.parametrize(
    ("date", "name"),
    [
        ("2026-01-01", "신정"),
        ("2026-12-25", "성탄절"),
        ("2027-12-27", "성탄절 대체 휴일"),
        ("2026-03-02", "삼일절 대체 휴일"),
    ],
)
def test_korean_names_are_those_that_people_use(date: str, name: str) -> None:
    day = datetime.date.fromisoformat(date)
    with override("ko"):
        assert public_holidays(day.year)[day] == name


def test_country_is_a_setting(settings: Settings) -> None:
    settings.SCHOOL_COUNTRY = "DE"
    with override("en"):
        assert public_holidays(2026)[datetime.date(2026, 10, 3)] == "German Unity Day"
        assert MARCH_2 not in public_holidays(2026)


@pytest.mark.parametrize(("country", "name"), [("JP", "New Year's Day"), ("PW", "New Year's Day")])
def test_country_without_names_in_the_language(country: str, name: str, settings: Settings) -> None:
    settings.SCHOOL_COUNTRY = country
    with override("ko"):
        assert public_holidays(2026)[datetime.date(2026, 1, 1)] == name


def test_decision_of_the_school_wins() -> None:
    with override("en"):
        law = "Alternative holiday for Independence Movement Day"
        public = Holiday(MARCH_2, law, HolidayKind.PUBLIC)
        assert holidays_on([MARCH_2], {}) == {MARCH_2: public}
        decided = {MARCH_2: ("PUBLIC", True, "")}
        assert holidays_on([MARCH_2], decided) == {MARCH_2: public._replace(is_open=True)}
        decided = {MARCH_2: ("SCHOOL", False, "Closed")}
        closed = Holiday(MARCH_2, "Closed", HolidayKind.SCHOOL)
        assert holidays_on([MARCH_2], decided) == {MARCH_2: closed}
        assert holidays_on([datetime.date(2026, 3, 3)], {}) == {}


def test_holidays_among_dates_of_several_years() -> None:
    days = [(1, 2), (12, 24), (12, 25)]
    dates = [datetime.date(year, month, day) for year in (2025, 2026) for month, day in days]
    with override("en"):
        found = holidays_on(dates, {dates[0]: ("SCHOOL", False, "Closed")})
    assert {date: holiday.name for date, holiday in found.items()} == {
        datetime.date(2025, 1, 2): "Closed",
        datetime.date(2025, 12, 25): "Christmas Day",
        datetime.date(2026, 12, 25): "Christmas Day",
    }
