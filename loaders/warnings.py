"""Warnings about cells. One query reads all that they follow from, for any number of cells."""

from __future__ import annotations

import asyncio
import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property, lru_cache
from itertools import chain, islice
from operator import attrgetter
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from loaders.cells import Cell
from loaders.dispatch import Stage
from loaders.exams import ExamLoaders, exam_rows
from loaders.generic import BatchLoader, RowLoader
from loaders.loader_group import LoaderGroup
from loaders.sittings import (
    DATE,
    ReadSittings,
    SittingRow,
    read_sittings,
    row_of,
    sitting_of,
)
from loaders.warning_keys import warning_key
from primepath.domain.calendar_days import Holiday
from primepath.domain.cell import CellStatus
from primepath.domain.clashes import Day, ScheduleWarning, Sitting, find_warnings, late_warning
from primepath.domain.planned_cell import PlannedCells
from primepath.domain.weekday import split_days
from primepath.models import WarningAcceptance
from primepath.school_days import Decision, holidays_on


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


_MINUTES = attrgetter("timer_minutes")

# So many rows take a megabyte, with their warnings.
_MOST_KEPT_ROWS = 2_000

CellDate = tuple[str, str, int, datetime.date | None]
"""The id of a cell, the code of its class, its academic year and its date."""


class WarningLoaders(LoaderGroup, ExamLoaders):
    """Warnings of cells, and which are accepted."""

    @cached_property
    def warnings_by_cells(self) -> BatchLoader[tuple[Cell, ...], list[Sequence[VisibleWarning]]]:
        """The warnings about each of some cells. The key is the cells as they were read, or as a change would leave them."""

        def fetch(keys: list[tuple[Cell, ...]]) -> list[list[Sequence[VisibleWarning]]]:
            found = iter(self._of_cells([*chain.from_iterable(keys)]))
            return [list(islice(found, len(cells))) for cells in keys]

        return BatchLoader(self._dispatcher, Stage.DETAIL, fetch)

    def planned_besides(self, cells: Iterable[Cell]) -> set[str]:
        """Return the ids of the planned cells that are not among ``cells``. The warnings of these can depend on them."""
        planned = self._options.planned
        return planned.keys() - {cell.pk for cell in cells} if planned else set()

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

    def _of_cells(self, cells: list[Cell]) -> Sequence[Sequence[VisibleWarning]]:
        empty = CellStatus.EMPTY.value
        used = [cell for cell in cells if cell.status != empty]
        ids = [cell.pk for cell in cells]
        planned = self._options.planned_among(ids)
        rows = self._rows_of(used, planned)
        read = read_sittings(
            self._viewer,
            dates={cell.scheduled_date for cell in used if cell.scheduled_date is not None},
            class_codes={cell.visible_class.code for cell in used},
            known_ids=[*rows, *(id for id in planned if id not in rows)],
        )
        hidden = read.rows.keys() - read.visible
        hidden.difference_update(ids)
        read.rows.update(rows)
        found = _find(read)
        by_cell = {**found.by_cell, **_without(hidden, found)} if hidden else found.by_cell
        return [by_cell.get(id, ()) for id in ids]

    def _rows_of(self, used: Sequence[Cell], planned: PlannedCells) -> dict[str, SittingRow]:
        """Return the rows of cells that need not be read, by id: those without a date or with known exams, and planned ones."""
        by_id = {cell.pk: cell for cell in used}
        exams = self.exams_by_cell.values_read(by_id)
        rows = {
            id: row_of(by_id[id], max(map(_MINUTES, of_cell)) if of_cell else None)
            for id, of_cell in exams.items()
        }
        others = [cell for id, cell in by_id.items() if id not in rows]
        minutes = _longest_exams(
            {cell.pk: planned[cell.pk] for cell in others if cell.pk in planned}
        )
        for cell in others:
            if cell.scheduled_date is None or cell.pk in planned:
                rows[cell.pk] = row_of(cell, minutes.get(cell.pk))
        return rows

    def _with_warnings(self, cells: Sequence[CellDate]) -> set[str]:
        read = read_sittings(
            self._viewer,
            dates={date for *_place, date in cells if date is not None},
            class_codes={code for _id, code, *_date in cells},
            undated_years={year for _id, _code, year, date in cells if date is None},
        )
        wanted = {id for id, *_place in cells}
        found = _visible(_find(read).warnings, read.visible | wanted)
        return wanted & {each.id for warning in found for each in warning.visible}

    def _in_range(self, wanted: ScheduleRange) -> list[VisibleWarning]:
        days = (wanted.last - wanted.first).days + 1
        read = read_sittings(
            self._viewer,
            dates={wanted.first + datetime.timedelta(day) for day in range(days)},
            class_codes=wanted.class_codes,
            undated_years=wanted.undated_years,
        )
        found = _visible(_find(read).warnings, read.visible)
        return [each for each in found if any(map(wanted.includes, each.visible))]


