"""Insert any number of rows with one statement."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    on_conflict: str = "DO NOTHING",
    returning: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Insert ``rows`` in the given order. ``columns`` are names in the table; each row has one value per column.

    All rows are sent as one JSON parameter. Django's `bulk_create` sends one parameter per value, and on SQLite splits
    its statement at 999 parameters. Callers that sort their rows in the same way never deadlock.

    ``on_conflict`` is SQL and must never contain user input. Return the ``returning`` columns of the rows that were
    inserted or that ``on_conflict`` updated, as the driver reads them.
    """
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    quote = connection.ops.quote_name
    read = _read_postgresql if connection.vendor == "postgresql" else _read_sqlite
    values = ", ".join(read(fields[column], index) for index, column in enumerate(columns))
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"  # noqa: S608
        f" SELECT {values} FROM {_SOURCES[connection.vendor]} ON CONFLICT {on_conflict}"
    )
    if returning:
        statement += f" RETURNING {', '.join(map(quote, returning))}"
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps([[_plain(value) for value in row] for row in rows])])
        return cursor.fetchall() if returning else []


_SOURCES = {
    "postgresql": "jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS given(value, position) ORDER BY position",
    # Without WHERE, SQLite would parse ON CONFLICT as the condition of a join.
    "sqlite": "json_each(%s) WHERE true",
}


def _read_postgresql(field: models.Field[Any, Any], index: int) -> str:
    if isinstance(field, models.JSONField):
        return f"value -> {index}"
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    # A cast to varchar(n) truncates a value that is too long. An insert rejects it.
    is_text = isinstance(target, models.CharField | models.TextField)
    return f"(value ->> {index})::{'text' if is_text else target.rel_db_type(connection)}"


def _read_sqlite(field: models.Field[Any, Any], index: int) -> str:
    return f"json_extract(value, '$[{index}]')"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        value = connection.ops.adapt_datetimefield_value(value)
    return str(value) if isinstance(value, datetime.date | datetime.time) else value
