"""Options of the loaders of an operation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from primepath.domain.cell import CellKey
from primepath.domain.planned_cell import PlannedCells


class ReadOptions(NamedTuple):
    """The columns that an operation reads, what becomes of missing cells, and planned changes.

    ``columns``: the optional columns that the operation needs. See `loaders.cells.CELL_COLUMNS` and
    `loaders.exams.EXAM_COLUMNS`.
    ``report_missing``: called with the keys of cells that are not stored yet. None if they are of no interest.
    ``planned``: cells that are returned as a change would leave them. See `PlannedCells`.
    """

    columns: Collection[str]
    report_missing: Callable[[Iterable[CellKey]], None] | None
    planned: PlannedCells = {}

    def planned_among(self, ids: Iterable[str]) -> PlannedCells:
        """Return the planned cells among ``ids``."""
        planned = self.planned
        return {id: planned[id] for id in ids if id in planned} if planned else {}

    def without_storing(self) -> ReadOptions:
        """Return the same options for an operation that must not store missing cells."""
        return self._replace(report_missing=None)

    def with_planned(self, planned: PlannedCells) -> ReadOptions:
        """Return the options for reading the result of a dry run, which stores nothing."""
        return self._replace(report_missing=None, planned=planned)
