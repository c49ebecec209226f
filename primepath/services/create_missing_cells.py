"""Storing the cells that were asked for and do not exist yet."""

from __future__ import annotations

import json
from collections.abc import Collection

from django.db import connection, transaction

from primepath.domain.cell import CellKey, CellStatus
from primepath.models import ExamScheduleMatrix

# One parameter for all rows, whatever their number: Django's bulk_create cuts its statement on SQLite at 999
# parameters. `WHERE true` keeps SQLite's parser from reading ON as the start of a join condition.
_INSERT = """
INSERT INTO {table} (id, class_code, academic_year, period, status, notes, version)
SELECT {columns}, %s, '', 0 FROM {rows} WHERE true
ON CONFLICT DO NOTHING
RETURNING id
"""
_DIALECTS = {
    "postgresql": (
        "id, class_code, academic_year, period",
        "json_to_recordset(%s::json) AS missing"
        "(id text, class_code text, academic_year smallint, period text)",
    ),
    "sqlite": (
        "value ->> 'id', value ->> 'class_code', value ->> 'academic_year', value ->> 'period'",
        "json_each(%s)",
    ),
}


def create_missing_cells(*, keys: Collection[CellKey]) -> set[CellKey]:
    """Stores an empty, untouched cell for each key that has none, in one statement; returns the keys it stored.

    A key that is not returned was stored by somebody else meanwhile. Two callers that store the same cells at once
    both succeed: rows go in by order of key, so that neither waits for what the other waits for.
    """
    columns, rows = _DIALECTS[connection.vendor]
    statement = _INSERT.format(
        table=connection.ops.quote_name(ExamScheduleMatrix._meta.db_table),
        columns=columns,
        rows=rows,
    )
    by_id = {str(key): key for key in sorted(keys)}
    missing = json.dumps(
        [
            {
                "id": id,
                "class_code": key.class_code,
                "academic_year": key.academic_year,
                "period": key.period,
            }
            for id, key in by_id.items()
        ]
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [CellStatus.EMPTY, missing])
        return {by_id[id] for (id,) in cursor.fetchall()}
