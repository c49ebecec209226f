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

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", re.ASCII)
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:[0-5]\d)", re.ASCII
)


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
    # Convert to UTC here, so an instant outside years 1 to 9999 in UTC is rejected as invalid input.
    return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)


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
            "`09:30:00`."
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
        description="An instant with a UTC offset, for example `2026-03-14T09:30:00+09:00`. Responses are in UTC.",
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
