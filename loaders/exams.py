"""Exams: by key, by cell, and as candidates for a cell."""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import starmap
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from loaders.columns import column_defaults, unread_columns
from loaders.dispatch import Stage
from loaders.generic import BatchLoader, GroupLoader, RowLoader
from loaders.loader_group import CommonLoaderGroup
from loaders.of_cells import OfCells
from primepath.db.collected import Collected
from primepath.db.statement import Statement
from primepath.domain.exam import ExamType
from primepath.domain.planned_cell import PlannedCells
from primepath.models import Exam, MatrixCellExam

# No field shows it.
_INTERNAL = frozenset({"copied_from_id", "name_key"})
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

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


@cache
def _row_type(columns: tuple[str, ...]) -> Callable[..., ExamRow]:
    """Return the kind of `ExamRow` that has ``columns``."""
    unread = unread_columns("Exam", EXAM_COLUMNS.difference(columns))
    return type("ExamRow", (ExamRow, namedtuple("ExamRow", columns)), {"__slots__": (), **unread})


@cache
def _exams_with(columns: tuple[str, ...]) -> Statement:
    return Statement(lambda ids: Exam.objects.filter(pk__key_in=ids).values_list(*columns))


def _columns_read(columns: Collection[str]) -> tuple[str, ...]:
    """Return the columns to read: with the `EXAM_COLUMNS` if ``columns`` names one of them."""
    return _ALWAYS if EXAM_COLUMNS.isdisjoint(columns) else _ALL


def exam_rows(ids: list[int], columns: Collection[str]) -> Iterator[ExamRow]:
    """Return the exams that exist, with the ``columns`` among `EXAM_COLUMNS`."""
    wanted = _columns_read(columns)
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


_links_of_cells = Statement(
    lambda ids: MatrixCellExam.objects.filter(cell__key_in=ids).values_list("cell_id", "exam_id")
)
_cells_of_exams = Statement(
    lambda ids: MatrixCellExam.objects.filter(exam__key_in=ids).values_list("exam_id", "cell_id")
)


@cache
def _exams_of_cells(columns: tuple[str, ...]) -> Statement:
    """Return the statement that reads the exams in cells, each once, with the ids of the cells."""
    return Statement(
        lambda ids: (
            Exam.objects.filter(exam_cells__cell__key_in=ids)
            .values("pk")
            .annotate(cell_ids=Collected("exam_cells__cell"))
            .values_list("cell_ids", *columns)
        )
    )


BY_NAME = attrgetter("name_order", "id")
"""The order of exams by name."""


def _exams_by_cell(
    columns: tuple[str, ...], ids: Iterable[str], rows: Iterable[tuple[Any, ...]]
) -> list[list[ExamRow]]:
    """Return the exams of each cell by name, from rows of `_exams_of_cells`."""
    make = _row_type(columns)
    exams = [(make(*values), cells) for cells, *values in rows]
    found: defaultdict[str, list[ExamRow]] = defaultdict(list)
    for exam, cells in sorted(exams, key=lambda each: BY_NAME(each[0])):
        for cell in cells:
            found[cell].append(exam)
    return [found[id] for id in ids]


def _links_by_cell(
    ids: Iterable[str], rows: Iterable[tuple[Any, ...]]
) -> list[list[tuple[str, int]]]:
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for cell, exam in rows:
        found[cell].append((cell, exam))
    return [found[id] for id in ids]


def with_planned(
    stored: Iterable[tuple[str, int]], planned: PlannedCells
) -> Iterator[tuple[str, int]]:
    """Yield (cell id, exam id) of each exam in a cell, in planned cells as a change would leave them."""
    yield from (link for link in stored if link[0] not in planned)
    yield from ((id, exam_id) for id, cell in planned.items() for exam_id in cell.exam_ids)


class ExamLoaders(CommonLoaderGroup):
    """Exams, and which exams are in which cells. Both directions lead to further cells."""

    @cached_property
    def exams_by_cell(self) -> OfCells[list[ExamRow]]:
        """The exams in the cell, by name."""
        columns = _columns_read(self._options.columns)

        def group(ids: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> list[list[ExamRow]]:
            found = _exams_by_cell(columns, ids, rows)
            planned = self._options.planned_among(ids)
            return self._with_planned_exams(ids, found, planned) if planned else found

        return OfCells(self._dispatcher, Stage.SOURCE, _exams_of_cells(columns), group)

    @cached_property
    def exam_links_by_cell(self) -> OfCells[list[tuple[str, int]]]:
        """(cell id, exam id) of each exam in the cell."""

        def group(
            ids: Sequence[str], rows: Iterable[tuple[Any, ...]]
        ) -> list[list[tuple[str, int]]]:
            planned = self._options.planned_among(ids)
            links = ((cell_id, exam_id) for cell_id, exam_id in rows)
            return _links_by_cell(ids, with_planned(links, planned) if planned else rows)

        return OfCells(self._dispatcher, Stage.SOURCE, _links_of_cells, group)

    @cached_property
    def cell_links_by_exam(self) -> GroupLoader[int, tuple[int, str]]:
        """(exam id, cell id) of each cell the exam is in, including cells that the viewer cannot see."""
        return GroupLoader(
            self._dispatcher,
            Stage.SOURCE,
            self._cells_of_exams,
            itemgetter(0),
        )

    def _with_planned_exams(
        self, ids: Sequence[str], found: list[list[ExamRow]], planned: PlannedCells
    ) -> list[list[ExamRow]]:
        """Return the exams of each cell, in planned cells as a change would leave them.

        One SELECT, and none if no planned cell has exams.
        """
        wanted = frozenset[int]().union(*(cell.exam_ids for cell in planned.values()))
        rows = exam_rows(sorted(wanted), self._options.columns) if wanted else ()
        exams = sorted(rows, key=BY_NAME)
        return [
            [exam for exam in exams if exam.pk in planned[id].exam_ids] if id in planned else stored
            for id, stored in zip(ids, found, strict=True)
        ]

    def _cells_of_exams(self, ids: list[int]) -> Iterable[tuple[Any, ...]]:
        planned = self._options.planned
        links: Iterable[tuple[Any, ...]] = _cells_of_exams(ids)
        if not planned:
            return links
        stored = ((cell_id, exam_id) for exam_id, cell_id in links)
        return ((exam_id, id) for id, exam_id in with_planned(stored, planned))

    @cached_property
    def exam_by_id(self) -> RowLoader[int, ExamRow]:
        columns = self._options.columns
        return RowLoader(
            self._dispatcher, Stage.SOURCE, lambda ids: exam_rows(ids, columns), attrgetter("id")
        )

    @cached_property
    def active_exams_by_kind(self) -> BatchLoader[ExamKind, list[Exam]]:
        return BatchLoader(self._dispatcher, Stage.SOURCE, active_exams_of_kinds)
