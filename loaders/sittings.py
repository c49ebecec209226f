"""All that warnings follow from, read with one statement: cells, exams, lesson days, closed days and the school's rules."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    DateField,
    Exists,
    IntegerField,
    Max,
    Q,
    QuerySet,
    TimeField,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone

from loaders.cells import Cell
from primepath.db.statement import Parameter, Statement
from primepath.domain.cell import CellStatus
from primepath.domain.clashes import Sitting
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.domain.weekday import split_days
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

SittingRow = tuple[Any, ...]
"""The id of a cell, its `SITTING_COLUMNS`, the lesson days of its class, and the most minutes of its exams."""

DATE = 1 + SITTING_COLUMNS.index("scheduled_date")
"""Position of the date in a row."""

_END_OF_ROW = 1 + len(SITTING_COLUMNS) + 2
# Rows that are no cells have no id. The status of the school's rules is this, and that of a school day is its kind.
_RULES = "RULES"
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

    ``rows``: by the id of the cell. ``visible``: ids of the cells that the viewer can see. ``school_days``: kind, whether the
    school is open, and name, by date. ``lesson_days``: of the school, as they are stored.
    """

    rows: dict[str, SittingRow]
    visible: set[str]
    school_days: dict[datetime.date, tuple[str, bool, str]]
    lesson_days: str
    minimum_days_between_exams: int


def read_sittings(
    viewer: Viewer,
    *,
    dates: Collection[datetime.date],
    class_codes: Collection[str],
    undated_years: Collection[int] = (),
    known_ids: Collection[str] = (),
) -> ReadSittings:
    """Return the cells of active classes on ``dates``, and the scheduled cells without a date of ``undated_years``.

    If ``dates`` are more than half of the days from the first to the last, return the cells on all of these days. The statement
    then stays the same after most changes of a date, so it can be sent ahead.

    If the school has a minimum of days between exams, also return the cells of ``class_codes`` that are near these dates.
    The cells with ``known_ids`` are left out.
    """
    read: list[tuple[Any, ...]] = []
    if dates or undated_years:
        first, last = (min(dates), max(dates)) if dates else (datetime.date.max, datetime.date.min)
        every_day = 2 * len(dates) > (last - first).days
        statement = _statement(is_administrator=viewer.is_administrator, every_day=every_day)
        read += statement(
            *(viewer.teacher_id, timezone.now()),
            *(str(first), str(last), [] if every_day else sorted(map(str, dates))),
            *(_day_text(first, -1), _day_text(last, 1), sorted(class_codes)),
            *(sorted(undated_years), list(known_ids)),
        )
    cells = [row for row in read if row[0]]
    of_school = [row for row in read if not row[0]]
    rules = SchoolRules()
    gap, lesson_days = rules.minimum_days_between_exams, rules.lesson_days
    school_days = {}
    for _no_id, kind, date, _start, _end, name, _teacher, days, number, _seen in of_school:
        if kind == _RULES:
            gap, lesson_days = number, days
        else:
            school_days[date] = (kind, bool(number), name)
    return ReadSittings(
        {row[0]: row[:_END_OF_ROW] for row in cells},
        {row[0] for row in cells if row[_END_OF_ROW]},
        school_days,
        lesson_days,
        gap,
    )


def row_of(cell: Cell, minutes: int | None) -> SittingRow:
    """Return the row of a cell. ``minutes``: of its longest exam."""
    return (
        cell.pk,
        cell.status,
        cell.scheduled_date,
        cell.start_time,
        cell.end_time,
        cell.room,
        cell.invigilator_id,
        cell.visible_class.lesson_days,
        minutes,
    )


def sitting_of(row: SittingRow) -> Sitting:
    """Return the exams of the cell with this row."""
    id, status, date, start, end, room, invigilator_id, lesson_days, minutes = row
    class_code, year, period = id.split("/")
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
def _statement(*, is_administrator: bool, every_day: bool) -> Statement:
    def make(
        teacher_id: Parameter,
        now: Parameter,
        first: Parameter,
        last: Parameter,
        dates: Parameter,
        near_first: Parameter,
        near_last: Parameter,
        class_codes: Parameter,
        undated_years: Parameter,
        known_ids: Parameter,
    ) -> QuerySet[Any, Any]:
        rules = SchoolRules.objects.all()
        # Without the range, each cell of other years would be compared with each of the dates.
        on_dates = Q(scheduled_date__gte=first, scheduled_date__lte=last)
        days = SchoolDay.objects.filter(date__gte=first, date__lte=last)
        if not every_day:
            on_dates &= Q(scheduled_date__key_in=dates)
            days = days.filter(date__key_in=dates)
        near = Q(
            Exists(rules.filter(minimum_days_between_exams__gt=1)),
            school_class__key_in=class_codes,
            scheduled_date__gte=near_first,
            scheduled_date__lte=near_last,
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
        cells = (
            ExamScheduleMatrix.objects.filter(on_dates | near | undated)
            .filter(school_class__is_active=True, id__key_not_in=known_ids)
            .exclude(status=CellStatus.EMPTY)
            .values_list(
                *("id", *SITTING_COLUMNS, "school_class__lesson_days"),
                # A join takes less time than a subquery for each cell.
                _Longest("cell_exams__exam__timer_minutes"),
                # Administrators see every active class.
                Value("seen") if is_administrator else seen,
            )
        )
        no_date, no_time = Value(None, DateField()), Value(None, TimeField())
        no_number = Value(None, IntegerField())
        of_school = rules.values_list(
            *(Value(""), Value(_RULES), no_date, no_time, no_time, Value(""), no_number),
            *("lesson_days", "minimum_days_between_exams", Value("")),
        )
        of_days = days.values_list(
            *(Value(""), "kind", "date", no_time, no_time, "name", no_number),
            *(Value(""), Cast("is_open", IntegerField()), Value("")),
        )
        return cells.order_by().union(of_school.order_by(), of_days.order_by(), all=True)

    return Statement(make)


def _day_text(date: datetime.date, direction: int) -> str:
    try:
        return str(date + direction * _LARGEST_GAP)
    except OverflowError:
        return str(date)
