"""The cells of the demo school, and the exams in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

from primepath.demo.accounts import HEAD_TEACHER
from primepath.demo.assignments import class_teacher
from primepath.demo.cell_row import draw_cell, draw_status, unused_cell
from primepath.demo.curriculum import LevelsOfClasses
from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.exam import EXAM_TYPE_OF_PERIOD
from primepath.domain.period import PERIODS
from primepath.models import Exam, ExamScheduleMatrix, MatrixCellExam
from primepath.services.school.seed_school import SchoolFile

_MISSING_EVERY = 3
_UNUSED_SHARE = 0.1
_NUMBERS_OF_EXAMS = (1, 2, 2, 2, 3)
_NUMBERS_OF_EXAMS_IN_DRAFTS = (0, 2, 2, 3)


class PlannedCell(NamedTuple):
    """A cell of the demo with the exams in it."""

    cell: ExamScheduleMatrix
    exams: list[Exam]


class _ExamPool:
    """The active exams by type and curriculum level."""

    def __init__(self, exams: Sequence[Exam]) -> None:
        self._exams: defaultdict[tuple[str, int | None], list[Exam]] = defaultdict(list)
        for exam in exams:
            if exam.is_active:
                self._exams[exam.type, exam.curriculum_level_id].append(exam)

    def draw(
        self, key: CellKey, level_ids: Sequence[int], number: int, chance: Random
    ) -> list[Exam]:
        """Return up to ``number`` random exams for the cell: exams of its class's levels, or exams without a level."""
        exam_type = EXAM_TYPE_OF_PERIOD[key.period.type]
        without_level = [None] if chance.random() < 0.25 else []
        fitting = [
            exam
            for level_id in (*level_ids, *without_level)
            for exam in self._exams[exam_type, level_id]
            if exam.academic_year in (None, key.academic_year)
        ]
        return chance.sample(fitting, min(number, len(fitting)))


def seed_cells(
    *,
    school: SchoolFile,
    years: Sequence[int],
    teachers: Mapping[str, int],
    levels: LevelsOfClasses,
    exams: Sequence[Exam],
    report: Callable[[str], None],
) -> list[PlannedCell]:
    """Store two thirds of the cells with their exams. Return the cells that are new; used cells are left unchanged."""
    planned = list(_planned_cells(school, years, teachers, levels, _ExamPool(exams)))
    ids = [cell.id for cell, _ in planned if cell.version]
    written_before = _written(ids)
    # Reading a cell stores it as empty. Such unused cells are replaced.
    ExamScheduleMatrix.objects.filter(pk__key_in=ids, version=0).delete()
    ExamScheduleMatrix.objects.bulk_create(
        [cell for cell, _ in planned if cell.id not in written_before], ignore_conflicts=True
    )
    # A request can have stored one of them as empty in the meantime. That one stays empty.
    stored = _written(ids) - written_before
    new = [plan for plan in planned if plan.cell.id in stored]
    MatrixCellExam.objects.bulk_create(
        [MatrixCellExam(cell=cell, exam=exam) for cell, exams_in_it in new for exam in exams_in_it],
        ignore_conflicts=True,
    )
    report(f"Cells: {len(new)} added, {len(written_before)} kept.")
    return new


def _written(ids: Sequence[str]) -> set[str]:
    """Return the ids of the cells that a user has changed."""
    found = ExamScheduleMatrix.objects.filter(pk__key_in=ids, version__gte=1)
    return set(found.values_list("pk", flat=True))


def _planned_cells(
    school: SchoolFile,
    years: Sequence[int],
    teachers: Mapping[str, int],
    levels: LevelsOfClasses,
    pool: _ExamPool,
) -> Iterator[PlannedCell]:
    for position, entry in enumerate(school["classes"]):
        for year in years:
            for column, period in enumerate(PERIODS):
                if (position + year + column) % _MISSING_EVERY == 0:
                    continue
                yield _plan(
                    CellKey(entry["code"], year, period),
                    first_year=years[0],
                    level_ids=levels.get((entry["code"], year), ()),
                    pool=pool,
                    created_by=teachers[class_teacher(position)],
                    modified_by=teachers[HEAD_TEACHER],
                )


def _plan(
    key: CellKey,
    *,
    first_year: int,
    level_ids: Sequence[int],
    pool: _ExamPool,
    created_by: int,
    modified_by: int,
) -> PlannedCell:
    # Each cell has its own generator, so it does not depend on the number of cells drawn before.
    chance = Random(str(key))
    if chance.random() < _UNUSED_SHARE:
        return PlannedCell(unused_cell(key), [])
    status = draw_status(key, first_year=first_year, chance=chance)
    exams = pool.draw(key, level_ids, _number(status, chance), chance)
    if status != CellStatus.EMPTY and not exams:
        status = CellStatus.DRAFT
    cell = draw_cell(
        key, status=status, created_by=created_by, modified_by=modified_by, chance=chance
    )
    return PlannedCell(cell, exams)


def _number(status: CellStatus, chance: Random) -> int:
    if status == CellStatus.EMPTY:
        return 0
    numbers = _NUMBERS_OF_EXAMS_IN_DRAFTS if status == CellStatus.DRAFT else _NUMBERS_OF_EXAMS
    return chance.choice(numbers)
