"""All that warnings follow from, read with one statement: cells, exams, lesson days, closed days and the school's rules."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Exists,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from primepath.db.statement import Parameter, Statement
from primepath.domain.cell import CellStatus
from primepath.domain.clashes import Sitting
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.domain.weekday import Weekday, split_days
from primepath.models import (
    ExamScheduleMatrix,
    SchoolClass,
    SchoolDay,
    SchoolRules,
)
from primepath.models.school_rules import MAX_DAYS_BETWEEN_EXAMS

SITTING_COLUMNS = (
    *("status", "scheduled_date", "start_time", "end_time"),
    *("room", "invigilator_id"),
)
"""The columns of a cell that its warnings follow from."""

_END_OF_VALUES = 1 + len(SITTING_COLUMNS)
_OPEN, _SHUT = " open ", " shut "
_LARGEST_GAP = datetime.timedelta(MAX_DAYS_BETWEEN_EXAMS)
_STATUSES = {each.value: each for each in CellStatus}
_PERIODS = {each.value: each for each in Period}
_days = lru_cache(maxsize=128)(split_days)


class _Longest(Max):
    """The largest number of minutes. Drivers return it as an integer, and converting it in every row would take time."""

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []


class ReadSittings(NamedTuple):
    """The result of the statement.

    ``sittings`` and ``values`` (of `SITTING_COLUMNS`): by the id of the cell. ``visible``: ids of the cells that the viewer can see.
    ``school_days``: kind, whether the school is open, and name, by date.
    """

    sittings: dict[str, Sitting]
    values: dict[str, tuple[Any, ...]]
    visible: set[str]
    school_days: dict[datetime.date, tuple[str, bool, str]]
    lesson_days: tuple[Weekday, ...]
    minimum_days_between_exams: int


def read_sittings(
    viewer: Viewer,
    *,
    dates: Collection[datetime.date],
    class_codes: Collection[str],
    undated_years: Collection[int] = (),
) -> ReadSittings:
    """Return the cells of active classes on ``dates``, and the scheduled cells without a date of ``undated_years``.

    If the school has a minimum of days between exams, also return the cells of ``class_codes`` that are near these dates.
    """
    rules = SchoolRules()
    read = ReadSittings(
        {}, {}, set(), {}, split_days(rules.lesson_days), rules.minimum_days_between_exams
    )
    if not dates and not undated_years:
        return read
    first, last = (min(dates), max(dates)) if dates else (datetime.date.max, datetime.date.min)
    rows = _statement(is_administrator=viewer.is_administrator)(
        *(viewer.teacher_id, timezone.now()),
        *(sorted(map(str, dates)), sorted(class_codes)),
        *(_day_text(first, -1), _day_text(last, 1), sorted(undated_years)),
    )
    of_school = None
    for row in rows:
        id, values = row[0], row[1:_END_OF_VALUES]
        lesson_days, minutes, is_visible, day, of_school = row[_END_OF_VALUES:]
        read.values[id] = values
        read.sittings[id] = sitting = sitting_of(id, values, lesson_days, minutes)
        if is_visible:
            read.visible.add(id)
        if day is not None and sitting.date is not None:
            kind, state, name = day.split(" ", 2)
            read.school_days[sitting.date] = (kind, state == _OPEN.strip(), name)
    if of_school is None:
        return read
    # Every row has the same rules.
    gap, school_days = of_school.split(" ", 1)
    return read._replace(lesson_days=_days(school_days), minimum_days_between_exams=int(gap))


def sitting_of(id: str, values: Sequence[Any], lesson_days: str, minutes: int | None) -> Sitting:
    """Return the exams of a cell with these values of its `SITTING_COLUMNS`."""
    class_code, year, period = id.split("/")
    status, date, start, end, room, invigilator_id = values
    return Sitting(
        id,
        class_code,
        int(year),
        _PERIODS[period],
        _STATUSES[status],
        date,
        start,
        end,
        minutes,
        room,
        invigilator_id,
        _days(lesson_days),
    )


@cache
def _statement(*, is_administrator: bool) -> Statement:
    def make(
        teacher_id: Parameter,
        now: Parameter,
        dates: Parameter,
        class_codes: Parameter,
        first: Parameter,
        last: Parameter,
        undated_years: Parameter,
    ) -> QuerySet[Any, Any]:
        rules = SchoolRules.objects.all()
        near = Q(
            Exists(rules.filter(minimum_days_between_exams__gt=1)),
            school_class__key_in=class_codes,
            scheduled_date__gte=first,
            scheduled_date__lte=last,
        )
        undated = Q(
            scheduled_date=None,
            status=CellStatus.SCHEDULED,
            academic_year__key_in=undated_years,
        )
        visible = SchoolClass.objects.visible(
            is_administrator=is_administrator, teacher_id=teacher_id, now=now
        )
        seen = Case(
            When(school_class__in=visible.values("pk"), then=Value("seen")), default=Value("")
        )
        state = Case(When(is_open=True, then=Value(_OPEN)), default=Value(_SHUT))
        day = SchoolDay.objects.filter(date=OuterRef("scheduled_date")).order_by()
        gap = Cast("minimum_days_between_exams", CharField())
        return (
            ExamScheduleMatrix.objects.filter(Q(scheduled_date__key_in=dates) | near | undated)
            .filter(school_class__is_active=True)
            .exclude(status=CellStatus.EMPTY)
            .values_list(
                *("id", *SITTING_COLUMNS, "school_class__lesson_days"),
                # A join takes less time than a subquery for each cell.
                _Longest("cell_exams__exam__timer_minutes"),
                # Administrators see every active class.
                Value("seen") if is_administrator else seen,
                Subquery(day.values_list(Concat("kind", state, "name"))),
                Subquery(rules.values_list(Concat(gap, Value(" "), "lesson_days"))),
            )
        )

    return Statement(make)


def _day_text(date: datetime.date, direction: int) -> str:
    try:
        return str(date + direction * _LARGEST_GAP)
    except OverflowError:
        return str(date)
