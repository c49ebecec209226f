"""What belongs to cells, and can be read together with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from loaders.dispatch import Dispatcher, Stage
from loaders.generic import BatchLoader
from primepath.db.statement import BoundStatement, Statement

V = TypeVar("V")
Rows = Iterable[tuple[Any, ...]]


class OfCells(BatchLoader[str, V]):
    """Loads a value of each cell by the cell's id.

    ``statement`` reads rows for ids, and ``group(ids, rows)`` returns the value of each id.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        stage: Stage,
        statement: Statement,
        group: Callable[[Sequence[str], Rows], list[V]],
    ) -> None:
        super().__init__(dispatcher, stage, lambda ids: group(ids, statement(ids)))
        self._statement = statement
        self._group = group

    def unread(self, ids: Iterable[str]) -> list[str]:
        """Return the ids whose values were not read so far."""
        return [id for id in ids if id not in self._values]

    def statement(self, ids: list[str]) -> BoundStatement:
        """Return the statement that reads the values of ``ids``."""
        return self._statement.bind(ids)

    def keep(self, ids: list[str], read: Rows | Exception) -> None:
        """Keep what the statement has read for unread ``ids``, or its error."""

        def values(ids: list[str]) -> list[V]:
            if isinstance(read, Exception):
                raise read
            return self._group(ids, read)

        self._keep(ids, values)
