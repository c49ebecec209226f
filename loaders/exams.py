"""Exams: by key, by cell, and as candidates for a cell."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache, cached_property
from itertools import starmap
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from django.db.models import Q

from loaders.columns import UnreadColumnError, column_defaults
from loaders.dispatch import Stage
from loaders.generic import BatchLoader, GroupLoader, RowLoader
from loaders.loader_group import LoaderGroup
from primepath.db.statement import Statement
from primepath.domain.exam import ExamType
from primepath.models import Exam, MatrixCellExam

# No field shows it.
_INTERNAL = frozenset({"idempotency_key", "name_key"})
EXAM_COLUMNS = frozenset({"instructions", "created_at", "updated_at"})
"""The columns of an exam that are read on request, by attribute name: they are long, or rarely shown."""
_ALL = tuple(column_defaults(Exam, except_for=_INTERNAL))
_ALWAYS = tuple(name for name in _ALL if name not in EXAM_COLUMNS)


class ExamRow:
    """An exam in a batch, with the attribute names of `Exam`. A matrix shows hundreds, and model instances cost more.

    Reading a column of `EXAM_COLUMNS` that was not requested raises `UnreadColumnError`.
    """

    __slots__ = ()

    @property
    def pk(self) -> int:
        return int(self.id)

    def __getattr__(self, name: str) -> Any:
        if name in EXAM_COLUMNS:
            raise UnreadColumnError("Exam", name)
        raise AttributeError(name)


@cache
def _row_type(columns: tuple[str, ...]) -> Callable[..., ExamRow]:
    """Return the kind of `ExamRow` that has ``columns``."""
    return type("ExamRow", (ExamRow, namedtuple("ExamRow", columns)), {"__slots__": ()})


@cache
def _exams_with(columns: tuple[str, ...]) -> Statement:
    return Statement(lambda ids: Exam.objects.filter(pk__key_in=ids).values_list(*columns))


def exam_rows(ids: list[int], columns: Collection[str]) -> Iterator[ExamRow]:
    """Return the exams that exist. Reads the `EXAM_COLUMNS` if ``columns`` names one of them."""
    wanted = _ALWAYS if EXAM_COLUMNS.isdisjoint(columns) else _ALL
    return starmap(_row_type(wanted), _exams_with(wanted)(ids))


class ExamKind(NamedTuple):
    """The type and academic year that an exam and a cell must have in common."""

    type: ExamType
    academic_year: int


def active_exams_of_kinds(kinds: list[ExamKind]) -> Sequence[list[Exam]]:
    """Return the active exams of each kind by name, including exams of no year."""
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


_exams_of_cells = Statement(
    lambda ids: MatrixCellExam.objects.filter(cell__key_in=ids).values_list("cell_id", "exam_id")
)
_cells_of_exams = Statement(
    lambda ids: MatrixCellExam.objects.filter(exam__key_in=ids).values_list("exam_id", "cell_id")
)


class ExamLoaders(LoaderGroup):
    """Exams, and which exams are in which cells. Both directions lead to further cells."""

    @cached_property
    def exam_links_by_cell(self) -> GroupLoader[str, tuple[str, int]]:
        """(cell id, exam id) of each exam in the cell."""
        return GroupLoader(
            self._dispatcher,
            Stage.SOURCE,
            _exams_of_cells,
            itemgetter(0),
        )

    @cached_property
    def cell_links_by_exam(self) -> GroupLoader[int, tuple[int, str]]:
        """(exam id, cell id) of each cell the exam is in, including cells that the viewer cannot see."""
        return GroupLoader(
            self._dispatcher,
            Stage.SOURCE,
            _cells_of_exams,
            itemgetter(0),
        )

    @cached_property
    def exam_by_id(self) -> RowLoader[int, ExamRow]:
        columns = self._options.columns
        return RowLoader(
            self._dispatcher, Stage.SOURCE, lambda ids: exam_rows(ids, columns), attrgetter("id")
        )

    @cached_property
    def active_exams_by_kind(self) -> BatchLoader[ExamKind, list[Exam]]:
        return BatchLoader(self._dispatcher, Stage.SOURCE, active_exams_of_kinds)
