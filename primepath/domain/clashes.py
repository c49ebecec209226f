"""Warnings about a schedule: exams that overlap, and days on which there should be none.

A warning is about a group of cells. Exams that overlap form a group if all of them overlap at the same moment, and no further
exam does. So three exams at the same time are one group. If A overlaps B and B overlaps C, but A does not overlap C, there are
two groups. Times are half-open: 09:00-10:00 and 10:00-11:00 do not overlap.

Cells on a day without lessons are one group per day and code. TIME_TOO_SHORT and NO_DATE are about one cell each.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from primepath.domain.calendar_days import Holiday, HolidayKind
from primepath.domain.cell import CellStatus
from primepath.domain.period import Period
from primepath.domain.room import fold_room
from primepath.domain.weekday import Weekday

_ID = attrgetter("id")
MINUTE = 60_000_000
"""Microseconds in a minute."""


class WarningCode(StrEnum):
    """Kind of a warning. The order of definition is the order of warnings of one date."""

    CLASS_CLASH = "CLASS_CLASH"
    CLASS_SAME_DAY = "CLASS_SAME_DAY"
    ROOM_CLASH = "ROOM_CLASH"
    INVIGILATOR_CLASH = "INVIGILATOR_CLASH"
    HOLIDAY = "HOLIDAY"
    SCHOOL_CLOSED = "SCHOOL_CLOSED"
    NO_LESSONS = "NO_LESSONS"
    SHORT_GAP = "SHORT_GAP"
    TIME_TOO_SHORT = "TIME_TOO_SHORT"
    NO_DATE = "NO_DATE"


class Times(NamedTuple):
    """Start and end of exams, in microseconds since midnight. ``is_estimate``: the end follows from the longest exam."""

    start: int
    end: int
    is_estimate: bool

    def overlaps(self, other: Times) -> bool:
        return self.start < other.end and other.start < self.end


class Sitting(NamedTuple):
    """The exams of a cell, as far as warnings depend on them.

    ``minutes``: the longest time limit of the exams, because pupils of a class sit different exams at the same time. None
    without exams.
    ``lesson_days``: the lesson days of the class, or empty if it follows the school.
    """

    id: str
    class_code: str
    academic_year: int
    period: Period
    status: CellStatus
    date: datetime.date | None
    start: datetime.time | None
    end: datetime.time | None
    minutes: int | None
    room: str
    invigilator_id: int | None
    lesson_days: tuple[Weekday, ...] = ()

    @property
    def times(self) -> Times | None:
        """The times, or None if it is not known how long the exams take."""
        if self.start is None:
            return None
        start = _microseconds(self.start)
        if self.end is not None:
            return Times(start, _microseconds(self.end), is_estimate=False)
        if not self.minutes:
            return None
        return Times(start, start + MINUTE * self.minutes, is_estimate=True)


_Order = tuple[bool, datetime.date, int, list[str]]


@dataclass(frozen=True, slots=True, eq=False)
class ScheduleWarning:
    """A warning about some cells, in the order of their ids. ``date``: the first date of the cells, None without any.

    ``order`` is the sort key of warnings: by date, code, then the ids of the cells. Warnings without a date are last.
    Equal means the same object, so a warning is a quick key for what is kept about it.
    """

    code: WarningCode
    date: datetime.date | None
    sittings: tuple[Sitting, ...]
    holiday: Holiday | None = None
    order: _Order = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ids = [each.id for each in self.sittings]
        order = (self.date is None, self.date or datetime.date.min, _RANK[self.code], ids)
        object.__setattr__(self, "order", order)


_RANK = {code: rank for rank, code in enumerate(WarningCode)}
_ORDER = attrgetter("order")


class Day(NamedTuple):
    """The sittings on a date, and the warnings that follow from them alone."""

    sittings: tuple[Sitting, ...]
    warnings: tuple[ScheduleWarning, ...]

    @classmethod
    def of(
        cls,
        date: datetime.date,
        sittings: Collection[Sitting],
        lesson_days: tuple[Weekday, ...],
        holiday: Holiday | None,
    ) -> Day:
        """Return the day with ``sittings``: all that have this date. None of them is EMPTY.

        ``lesson_days``: of classes that have none of their own.
        """
        clashes = _clashes(date, sittings) if len(sittings) > 1 else ()
        about_day = _about_day(date, sittings, lesson_days, holiday)
        return cls(tuple(sittings), tuple(chain(clashes, about_day)))


def late_warning(sitting: Sitting, today: datetime.date) -> ScheduleWarning | None:
    """Return the warning about a sitting without a date, or None before its period begins. ``today``: the current date at the school."""
    is_late = (
        sitting.status is CellStatus.SCHEDULED
        and sitting.period.dates(sitting.academic_year)[0] <= today
    )
    return _warn(WarningCode.NO_DATE, None, [sitting]) if is_late else None


def find_warnings(
    days: Collection[Day], late: Iterable[ScheduleWarning], minimum_days_between_exams: int
) -> list[ScheduleWarning]:
    """Return all warnings, in order. ``late``: those about sittings without a date.

    The result about a cell needs the day of its date, and the days of the class's other cells within the minimum days between exams.
    """
    found = [*chain.from_iterable([day.warnings for day in days]), *late]
    found += _short_gaps(days, minimum_days_between_exams)
    return sorted(found, key=_ORDER)


def _clashes(date: datetime.date, sittings: Collection[Sitting]) -> Iterable[ScheduleWarning]:
    for of_class in _shared(sittings, [each.class_code for each in sittings]):
        groups = _overlapping(of_class)
        yield from (_warn(WarningCode.CLASS_CLASH, date, group) for group in groups)
        if apart := _apart(of_class):
            yield _warn(WarningCode.CLASS_SAME_DAY, date, apart)
    in_rooms = [each for each in sittings if each.room]
    for of_room in _shared(in_rooms, [fold_room(each.room) for each in in_rooms]):
        groups = _overlapping(of_room)
        yield from (_warn(WarningCode.ROOM_CLASH, date, group) for group in groups)
    supervised = [each for each in sittings if each.invigilator_id is not None]
    for of_teacher in _shared(supervised, [each.invigilator_id for each in supervised]):
        groups = _overlapping(of_teacher)
        yield from (_warn(WarningCode.INVIGILATOR_CLASH, date, group) for group in groups)


def _about_day(
    date: datetime.date,
    sittings: Collection[Sitting],
    lesson_days: tuple[Weekday, ...],
    holiday: Holiday | None,
) -> Iterable[ScheduleWarning]:
    completed = CellStatus.COMPLETED
    ahead = [each for each in sittings if each.status is not completed]
    if ahead and holiday is not None and not holiday.is_open:
        is_public = holiday.kind is HolidayKind.PUBLIC
        code = WarningCode.HOLIDAY if is_public else WarningCode.SCHOOL_CLOSED
        yield _warn(code, date, ahead, holiday)
    day = Weekday.of(date)
    if free := [each for each in ahead if day not in (each.lesson_days or lesson_days)]:
        yield _warn(WarningCode.NO_LESSONS, date, free)
    for each in sittings:
        # Most cells have no end.
        if each.end is not None and _is_too_short(each):
            yield _warn(WarningCode.TIME_TOO_SHORT, date, [each])


def _short_gaps(days: Iterable[Day], minimum: int) -> Iterable[ScheduleWarning]:
    """Yield a warning for each group of exams of a class that are all fewer than ``minimum`` days apart."""
    if minimum <= 1:
        return
    dated = list(chain.from_iterable([day.sittings for day in days]))
    for of_class in _shared(dated, [each.class_code for each in dated]):
        # Exams are too close if the days that each keeps free overlap.
        spans = [(_day(each), _day(each) + minimum, each) for each in of_class]
        for group in _groups(spans):
            dates = {each.date for each in group}
            if len(dates) > 1:
                yield _warn(WarningCode.SHORT_GAP, min(filter(None, dates)), group)


def _warn(
    code: WarningCode,
    date: datetime.date | None,
    sittings: Iterable[Sitting],
    holiday: Holiday | None = None,
) -> ScheduleWarning:
    in_order = sorted(sittings, key=_ID)
    return ScheduleWarning(code, date, tuple(in_order), holiday)


def _shared(
    sittings: Collection[Sitting], resources: Sequence[Hashable]
) -> Iterable[list[Sitting]]:
    """Return the sittings of each resource that several of them use. An empty resource is none.

    ``resources``: the resource of each sitting.
    """
    if len(set(resources)) == len(resources):
        return ()
    users: defaultdict[Hashable, list[Sitting]] = defaultdict(list)
    for sitting, resource in zip(sittings, resources, strict=True):
        if resource:
            users[resource].append(sitting)
    return [each for each in users.values() if len(each) > 1]


def _overlapping(sittings: Iterable[Sitting]) -> list[list[Sitting]]:
    return _groups(
        [(times.start, times.end, each) for each in sittings if (times := each.times) is not None]
    )


def _apart(sittings: Sequence[Sitting]) -> list[Sitting]:
    """Return the sittings that do not overlap one of the others, or may not because their times are not known."""
    times = [each.times for each in sittings]
    return [
        sitting
        for index, sitting in enumerate(sittings)
        if any(
            not (mine := times[index]) or not other or not mine.overlaps(other)
            for position, other in enumerate(times)
            if position != index
        )
    ]


def _groups(spans: Iterable[tuple[int, int, Sitting]]) -> list[list[Sitting]]:
    """Return the groups of two or more that overlap at the same moment, as large as possible. Spans are half-open.

    Intervals that overlap in pairs have a moment in common. So the groups are what is open whenever an interval ends that
    no other has ended since the last one began.
    """
    edges = sorted(
        (moment, is_start, index, sitting)
        for index, (start, end, sitting) in enumerate(spans)
        for moment, is_start in ((start, True), (end, False))
    )
    groups = []
    open_now: dict[int, Sitting] = {}
    has_grown = False
    for _moment, is_start, index, sitting in edges:
        if is_start:
            open_now[index] = sitting
            has_grown = True
            continue
        if has_grown and len(open_now) > 1:
            groups.append(list(open_now.values()))
        has_grown = False
        del open_now[index]
    return groups


def _is_too_short(sitting: Sitting) -> bool:
    start, end, minutes = sitting.start, sitting.end, sitting.minutes
    if start is None or end is None or minutes is None:
        return False
    return MINUTE * minutes > _microseconds(end) - _microseconds(start)


def _microseconds(time: datetime.time) -> int:
    seconds = 3_600 * time.hour + 60 * time.minute + time.second
    return 1_000_000 * seconds + time.microsecond


def _day(sitting: Sitting) -> int:
    assert sitting.date is not None
    return sitting.date.toordinal()
