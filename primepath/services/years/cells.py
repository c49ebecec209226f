"""Copy cells to a new year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import Any

from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.history import HistoryAction
from primepath.domain.new_year import RollOverExisting, YearPart, move_date
from primepath.domain.planned_cell import PlannedCells
from primepath.models import Exam, ExamScheduleMatrix, Teacher
from primepath.services.cells.writing import (
    LOCKED_STATUSES,
    UNUSED,
    CellState,
    LockedCell,
    lock_cells,
    write_cells,
)
from primepath.services.years.plan import PartReport, RollOver
from primepath.terms import named


class SourceCells:
    """The used cells of the old year. Two SELECTs.

    ``states``: of active classes. ``inactive``: the number of used cells of each inactive class.
    """

    def __init__(self, given: RollOver) -> None:
        used = ExamScheduleMatrix.objects.filter(
            academic_year=given.from_year,
            version__gte=1,
            school_class__key_in=given.all_codes,
        )
        keys = [key for id in used.values_list("pk", flat=True) if (key := CellKey.parse(id))]
        self.states: dict[CellKey, CellState] = {}
        self.inactive: Counter[str] = Counter()
        for key, cell in lock_cells(keys, dry_run=True).items():
            if not is_used(cell.state):
                continue
            if key.class_code in given.classes:
                self.states[key] = cell.state
            else:
                self.inactive[key.class_code] += 1

    @property
    def exam_ids(self) -> frozenset[int]:
        return frozenset().union(*(state.exam_ids for state in self.states.values()))


def is_used(state: CellState) -> bool:
    """Return whether a cell differs from an unused one."""
    return replace(state, notes=state.notes.strip()) != UNUSED


def lock_targets(given: RollOver, source: SourceCells) -> dict[CellKey, LockedCell]:
    """Lock the cells of the new year that correspond to the used cells."""
    targets = {key._replace(academic_year=given.to_year) for key in source.states}
    return lock_cells(targets, dry_run=given.dry_run)


def copy_cells(
    given: RollOver,
    source: SourceCells,
    targets: Mapping[CellKey, LockedCell],
    used_exams: Mapping[int, int],
    exams: Mapping[int, Exam],
) -> tuple[PlannedCells, list[CellKey], PartReport]:
    """Copy the cells to the locked ``targets``. Return the planned cells of a dry run, the copied cells, and the report."""
    report = PartReport(YearPart.SCHEDULE)
    gone = _invigilators_who_left({state.invigilator_id for state in source.states.values()})
    wanted: dict[CellKey, CellState] = {}
    for key, state in sorted(source.states.items()):
        target = key._replace(academic_year=given.to_year)
        existing = targets[target].state
        if given.on_existing is RollOverExisting.SKIP and is_used(existing):
            report.skip(_("{cell} is in use already.").format(cell=target))
            continue
        new = _join(_copied(given, key, state, used_exams, gone), existing, given.on_existing)
        if existing.status in LOCKED_STATUSES and new.exam_ids != existing.exam_ids:
            template = _("{cell} is {status}, so its exams are locked.")
            report.skip(template.format(cell=target, status=named(existing.status)))
            continue
        report.reasons += _left_out(target, state, used_exams, gone, exams)
        if new == existing:
            report.skip(_("{cell} is the same already.").format(cell=target))
            continue
        wanted[target] = new
    for code, cells in sorted(source.inactive.items()):
        template = _("{code} is inactive. Its cells in {year}: {cells}.")
        report.skip(template.format(code=code, year=given.from_year, cells=cells), cells)
    report.copied = len(wanted)
    # A dry run has no keys of future copies, so exams are named by their sources.
    sources = {copy: source for source, copy in used_exams.items()}
    for target, state in wanted.items():
        exam_ids = frozenset(sources.get(id, id) for id in state.exam_ids)
        before, after = targets[target], replace(state, exam_ids=exam_ids)
        report.changes.append(
            (str(target), before.version, before.state.in_order(), after.in_order())
        )
    planned = write_cells(
        viewer=given.viewer,
        action=HistoryAction.ROLL_OVER_YEAR,
        locked=targets,
        wanted=wanted,
        dry_run=given.dry_run,
    )
    return planned, list(wanted), report


def _copied(
    given: RollOver,
    key: CellKey,
    state: CellState,
    used_exams: Mapping[int, int],
    gone: Collection[int],
) -> CellState:
    """Return the state of a copy: its exams, date, times, room, notes, and the invigilator if they are still here."""
    exam_ids = frozenset(used_exams[id] for id in state.exam_ids if id in used_exams)
    date = state.scheduled_date
    return replace(
        state,
        status=CellStatus.SCHEDULED if exam_ids else CellStatus.DRAFT,
        scheduled_date=date and move_date(date, key.period, given.to_year, given.dates),
        invigilator_id=None if state.invigilator_id in gone else state.invigilator_id,
        exam_ids=exam_ids,
    )


def _join(copy: CellState, existing: CellState, on_existing: RollOverExisting) -> CellState:
    """Return the new state of a target. Merging adds exams, and sets only what the target does not have."""
    if on_existing is RollOverExisting.REPLACE or not is_used(existing):
        locked = existing.status in LOCKED_STATUSES
        return replace(copy, status=existing.status) if locked else copy
    merged = existing.with_exams(existing.exam_ids | copy.exam_ids)
    values: dict[str, Any] = {
        each.name: getattr(merged, each.name) or getattr(copy, each.name)
        for each in fields(CellState)
    }
    # A start and an end belong together.
    times = copy if existing.start_time is None else existing
    return replace(CellState(**values), start_time=times.start_time, end_time=times.end_time)


def _left_out(
    target: CellKey,
    state: CellState,
    used_exams: Mapping[int, int],
    gone: Collection[int],
    exams: Mapping[int, Exam],
) -> list[str]:
    """Return a sentence for each part of a cell that its copy does not have."""
    template = _('{cell}: "{exam}" is inactive or has no copy for this year.')
    found = [
        template.format(cell=target, exam=exams[id].name)
        for id in sorted(state.exam_ids - used_exams.keys())
    ]
    if state.invigilator_id in gone:
        found.append(_("{cell}: the invigilator has left.").format(cell=target))
    return found


def _invigilators_who_left(ids: Collection[int | None]) -> set[int]:
    """Return the teachers with inactive accounts. One SELECT, if there are invigilators."""
    known = sorted(id for id in ids if id is not None)
    if not known:
        return set()
    left = Teacher.objects.filter(pk__key_in=known, user__is_active=False)
    return set(left.values_list("pk", flat=True))
