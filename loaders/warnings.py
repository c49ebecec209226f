"""Warnings about cells. One query reads all that they follow from, for any number of cells."""

from __future__ import annotations

import asyncio
import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import NamedTuple

from django.utils import timezone

from loaders.cells import Cell
from loaders.dispatch import Stage
from loaders.exams import exam_rows
from loaders.generic import BatchLoader, RowLoader
from loaders.loader_group import LoaderGroup
from loaders.sittings import (
    DATE,
    SITTING_COLUMNS,
    ReadSittings,
    SittingRow,
    read_sittings,
    sitting_of,
)
from loaders.warning_keys import warning_key
from primepath.domain.calendar_days import Holiday
from primepath.domain.cell import CellStatus
from primepath.domain.clashes import Day, ScheduleWarning, Sitting, find_warnings, late_warning
from primepath.domain.planned_cell import PlannedCells
from primepath.domain.weekday import split_days
from primepath.models import WarningAcceptance
from primepath.school_days import holidays_on


class VisibleWarning(NamedTuple):
    """A warning as a viewer sees it: with the sittings of the cells that they can see, and the number of the others."""

    warning: ScheduleWarning
    visible: tuple[Sitting, ...]
    hidden: int

    @property
    def key(self) -> str:
        return warning_key(self.warning)


class ScheduleRange(NamedTuple):
    """The part of the schedule to find warnings in: classes that the viewer can see, and dates.

    ``undated_years``: the cells without a date of these academic years belong to it too.
    """

    class_codes: frozenset[str]
    first: datetime.date
    last: datetime.date
    undated_years: frozenset[int]

    @classmethod
    def undated(cls, class_codes: frozenset[str], academic_year: int) -> ScheduleRange:
        """Return the cells without a date of a year."""
        return cls(class_codes, datetime.date.max, datetime.date.min, frozenset({academic_year}))

    def includes(self, sitting: Sitting) -> bool:
        if sitting.class_code not in self.class_codes:
            return False
        if sitting.date is None:
            return sitting.academic_year in self.undated_years
        return self.first <= sitting.date <= self.last


_sitting_values = attrgetter(*SITTING_COLUMNS)

CellDate = tuple[str, str, int, datetime.date | None]
"""The id of a cell, the code of its class, its academic year and its date."""


class WarningLoaders(LoaderGroup):
    """Warnings of cells, and which are accepted."""

    @cached_property
    def warnings_by_cell(self) -> BatchLoader[Cell, list[VisibleWarning]]:
        """The warnings about a cell. The key is the cell as it was read, or as a change would leave it."""
        return BatchLoader(self._dispatcher, Stage.DETAIL, self._of_cells)

    def warnings_in(self, wanted: ScheduleRange) -> asyncio.Future[list[VisibleWarning]]:
        """Return the future warnings about cells of this part of the schedule."""
        return self._dispatcher.call(lambda: self._in_range(wanted), Stage.DETAIL)

    def cells_with_warnings(self, cells: Sequence[CellDate]) -> asyncio.Future[set[str]]:
        """Return the future ids of the cells that have a warning. The viewer must see all ``cells``."""
        return self._dispatcher.call(lambda: self._with_warnings(cells), Stage.DETAIL)

    @cached_property
    def acceptance_by_facts(self) -> RowLoader[str, WarningAcceptance]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda facts: WarningAcceptance.objects.filter(facts__key_in=facts),
            lambda row: row.facts,
        )

    def _of_cells(self, cells: list[Cell]) -> Sequence[list[VisibleWarning]]:
        empty = CellStatus.EMPTY.value
        used = [cell for cell in cells if cell.status != empty]
        read = read_sittings(
            self._viewer,
            dates={cell.scheduled_date for cell in used if cell.scheduled_date is not None},
            class_codes={cell.visible_class.code for cell in used},
        )
        planned = self._options.planned_among([cell.pk for cell in cells])
        minutes = _longest_exams(planned)
        for id in planned:
            read.rows.pop(id, None)
        for cell in used:
            # The statement returns neither planned values nor cells without a date.
            if cell.scheduled_date is None or cell.pk in planned:
                of_exams = cell.visible_class.lesson_days, minutes.get(cell.pk)
                read.rows[cell.pk] = (cell.pk, *_sitting_values(cell), *of_exams)
        of_cell: dict[str, list[VisibleWarning]] = {cell.pk: [] for cell in cells}
        for warning in _warnings(read, of_cell.keys()):
            for sitting in warning.visible:
                if sitting.id in of_cell:
                    of_cell[sitting.id].append(warning)
        return [of_cell[cell.pk] for cell in cells]

    def _with_warnings(self, cells: Sequence[CellDate]) -> set[str]:
        read = read_sittings(
            self._viewer,
            dates={date for *_place, date in cells if date is not None},
            class_codes={code for _id, code, *_date in cells},
            undated_years={year for _id, _code, year, date in cells if date is None},
        )
        wanted = {id for id, *_place in cells}
        found = _warnings(read, wanted)
        return wanted & {each.id for warning in found for each in warning.visible}

    def _in_range(self, wanted: ScheduleRange) -> list[VisibleWarning]:
        days = (wanted.last - wanted.first).days + 1
        read = read_sittings(
            self._viewer,
            dates={wanted.first + datetime.timedelta(day) for day in range(days)},
            class_codes=wanted.class_codes,
            undated_years=wanted.undated_years,
        )
        return [each for each in _warnings(read) if any(map(wanted.includes, each.visible))]


def _longest_exams(planned: PlannedCells) -> dict[str, int | None]:
    """Return the most minutes of an exam of each planned cell, by id. One SELECT, and none without exams."""
    wanted = frozenset[int]().union(*(cell.exam_ids for cell in planned.values()))
    rows = exam_rows(sorted(wanted), {"timer_minutes"}) if wanted else ()
    minutes = {exam.pk: exam.timer_minutes for exam in rows}
    return {
        id: max((minutes[each] for each in cell.exam_ids if each in minutes), default=None)
        for id, cell in planned.items()
    }


def _warnings(read: ReadSittings, also_visible: Iterable[str] = ()) -> list[VisibleWarning]:
    """Return the warnings about cells that the viewer can see, in order."""
    undated: list[SittingRow] = []
    dated: defaultdict[datetime.date, list[SittingRow]] = defaultdict(list)
    for row in read.rows.values():
        date = row[DATE]
        (undated if date is None else dated[date]).append(row)
    holidays = holidays_on(dated, read.school_days)
    days = [
        _day(date, frozenset(rows), read.lesson_days, holidays.get(date))
        for date, rows in dated.items()
    ]
    today = timezone.localdate()
    late = filter(None, [_late_warning(row, today) for row in undated])
    can_see = read.visible.union(also_visible)
    found = []
    for warning in find_warnings(days, late, read.minimum_days_between_exams):
        sittings = warning.sittings
        visible = tuple([each for each in sittings if each.id in can_see])
        if visible:
            found.append(VisibleWarning(warning, visible, len(sittings) - len(visible)))
    return found


# A change is about few days and cells, so the next request finds most of the others here.
@lru_cache(maxsize=1_000)
def _day(
    date: datetime.date, rows: frozenset[SittingRow], lesson_days: str, holiday: Holiday | None
) -> Day:
    """Return the day with these rows. ``lesson_days``: of the school."""
    return Day.of(date, [sitting_of(row) for row in rows], split_days(lesson_days), holiday)


@lru_cache(maxsize=2_000)
def _late_warning(row: SittingRow, today: datetime.date) -> ScheduleWarning | None:
    return late_warning(sitting_of(row), today)
