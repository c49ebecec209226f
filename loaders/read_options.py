"""Options of the loaders of an operation."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol

from primepath.domain.cell import CellKey


class StoreMissing(Protocol):
    """Store a cell for each of ``keys`` that has none yet. Return the keys of the stored cells."""

    def __call__(self, *, keys: Collection[CellKey]) -> set[CellKey]: ...


class ReadOptions(NamedTuple):
    """The columns that an operation reads, and whether reading stores missing cells.

    ``columns``: the optional columns that the operation needs. See `loaders.cells.CELL_COLUMNS` and
    `loaders.exams.EXAM_COLUMNS`.
    ``store_missing``: stores missing cells when they are read. None if reading must not store anything.
    """

    columns: Collection[str]
    store_missing: StoreMissing | None

    def without_storing(self) -> ReadOptions:
        """Return the same options for an operation that must not store missing cells."""
        return self._replace(store_missing=None)