def _longest_exams(planned: PlannedCells) -> dict[str, int | None]:
    """Return the most minutes of an exam of each planned cell, by id. One SELECT, and none without exams."""
    wanted = frozenset[int]().union(*(cell.exam_ids for cell in planned.values()))
    rows = exam_rows(sorted(wanted), {"timer_minutes"}) if wanted else ()
    minutes = {exam.pk: exam.timer_minutes for exam in rows}
    return {
        id: max((minutes[each] for each in cell.exam_ids if each in minutes), default=None)
        for id, cell in planned.items()
    }


def _visible(warnings: Iterable[ScheduleWarning], ids: Set[str]) -> Iterator[VisibleWarning]:
    """Yield the warnings about cells that the viewer can see. ``ids``: of these cells."""
    for warning in warnings:
        sittings = warning.sittings
        visible = tuple([each for each in sittings if each.id in ids])
        if visible:
            yield VisibleWarning(warning, visible, len(sittings) - len(visible))


class _Found(NamedTuple):
    """Warnings in order. ``by_cell``: the warnings of each cell, as viewers see them from whom no cell is hidden."""

    warnings: Sequence[ScheduleWarning]
    by_cell: dict[str, list[VisibleWarning]]


def _without(hidden: Set[str], found: _Found) -> dict[str, list[VisibleWarning]]:
    """Return the warnings of each other cell that shares one with ``hidden`` cells. They count these, and do not contain them."""
    shared = {id(each): each for cell in hidden for each in found.by_cell.get(cell, ())}
    seen = {}
    for key, each in shared.items():
        visible = tuple([sitting for sitting in each.visible if sitting.id not in hidden])
        seen[key] = VisibleWarning(each.warning, visible, len(each.visible) - len(visible))
    others = {sitting.id for each in seen.values() for sitting in each.visible}
    return {cell: [seen.get(id(each), each) for each in found.by_cell[cell]] for cell in others}


def _find(read: ReadSittings) -> _Found:
    """Return the warnings that follow from what was read."""
    find = _find_in if len(read.rows) <= _MOST_KEPT_ROWS else _find_in.__wrapped__
    return find(
        tuple(read.rows.values()),
        tuple(sorted(read.school_days.items())),
        read.lesson_days,
        read.minimum_days_between_exams,
        timezone.localdate(),
        (settings.SCHOOL_COUNTRY, get_language()),
    )


# Most requests find the same warnings as the last.
@lru_cache(maxsize=16)
def _find_in(
    rows: Sequence[SittingRow],
    school_days: Sequence[tuple[datetime.date, Decision]],
    lesson_days: str,
    minimum_days_between_exams: int,
    today: datetime.date,
    _place: tuple[str, str | None],
) -> _Found:
    """Return the warnings that follow from these rows.

    ``_place``: the country and the language that the holidays depend on.
    """
    undated: list[SittingRow] = []
    dated: defaultdict[datetime.date, list[SittingRow]] = defaultdict(list)
    for row in rows:
        date = row[DATE]
        (undated if date is None else dated[date]).append(row)
    holidays = holidays_on(dated, dict(school_days))
    days = [
        _day(date, tuple(of_day), lesson_days, holidays.get(date)) for date, of_day in dated.items()
    ]
    late = filter(None, [_late_warning(row, today) for row in undated])
    warnings = find_warnings(days, late, minimum_days_between_exams)
    by_cell: defaultdict[str, list[VisibleWarning]] = defaultdict(list)
    for warning in warnings:
        seen = VisibleWarning(warning, warning.sittings, 0)
        for sitting in warning.sittings:
            by_cell[sitting.id].append(seen)
    return _Found(warnings, dict(by_cell))


# A change is about few days and cells, so the next request finds most of the others here.
@lru_cache(maxsize=1_000)
def _day(
    date: datetime.date, rows: tuple[SittingRow, ...], lesson_days: str, holiday: Holiday | None
) -> Day:
    """Return the day with these rows. ``lesson_days``: of the school."""
    return Day.of(date, [sitting_of(row) for row in rows], split_days(lesson_days), holiday)


@lru_cache(maxsize=2_000)
def _late_warning(row: SittingRow, today: datetime.date) -> ScheduleWarning | None:
    return late_warning(sitting_of(row), today)
