"""Queries that the ORM compiles to SQL only once.

Django's ORM builds a query and compiles its SQL each time, which takes longer than a small query runs. If only values
differ between two runs, the SQL is the same. So a `Statement` compiles it on the first run, with a `Parameter` for each
value. Later runs send the same SQL with other values.

On SQLite, all rows are returned as one JSON text. Python's driver releases the interpreter lock for every row that it
reads. With many concurrent requests, another thread takes the lock each time, and most of the time was spent on that.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from django.db import DatabaseError, connection, models
from django.db.models.expressions import Expression
from django.utils import timezone

from primepath.db.read_ahead import current_read_ahead
from primepath.db.reading import reading_connection
from primepath.db.snapshot import recover_reads
from primepath.db.usage import count_statements, counted

T = TypeVar("T")
R = TypeVar("R")
S = TypeVar("S")
_NOW = "now"
# So many values of a column take about 200 kB.
_MOST_CONVERTED = 1_000


class Parameter(Expression):
    """Placeholder for a value that is set when the statement runs. ``adapt`` converts the value for the driver."""

    def __init__(self, name: str, adapt: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        self.name = name
        self.adapt = adapt

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        # The parameters of the compiled SQL contain the placeholder itself, not a value.
        return "%s", (self,)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        # The driver of PostgreSQL converts times itself.
        return "%s", (self if self.adapt else Parameter(self.name, _for_sqlite),)

    def value(self, given: Any) -> Any:
        """Return a value as the driver needs it."""
        return given if self.adapt is None else self.adapt(given)


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


class _Compiled(NamedTuple):
    sql: str
    parameters: tuple[Any, ...]
    converters: list[tuple[int, _Converted]]
    """By the position of the column."""
    is_one_text: bool


class _Converted(dict[Any, Any]):
    """The converted values of a column by the driver's values, which repeat in rows and in later runs: mostly dates and times."""

    def __init__(
        self, functions: Sequence[Callable[[Any, Any, Any], Any]], expression: Any
    ) -> None:
        super().__init__()
        self._functions = functions
        self._expression = expression

    def __missing__(self, value: Any) -> Any:
        converted = value
        for function in self._functions:
            converted = function(converted, self._expression, connection)
        # A list is larger, and who reads it could change it.
        if isinstance(converted, Hashable):
            if len(self) >= _MOST_CONVERTED:
                self.clear()
            self[value] = converted
        return converted


class Statement:
    """A query for rows of tuples, in no particular order. ``make`` builds its query set from the arguments.

    ``make`` is called once, with a `Parameter` for each argument. It can filter by them but cannot read their values.
    Anything that varies between runs, such as the current time, must be an argument too. Otherwise the value of the
    first run would be used in all later runs. The current time is the argument ``now``.
    """

    def __init__(self, make: Callable[..., models.QuerySet[Any, Any]]) -> None:
        self._make = make
        self._names = tuple(signature(make).parameters)
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, *values: Any) -> Iterable[tuple[Any, ...]]:
        """Return the rows for these values, one value per argument of ``make``. Texts and numbers are sent unchanged."""
        (rows,) = _fetch([self.bind(*values)])
        return rows

    def bind(self, *values: Any) -> BoundStatement:
        """Return the statement with these values, for `read_together`."""
        compiled = self._compiled.get(reading_connection().vendor) or self._compile()
        given = dict(zip(self._names, values, strict=True))
        parameters = [
            each.value(given[each.name]) if isinstance(each, Parameter) else each
            for each in compiled.parameters
        ]
        given.pop(_NOW, None)
        return BoundStatement(compiled, parameters, Read(self, tuple(given.values())))

    def bind_now(self, values: Sequence[Any]) -> BoundStatement:
        """Return the statement with these values and the current time."""
        others = iter(values)
        return self.bind(
            *(timezone.now() if name == _NOW else next(others) for name in self._names)
        )

    def _compile(self) -> _Compiled:
        queryset = self._make(*map(Parameter, self._names))
        # The order of a slice cannot change.
        if not queryset.query.is_sliced:
            queryset = queryset.order_by()
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql(with_col_aliases=True)
        is_one_text = connection.vendor == "sqlite"
        if is_one_text:
            sql = _as_one_text(sql, [alias for *_, alias in compiler.select])
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        compiled = self._compiled[connection.vendor] = _Compiled(
            sql,
            tuple(parameters),
            [(position, _Converted(*how)) for position, how in converters.items()],
            is_one_text,
        )
        return compiled


