"""Exams by their keys, and those that could be put into a cell."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import starmap
from typing import NamedTuple

from django.db.models import Q

from primepath.db.statement import Statement
from primepath.domain.exam import ExamType
from primepath.models import Exam


class ExamRow(NamedTuple):
    """An exam as it is read for others, under the names of `Exam`: a matrix shows hundreds, and models cost more.

    The last three are read only where they are asked for.
    """

    id: int
    name: str
    name_key: str
    type: str
    academic_year: int | None
    curriculum_level_id: int | None
    total_questions: int
    timer_minutes: int
    passing_score: int | None
    is_active: bool
    version: int
    created_by_id: int | None
    instructions: str = ""
    created_at: datetime.datetime | None = None
    updated_at: datetime.datetime | None = None

    @property
    def pk(self) -> int:
        return self.id


_LONG_COLUMNS = frozenset(ExamRow._field_defaults)
_SHORT_ROW = tuple(name for name in ExamRow._fields if name not in _LONG_COLUMNS)


@cache
def _exams_with(columns: tuple[str, ...]) -> Statement:
    return Statement(lambda ids: Exam.objects.filter(pk__key_in=ids).values_list(*columns))


def exam_rows(ids: list[int], columns: Collection[str]) -> Iterator[ExamRow]:
    """Those of the exams that exist, with what is in ``columns`` of the columns that are not always read."""
    wanted = _SHORT_ROW if _LONG_COLUMNS.isdisjoint(columns) else ExamRow._fields
    return starmap(ExamRow, _exams_with(wanted)(ids))


class ExamKind(NamedTuple):
    """What an exam and a cell must agree on."""

    type: ExamType
    academic_year: int


def active_exams_of_kinds(kinds: list[ExamKind]) -> Sequence[list[Exam]]:
    """For each kind, the active exams of its type, of its year or of no year, by name."""
    wanted = Q()
    for kind in kinds:
        wanted |= Q(type=kind.type) & (Q(academic_year=kind.academic_year) | Q(academic_year=None))
    exams = list(Exam.objects.filter(wanted, is_active=True))
    return [
        [
            exam
            for exam in exams
            if exam.type == kind.type and exam.academic_year in {kind.academic_year, None}
        ]
        for kind in kinds
    ]
