"""The cells and their history as the database has them, read in one snapshot with plain SQL."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg

# The history has the names of the public schema.
_COLUMNS = {
    "status": "status",
    "scheduledDate": "scheduled_date",
    "startTime": "start_time",
    "endTime": "end_time",
    "notes": "notes",
}
_CELLS = f"SELECT id, version, {', '.join(_COLUMNS.values())} FROM primepath_examschedulematrix"  # noqa: S608
_EXAMS = "SELECT cell_id, exam_id FROM primepath_matrixcellexam ORDER BY exam_id"
_HISTORY = (
    "SELECT id, subject_key, action, changes, change_set FROM primepath_historyentry"
    " WHERE subject = 'CELL' AND id > {after} ORDER BY id"
)
_LAST = "SELECT COALESCE(MAX(id), 0) FROM primepath_historyentry"


class Cell(NamedTuple):
    """A cell's version and fields, under the names that the history uses."""

    version: int
    fields: Mapping[str, Any]


class Entry(NamedTuple):
    """A history entry of a cell. ``changes`` has (field, before, after)."""

    id: int
    cell: str
    action: str
    changes: list[tuple[str, Any, Any]]
    change_set: str


UNUSED = Cell(0, dict.fromkeys(_COLUMNS) | {"status": "EMPTY", "notes": "", "exams": []})


@dataclass(frozen=True, slots=True)
class Stored:
    """All cells by id, the entries after a position of the history, and the last entry's id."""

    cells: Mapping[str, Cell]
    history: list[Entry]
    last_entry: int

    def cell(self, id: str) -> Cell:
        """Return the cell, or an unused one if no row exists."""
        return self.cells.get(id, UNUSED)


def read_stored(database_url: str, *, after: int = 0) -> Stored:
    """Read everything in one snapshot, with the history after the entry ``after``."""
    if database_url.startswith("sqlite:///"):
        file = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, timeout=20, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            return _read(connection, after)
    with psycopg.connect(database_url) as session:
        session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return _read(session, after)


def _read(connection: Any, after: int) -> Stored:
    exams: defaultdict[str, list[int]] = defaultdict(list)
    (last,) = next(iter(connection.execute(_LAST)))
    for cell_id, exam_id in connection.execute(_EXAMS):
        exams[cell_id].append(exam_id)
    cells = {
        id: Cell(version, {**dict(zip(_COLUMNS, _plain(values), strict=True)), "exams": exams[id]})
        for id, version, *values in connection.execute(_CELLS)
    }
    history = [
        Entry(id, cell, action, _parsed(changes), str(change_set))
        for id, cell, action, changes, change_set in connection.execute(
            _HISTORY.format(after=after)
        )
    ]
    return Stored(cells, history, last)


def _plain(values: Iterable[Any]) -> list[Any]:
    """Return dates and times as text, as SQLite and the history store them."""
    return [value if isinstance(value, str | None) else value.isoformat() for value in values]


def _parsed(changes: Any) -> list[tuple[str, Any, Any]]:
    parsed = json.loads(changes) if isinstance(changes, str) else changes
    return [tuple(change) for change in parsed]
