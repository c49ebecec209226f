"""Columns that are read only if the operation needs them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Never

from django.db.models import Model


class UnreadColumnError(Exception):
    """The operation uses a column that it did not read.

    The GraphQL field that uses the column must declare it with `schema.metadata.columns`. A default value instead of
    this error would be wrong data.
    """

    def __init__(self, row: str, column: str) -> None:
        super().__init__(
            f"{row}.{column} was not read. Declare it at the GraphQL field that uses it."
        )


class _Unread:
    """The attribute of a column that was not read. Reading it raises `UnreadColumnError`."""

    def __init__(self, row: str, column: str) -> None:
        self._names = row, column

    def __get__(self, row: object, owner: type) -> Never:
        raise UnreadColumnError(*self._names)


def unread_columns(row: str, columns: Iterable[str]) -> dict[str, object]:
    """Return an attribute for each of the ``columns`` that a class of rows lacks. ``row``: the name of a row in errors.

    With ``__getattr__`` in the class, every attribute of a row would take three times as long.
    """
    return {name: _Unread(row, name) for name in columns}


def column_defaults(model: type[Model], *, except_for: Collection[str]) -> dict[str, Any]:
    """Return the columns of ``model`` by attribute name, with the value of a row that is not stored."""
    return {
        field.attname: field.get_default()
        for field in model._meta.concrete_fields
        if field.attname not in except_for
    }
