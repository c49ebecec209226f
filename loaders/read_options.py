"""How the loaders of one operation read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Protocol

from primepath.domain.cell import CellKey


class StoreMissing(Protocol):
    """Stores those of ``keys`` that have no cell yet. Returns the keys that it stored."""

    def __call__(self, *, keys: Collection[CellKey]) -> set[CellKey]: ...


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What an operation reads, and what reading may change.

    ``columns``: the optional columns that the operation needs. See `loaders.cells.CELL_COLUMNS` and
    `loaders.exams.EXAM_COLUMNS`.
    ``store_missing``: stores missing cells when they are read. None if reading must not store anything.
    """

    columns: Collection[str]
    store_missing: StoreMissing | None

    def without_storing(self) -> ReadOptions:
        """Return the same options for an operation that must not store missing cells."""
        return replace(self, store_missing=None)
