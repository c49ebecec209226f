"""Scalars for dates and times. A `Time` has no offset; a `DateTime` requires one."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import strawberry
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

# The grammar of RFC 3339, section 5.6. `Time` can also be without seconds.
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_FRACTION = r"(\.\d+)?"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(rf"{_CLOCK}(:[0-5]\d{_FRACTION})?", re.ASCII)
_DATE_TIME = re.compile(
    rf"\d{{4}}-\d{{2}}-\d{{2}}[Tt]{_CLOCK}:([0-5]\d|60){_FRACTION}([Zz]|[+-]{_CLOCK})", re.ASCII
)
_SECONDS = slice(17, 19)
_SECOND = datetime.timedelta(seconds=1)


def _parser(
    pattern: re.Pattern[str], read: Callable[[str], Any], message: Promise
) -> Callable[[Any], Any]:
    def parse(value: Any) -> Any:
        if isinstance(value, str) and pattern.fullmatch(value):
            try:
                return read(value.upper())
            except (ValueError, OverflowError):
                pass
        raise GraphQLError(str(message))

    return parse


def _read_date_time(text: str) -> datetime.datetime:
    if text[_SECONDS] == "60":
        return _read_leap_second(text)
    # Convert to UTC here, so an instant outside years 1 to 9999 in UTC is rejected as invalid input.
    # Python truncates fractions to microseconds.
    return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)


def _read_leap_second(text: str) -> datetime.datetime:
    """Return a second 60 as the second after it, as POSIX and PostgreSQL do. Raise `ValueError` if it cannot exist.

    RFC 3339, section 5.7: leap seconds are inserted at the end of a month in UTC. The months are announced half a
    year ahead, so any month is accepted.
    """
    following = _read_date_time(f"{text[:17]}59{text[19:]}") + _SECOND
    if (following.day, following.hour, following.minute) != (1, 0, 0):
        raise ValueError("no leap second")
    return following


def _write_date_time(value: datetime.datetime) -> str:
    return value.astimezone(datetime.UTC).isoformat()


SCALARS: dict[object, ScalarDefinition] = {
    datetime.date: strawberry.scalar(
        name="Date",
        description="A calendar date, `YYYY-MM-DD`, for example `2026-03-14`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        serialize=datetime.date.isoformat,
        parse_value=_parser(
            _DATE, datetime.date.fromisoformat, _("Expected a date such as 2026-03-14.")
        ),
    ),
    datetime.time: strawberry.scalar(
        name="Time",
        description=(
            "A time of day in the school's time zone, without an offset: `HH:MM` or `HH:MM:SS`, for example "
            "`09:30:00`. A fraction of a second can have any number of digits and is truncated to microseconds."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        serialize=datetime.time.isoformat,
        parse_value=_parser(
            _TIME,
            datetime.time.fromisoformat,
            _("Expected a time without an offset, such as 09:30 or 09:30:00."),
        ),
    ),
    datetime.datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant with a UTC offset, for example `2026-03-14T09:30:00+09:00`. Responses are in UTC. Accepts every "
            "date-time of RFC 3339 in the years 1–9999. A fraction of a second can have any number of digits and is "
            "truncated to microseconds. A leap second is read as the second after it."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        serialize=_write_date_time,
        parse_value=_parser(
            _DATE_TIME,
            _read_date_time,
            _(
                "Expected a date-time with an offset, such as 2026-03-14T09:30:00+09:00 or 2026-03-14T00:30:00Z."
            ),
        ),
    ),
}
