"""Lock, check and save the days that the school decides about. The number of statements does not depend on their number."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.db.bulk import insert_rows
from primepath.domain.calendar_days import HolidayKind
from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.models import SchoolDay
from primepath.services.history import Recorded, record
from primepath.services.validation import ValidationErrors

MAX_DAYS = 366
_COLUMNS = ("date", "name", "kind", "is_open")
_REPLACE = (
    "(date) DO UPDATE SET name = excluded.name, kind = excluded.kind, is_open = excluded.is_open"
)


class DayState(NamedTuple):
    """The decision about a day."""

    name: str
    kind: HolidayKind
    is_open: bool


def check_dates(
    first: datetime.date, last: datetime.date, errors: ValidationErrors
) -> Sequence[datetime.date]:
    """Return the dates from ``first`` to ``last``. Add an error if they are too many, in the wrong order or in no year of the school."""
    years = settings.ACADEMIC_YEARS
    for name, date in (("first", first), ("last", last)):
        errors.check_academic_year(date.year, name)
    days = (last - first).days + 1
    if days < 1:
        template = _("The last day must not be before the first day.")
        errors.add(UserErrorCode.OUT_OF_RANGE, template, "last")
    elif days > MAX_DAYS:
        template = _("{days} days exceed the limit of {limit}.")
        errors.add(UserErrorCode.OUT_OF_RANGE, template, "last", days=days, limit=MAX_DAYS)
    elif first.year in years and last.year in years:
        return [first + datetime.timedelta(day) for day in range(days)]
    return []


def lock_days(dates: Collection[datetime.date]) -> dict[datetime.date, DayState]:
    """Return the stored days, locked until the transaction ends."""
    rows = SchoolDay.objects.filter(date__key_in=sorted(dates)).order_by("date")
    return {
        row.date: DayState(row.name, HolidayKind(row.kind), row.is_open)
        for row in rows.select_for_update(no_key=True)
    }


def write_days(
    *,
    viewer: Viewer,
    action: HistoryAction,
    before: Mapping[datetime.date, DayState],
    after: Mapping[datetime.date, DayState | None],
) -> None:
    """Save the new state of each day, and delete a day without one. Record what changed."""
    changed = [date for date in sorted(after) if before.get(date) != after[date]]
    if not changed:
        return
    written = [(date, state) for date in changed if (state := after[date]) is not None]
    deleted = [date for date in changed if after[date] is None]
    if written:
        insert_rows(
            SchoolDay,
            _COLUMNS,
            [(date, *state) for date, state in written],
            on_conflict=_REPLACE,
        )
    if deleted:
        SchoolDay.objects.filter(date__key_in=deleted).delete()
    nothing: dict[str, object] = dict.fromkeys(DayState._fields)
    record(
        viewer=viewer,
        action=action,
        subject=HistorySubject.SCHOOL_DAY,
        at=timezone.now(),
        entries=[
            Recorded(
                str(date),
                differences(
                    before[date]._asdict() if date in before else nothing,
                    state._asdict() if (state := after[date]) is not None else nothing,
                ),
            )
            for date in changed
        ],
    )
