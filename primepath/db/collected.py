"""An aggregate that collects the values of a group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.db import models


class Collected(models.Aggregate):
    """The list of the texts of a group, in no particular order."""

    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="ARRAY_AGG", **extra)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # Without the concatenation, SQLite treats the value as JSON in some outer queries, and as text in others.
        template = "%(function)s(%(expressions)s) || ''"
        return self.as_sql(
            compiler, connection, function="JSON_GROUP_ARRAY", template=template, **extra
        )

    def get_db_converters(self, connection: Any) -> list[Callable[..., Any]]:
        return [] if connection.vendor == "postgresql" else [_parse]


def _parse(value: str, _expression: Any, _connection: Any) -> list[str]:
    found: list[str] = orjson.loads(value)
    return found
