"""Read the file of an original PrimePath: only reading, only known tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from primepath.exchange.upstream import values
from primepath.exchange.upstream.tables import TABLES

_SIGNATURE = b"SQLite format 3\0"
_MAX_FILE_BYTES = 2 * 1024**3
_MAX_VALUE_BYTES = 10 * 1024**2
_ROWS_AT_ONCE = 1_000

Row = dict[str, Any]


class SourceError(Exception):
    """The file cannot be imported. The text is the reason, and what to do."""


class Source:
    """The tables of the file. Texts that are not UTF-8 contain surrogates in place of the invalid bytes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._columns = {table: self._columns_of(table) for table in self._tables()}
        if "core_program" not in self._columns:
            raise SourceError(
                "The file is a database, but not of the original PrimePath: it has no table core_program."
            )
        self._repeated = {table: self._repeated_rows(table) for table in self._columns}

    def has(self, table: str, column: str = "id") -> bool:
        """Return whether the file has this column."""
        return column in self._columns.get(table, ())

    def count(self, table: str) -> int:
        if table not in self._columns:
            return 0
        (count,) = self._connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
        return int(count)

    def rows(self, table: str) -> Iterator[Row]:
        """Yield the rows in the order in which they were stored, without the `repeated` ones. A column that the file lacks is None."""
        repeated = self._repeated.get(table, ())
        rows = self._read(table, "ORDER BY rowid")
        return (row for number, row in rows if number not in repeated)

    def repeated(self, table: str) -> Iterator[Row]:
        """Yield the rows with the key of an earlier row. SQLite accepts a key again if its hyphens or its case differ."""
        if repeated := self._repeated.get(table):
            rows = self._read(table, "ORDER BY rowid")
            yield from (row for number, row in rows if number in repeated)

    def row(self, table: str, key: object) -> Row:
        """Return the row with this value in its column ``id``."""
        _number, row = next(self._read(table, "WHERE id = ?", key))
        return row

    def values(self, table: str, column: str) -> list[Any]:
        """Return the different values of a column."""
        if not self.has(table, column):
            return []
        if self._repeated[table]:
            return list(dict.fromkeys(row[column] for row in self.rows(table)))
        select = f'SELECT DISTINCT "{column}" FROM "{table}"'  # noqa: S608
        return [value for (value,) in self._connection.execute(select)]

    def fingerprint(self) -> str:
        """Return a text that stays the same while the file is in use, and differs for another database."""
        parts = []
        for table, columns in (
            ("auth_user", "id, username, date_joined"),
            ("core_program", "id, name"),
        ):
            if table in self._columns:
                first = f'SELECT {columns} FROM "{table}" ORDER BY id LIMIT 1'  # noqa: S608
                parts.append(repr(self._connection.execute(first).fetchone()))
        return "".join(parts)

    def generation(self) -> str:
        """Return the generation of the schema, for the report."""
        exam = "primepath_routinetest_exam"
        link = "primepath_routinetest_examschedulematrix_exams"
        if not self.has(exam):
            return "0, placement tests only"
        if self.has(link, "routineexam_id"):
            return "5, one table of exams" if self.has(exam, "answer_key") else "4, managed exams"
        if self.has(link, "exam_id"):
            return "3, matrix"
        return "2, periods" if self.has(exam, "academic_year") else "1, exams without periods"

    def _repeated_rows(self, table: str) -> set[int]:
        """Return the numbers of the rows with the key of an earlier row."""
        found, keys = set(), set()
        if self.has(table):
            select = f'SELECT rowid, id FROM "{table}" ORDER BY rowid'  # noqa: S608
            for number, value in self._connection.execute(select):
                key = values.key(value)
                if key in keys:
                    found.add(number)
                keys.add(key)
        return found

    def _read(self, table: str, clause: str, *parameters: object) -> Iterator[tuple[int, Row]]:
        """Yield the number of each row and the row."""
        columns = self._columns.get(table)
        if not columns:
            return
        wanted = TABLES[table]
        known = [column for column in wanted if column in columns]
        names = ", ".join(f'"{column}"' for column in known)
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(f'SELECT rowid, {names} FROM "{table}" {clause}', parameters)  # noqa: S608
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                for number, *given in rows:
                    yield number, {**dict.fromkeys(wanted), **dict(zip(known, given, strict=True))}

    def _tables(self) -> list[str]:
        found = []
        master = "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')"
        for name, type_, sql in self._connection.execute(master):
            if name not in TABLES:
                continue
            if type_ != "table" or str(sql).lstrip().upper().startswith("CREATE VIRTUAL"):
                raise SourceError(f"{name} of the file is not an ordinary table.")
            found.append(name)
        return found

    def _columns_of(self, table: str) -> set[str]:
        rows = self._connection.execute(f'PRAGMA table_info("{table}")')
        return {name for _number, name, *_rest in rows}


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open the file in one read transaction. Raises `SourceError` if it is not a sound database of a PrimePath."""
    _check_file(path)
    try:
        with closing(_connect(path)) as connection:
            connection.execute("BEGIN")
            ((verdict,),) = connection.execute("PRAGMA integrity_check(1)").fetchall()
            if verdict != "ok":
                raise SourceError(f"The database is damaged: {verdict}. Use another copy.")
            yield Source(connection)
    except sqlite3.Error as error:
        raise SourceError(f"The file cannot be read as a database: {error}.") from error


def _check_file(path: Path) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            signature = file.read(len(_SIGNATURE))
    except OSError as error:
        raise SourceError(f"The file cannot be read: {error}.") from error
    if signature != _SIGNATURE:
        raise SourceError("The file is not a SQLite database, or it is encrypted.")
    if size > _MAX_FILE_BYTES:
        raise SourceError(
            f"The file has {size} bytes, which exceeds the limit of {_MAX_FILE_BYTES}."
        )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None
    )
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
        connection.text_factory = _decode
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
    except BaseException:
        connection.close()
        raise
    return connection


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
