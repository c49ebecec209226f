"""The cells of an operation: one query for all of them, and one insert for the missing ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, make_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from loaders.columns import column_defaults, unread_columns
from loaders.dispatch import Dispatcher, Stage
from loaders.generic import BatchLoader
from loaders.of_cells import OfCells
from loaders.read_options import ReadOptions
from loaders.visible_classes import VisibleClass
from primepath.db.statement import Statement, read_together
from primepath.db.usage import count_cells
from primepath.domain.cell import CELL_APPEARANCE, CellAppearance, CellKey
from primepath.domain.errors import LimitExceededError
from primepath.domain.period import Period, PeriodType
from primepath.models import ExamScheduleMatrix

# Keyed by the stored text: converting it to a `CellStatus` first would cost more than the look-up.
_APPEARANCE: dict[str, CellAppearance] = {
    status.value: appearance for status, appearance in CELL_APPEARANCE.items()
}


@dataclass(slots=True, eq=False)
class CellBase:
    """A cell that may not have been read yet: its class, year and period are known."""

    visible_class: VisibleClass
    academic_year: int
    period: Period
    pk: str

    @property
    def key(self) -> CellKey:
        return CellKey(self.visible_class.code, self.academic_year, self.period)

    @property
    def period_type(self) -> PeriodType:
        return self.period.type

    @property
    def school_class(self) -> VisibleClass:
        return self.visible_class

    @property
    def can_edit(self) -> bool:
        return self.visible_class.can_edit


# Class, year and period are the key of a cell.
_DEFAULTS = column_defaults(
    ExamScheduleMatrix, except_for={"id", "school_class_id", "academic_year", "period"}
)
CELL_COLUMNS = frozenset(_DEFAULTS)
"""The columns of a cell that can be read, by attribute name."""


@dataclass(slots=True, eq=False)
class Cell(CellBase):
    """A cell that was read. It has the `CELL_COLUMNS` that were requested; any other raises `UnreadColumnError`."""

    @property
    def color(self) -> str:
        return _APPEARANCE[self.status].color

    @property
    def icon(self) -> str:
        return _APPEARANCE[self.status].icon

    async def read(self) -> Cell:
        return self

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class _Layout(NamedTuple):
    """Reads and makes cells with some of the `CELL_COLUMNS`."""

    columns: tuple[str, ...]
    unstored: tuple[Any, ...]
    """The values of a cell that is not stored."""
    make_cell: Callable[..., Cell]
    """Called with the fields of `CellBase`, and then the values of the columns."""


@cache
def _layout(columns: frozenset[str]) -> _Layout:
    names = tuple(name for name in _DEFAULTS if name in columns)
    return _Layout(
        columns=names,
        unstored=tuple(_DEFAULTS[name] for name in names),
        make_cell=make_dataclass(
            "Cell",
            names,
            bases=(Cell,),
            namespace=unread_columns("MatrixCell", CELL_COLUMNS - columns),
            slots=True,
            eq=False,
        ),
    )


@dataclass(slots=True, eq=False)
class PendingCell(CellBase):
    """A cell that is not read yet. Its class and period are available, and its stored columns are awaitable.

    If a document goes from cells to further cells, through their classes or exams, the further cells belong to the
    same query. So the first ones are returned before they are read.
    """

    cells: asyncio.Future[list[Cell]]
    index: int

    def __getattr__(self, name: str) -> PendingAttribute:
        if name not in CELL_COLUMNS and not hasattr(Cell, name):
            raise AttributeError(name)
        return PendingAttribute(self, name)

    async def read(self) -> Cell:
        return (await self.cells)[self.index]


@dataclass(slots=True, eq=False)
class PendingAttribute:
    """An attribute of a cell that is not read yet. Unlike a coroutine, it can be dropped without being awaited."""

    cell: PendingCell
    name: str

    def __await__(self) -> Generator[Any, None, Any]:
        cell = yield from self.cell.read().__await__()
        return getattr(cell, self.name)


class CellRequest(NamedTuple):
    """Cells of one class and year. The `VisibleClass` proves that the viewer can see them."""

    visible_class: VisibleClass
    academic_year: int
    periods: tuple[Period, ...]

    @property
    def ids(self) -> list[str]:
        prefix = f"{self.visible_class.code}/{self.academic_year}/"
        return [prefix + period for period in self.periods]


@cache
def _cells_with(columns: tuple[str, ...]) -> Statement:
    """Return the statement that reads the ids and ``columns`` of cells. One is kept for each combination in use."""
    return Statement(
        lambda ids: ExamScheduleMatrix.objects.filter(id__key_in=ids).values_list("id", *columns)
    )


class Cells:
    """Reads the cells of one operation, with the `CELL_COLUMNS` that its options name."""

    def __init__(self, dispatcher: Dispatcher, options: ReadOptions) -> None:
        self._layout = _layout(CELL_COLUMNS.intersection(options.columns))
        self._loader = BatchLoader(dispatcher, Stage.CELLS, self._fetch)
        self._report_missing = options.report_missing
        self._planned = options.planned
        self._stored: dict[str, Sequence[Any]] = {}
        self._pending: list[asyncio.Future[list[Cell]]] = []
        self._together: OfCells[Any] | None = None

    def read_together_with(self, values: OfCells[Any]) -> None:
        """Read these values of all cells that are requested next, in the same message to the database."""
        self._together = values

    def load_many(self, requests: Iterable[CellRequest]) -> asyncio.Future[list[list[Cell]]]:
        """Return the cells of each request, in the order of its periods.

        Fails with `LimitExceededError` if the operation requests too many cells.
        """
        return self._loader.load_many(requests)

    def load_all(self, requests: Sequence[CellRequest]) -> asyncio.Future[list[list[Cell]]]:
        """Like `load_many`, with one future for all requests."""
        return self._loader.load_all(requests)

    def pending(self, request: CellRequest) -> list[PendingCell]:
        """Return the same cells before they are read. They are read with all other cells of the operation."""
        cells = self._loader.load(request)
        self._pending.append(cells)
        return [
            PendingCell(request.visible_class, request.academic_year, period, id, cells, index)
            for index, (period, id) in enumerate(zip(request.periods, request.ids, strict=True))
        ]

    async def flush(self) -> None:
        """Wait until all pending cells are read, so that missing ones are stored."""
        await asyncio.gather(*self._pending, return_exceptions=True)

    def _fetch(self, requests: list[CellRequest]) -> list[list[Cell]]:
        wanted = {
            id: request for request in requests for id in request.ids if id not in self._stored
        }
        count = len(self._stored) + len(wanted)
        if count > settings.MAX_CELLS_PER_OPERATION:
            message = _(
                "The operation requests {count} cells, which exceeds the limit of {limit}. "
                "Request fewer classes, periods or years."
            )
            raise LimitExceededError(
                message.format(count=count, limit=settings.MAX_CELLS_PER_OPERATION),
                limit=settings.MAX_CELLS_PER_OPERATION,
                actual=count,
            )
        together, self._together = self._together, None
        if wanted:
            count_cells(len(wanted))
            found = self._read(list(wanted), together)
            self._report([id for id in wanted if id not in found])
            self._stored |= {id: found.get(id, self._layout.unstored) for id in wanted}
            self._plan(wanted.keys() & self._planned.keys())
        make_cell = self._layout.make_cell
        return [
            [
                make_cell(
                    request.visible_class, request.academic_year, period, id, *self._stored[id]
                )
                for period, id in zip(request.periods, request.ids, strict=True)
            ]
            for request in requests
        ]

    def _read(self, ids: list[str], together: OfCells[Any] | None) -> dict[str, Sequence[Any]]:
        """Return the requested columns of the cells that are stored, by id."""
        cells = _cells_with(self._layout.columns)
        unread = together.unread(ids) if together else []
        if together is not None and unread:
            rows, values = read_together(cells.bind(ids), together.statement(unread))
            together.keep(unread, values)
            if isinstance(rows, Exception):
                raise rows
        else:
            rows = cells(ids)
        return {values[0]: values[1:] for values in rows}

    def _plan(self, ids: Iterable[str]) -> None:
        """Replace stored values by the values of a planned change."""
        columns = self._layout.columns
        for id in ids:
            stored = dict(zip(columns, self._stored[id], strict=True))
            values = {**stored, **self._planned[id].values}
            self._stored[id] = tuple(values[name] for name in columns)

    def _report(self, missing: Iterable[str]) -> None:
        """Report the missing cells that can be stored: cells of years that the school plans."""
        if self._report_missing is not None:
            keys = filter(None, map(CellKey.parse, missing))
            self._report_missing(
                key for key in keys if key.academic_year in settings.ACADEMIC_YEARS
            )
