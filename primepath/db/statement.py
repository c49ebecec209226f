"""Queries whose SQL is made once.

Django's ORM builds a query from its parts and writes its SQL anew each time, which costs more than a small query takes.
Where only values differ from one time to the next, the SQL does not: a `Statement` has it made by the ORM the first time,
with a `Parameter` in place of each value, keeps it, and from then on sends it with other values.

On SQLite all rows come as one JSON text. Python's driver gives the interpreter's lock away for every row that it reads, and with
many requests at once each time another thread takes it: most of their time went into handing it around.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any, NamedTuple

import orjson
from django.db import connection, models
from django.db.models.expressions import Expression


def _as_given(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


class Parameter(Expression):
    """Stands for a value that is given when the statement runs; ``adapt`` makes of it what the driver takes."""

    def __init__(self, name: str, adapt: Callable[[Any], Any] = _as_given) -> None:
        super().__init__()
        self.name = name
        self.adapt = adapt

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        # Not its value but itself is among the parameters of the SQL that is kept.
        return "%s", (self,)


class _Compiled(NamedTuple):
    sql: str
    parameters: tuple[Any, ...]
    converters: list[tuple[int, list[Callable[[Any, Any, Any], Any]], Any]]


class Statement:
    """The rows of a query set of tuples, in no order, which ``make`` builds from its arguments.

    It is called once, with a `Parameter` for each argument: it can filter by them, and cannot look at them. What depends on
    the moment, as the time does, must be an argument too, or it would be that of the first time for good.
    """

    def __init__(self, make: Callable[..., models.QuerySet[Any, Any]]) -> None:
        self._make = make
        self._names = tuple(signature(make).parameters)
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, *values: Any) -> Iterable[tuple[Any, ...]]:
        """The rows for these values, in the order of the arguments. Texts and numbers are sent as they are."""
        given = dict(zip(self._names, values, strict=True))
        compiled = self._compiled.get(connection.vendor) or self._compile()
        parameters = [
            each.adapt(given[each.name]) if isinstance(each, Parameter) else each
            for each in compiled.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        if connection.vendor == "sqlite":
            ((text,),) = rows
            rows = list(map(tuple, orjson.loads(text)))
        return _convert(rows, compiled) if compiled.converters else rows

    def _compile(self) -> _Compiled:
        queryset = self._make(*map(Parameter, self._names)).order_by()
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql(with_col_aliases=True)
        if connection.vendor == "sqlite":
            sql = _as_one_text(sql, [alias for *_, alias in compiler.select])
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        compiled = self._compiled[connection.vendor] = _Compiled(
            sql,
            tuple(parameters),
            [(position, *how) for position, how in converters.items()],
        )
        return compiled


def _as_one_text(sql: str, columns: Iterable[str]) -> str:
    """The query whose only value is a JSON list of the rows of ``sql``, which has these columns, and no bytes in them."""
    row = ", ".join(map(connection.ops.quote_name, columns))
    return f"SELECT json_group_array(json_array({row})) FROM ({sql})"  # noqa: S608


def _convert(rows: Iterable[tuple[Any, ...]], compiled: _Compiled) -> Iterable[tuple[Any, ...]]:
    """The rows with their values as Django's fields give them, where the driver gives others."""
    for row in rows:
        values = list(row)
        for position, functions, expression in compiled.converters:
            for function in functions:
                values[position] = function(values[position], expression, connection)
        yield tuple(values)