class Read(NamedTuple):
    """A statement and its values, without the current time."""

    statement: Statement
    values: tuple[Any, ...]

    @property
    def size(self) -> int:
        """Number of values."""
        return sum(len(each) if isinstance(each, list) else 1 for each in self.values)

    def bind_now(self) -> BoundStatement:
        return self.statement.bind_now(self.values)


class BoundStatement(NamedTuple):
    """A statement with its values, as they are sent."""

    compiled: _Compiled
    parameters: list[Any]
    read: Read


@dataclass(frozen=True, slots=True)
class Lookup(Generic[T]):
    """A statement, and how its rows become a result. The caller chooses who sends it: this thread, or the event loop."""

    statement: BoundStatement
    read: Callable[[Iterable[tuple[Any, ...]]], T]

    def run(self) -> T:
        """Send the statement now."""
        (rows,) = _fetch([self.statement])
        return self.read(rows)

    def then(self: Lookup[R | None], change: Callable[[R], S]) -> Lookup[S | None]:
        """Return the same query with a changed result, unless the result is None."""

        def read(rows: Iterable[tuple[Any, ...]]) -> S | None:
            found = self.read(rows)
            return None if found is None else change(found)

        return Lookup(self.statement, read)


def read_together(*statements: BoundStatement) -> list[Iterable[tuple[Any, ...]] | DatabaseError]:
    """Return the rows of statements that do not need each other, or the error of each that failed.

    PostgreSQL gets them in one message. If one fails, it runs none of the later ones, so each is sent alone then.
    """
    try:
        return list(_fetch(statements))
    except DatabaseError as error:
        if len(statements) == 1 or not recover_reads():
            return [error] * len(statements)
    return [result for each in statements for result in read_together(each)]


def _fetch(statements: Sequence[BoundStatement]) -> list[Iterable[tuple[Any, ...]]]:
    ahead = current_read_ahead()
    fetched = _send(statements) if ahead is None else ahead.fetch(statements, _send)
    return list(map(rows_of, statements, fetched))


def _send(
    statements: Sequence[BoundStatement], *, commit: bool = False
) -> list[list[tuple[Any, ...]]]:
    """Send statements and return the rows of each. ``commit``: also end the transaction, if nothing watches the statements."""
    fetched: list[list[tuple[Any, ...]]]
    database: Any = reading_connection()
    database.ensure_connection()
    texts = [(each.compiled.sql, each.parameters) for each in statements]
    if database.queries_logged or any(each is not counted for each in database.execute_wrappers):
        fetched = [_fetch_watched(database, *each) for each in texts]
    else:
        # Nothing watches the statements, so Django's wrapper around the driver's cursor would only cost time: 8 µs of 80.
        count_statements(len(statements))
        database.validate_no_broken_transaction()
        with database.wrap_database_errors:
            cursor = database.create_cursor()
            if database.vendor == "sqlite":
                fetched = [cursor.execute(*each).fetchall() for each in texts]
            else:
                fetched = cursor.fetch_prepared(texts, commit=commit)
    return fetched


def _fetch_watched(database: Any, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def rows_of(statement: BoundStatement, fetched: list[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Return the rows of a statement from what the database has returned."""
    compiled = statement.compiled
    if compiled.is_one_text:
        ((text,),) = fetched
        return map(tuple, _convert(orjson.loads(text), compiled))
    if compiled.converters:
        return map(tuple, _convert(list(map(list, fetched)), compiled))
    return fetched


def _as_one_text(sql: str, columns: Iterable[str]) -> str:
    """Return a query for one value: the rows of ``sql`` as a JSON list. The columns must not contain bytes."""
    row = ", ".join(map(connection.ops.quote_name, columns))
    return f"SELECT json_group_array(json_array({row})) FROM ({sql})"  # noqa: S608


def _convert(rows: list[list[Any]], compiled: _Compiled) -> list[list[Any]]:
    """Convert the driver's values in ``rows`` as Django's fields convert them, and return the rows."""
    for position, values in compiled.converters:
        for row in rows:
            row[position] = values[row[position]]
    return rows
