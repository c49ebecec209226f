"""The holidays of the school: the holidays of its country, changed by the decisions of the school."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language

from primepath.domain.calendar_days import Holiday, HolidayKind

Decision = tuple[str, bool, str]
"""Kind, ``is_open`` and name of a `SchoolDay`."""

# The package's names of these languages. Names in any other language are English.
_LANGUAGES = {"ko": "ko", "en": "en_US"}
# The package has the names of the law. People use others.
_NAMES = {"신정연휴": "신정", "기독탄신일": "성탄절"}


def public_holidays(year: int) -> dict[datetime.date, str]:
    """Return the country's public holidays of a year by date, with substitute holidays, in the current language."""
    language = _LANGUAGES.get((get_language() or "")[:2], "en_US")
    return _public_holidays(settings.SCHOOL_COUNTRY, language, year)


def holidays_on(
    dates: Iterable[datetime.date], decided: Mapping[datetime.date, Decision]
) -> dict[datetime.date, Holiday]:
    """Return the holidays among the dates, by date. ``decided``: the decisions of the school."""
    wanted = set(dates)
    laws: dict[datetime.date, str] = {}
    for year in {date.year for date in wanted}:
        laws |= public_holidays(year)
    return {
        date: _holiday(date, laws.get(date, ""), decided.get(date))
        for date in wanted & (laws.keys() | decided.keys())
    }


def _holiday(date: datetime.date, law: str, decided: Decision | None) -> Holiday:
    """Return the holiday on a date. ``law``: name of the public holiday, or empty if the school has decided on the date."""
    if decided is None:
        return Holiday(date, law, HolidayKind.PUBLIC)
    kind, is_open, name = decided
    return Holiday(date, name or law, HolidayKind(kind), is_open)


@lru_cache(maxsize=200)
def _public_holidays(country: str, language: str, year: int) -> dict[datetime.date, str]:
    # Imported with the first holidays, to start faster.
    import holidays

    supported = holidays.country_holidays(country).supported_languages
    # Some countries have names in their own language only.
    known = next((each for each in (language, "en_US") if each in supported), None)
    found = holidays.country_holidays(country, years=year, language=known)
    return {date: _common_name(name) for date, name in sorted(found.items())}


def _common_name(name: str) -> str:
    for of_law, common in _NAMES.items():
        name = name.replace(of_law, common)
    return name
