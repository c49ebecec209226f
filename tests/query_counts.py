"""Counts of statements, recorded in one reviewed file.

``query_counts.json`` says for each named operation how many statements of which kind it takes. A test that finds
another number fails and shows the SQL. To accept new numbers on purpose, run the tests with ``RECORD_QUERY_COUNTS=1``
and review the difference.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

_FILE = Path(__file__).with_name("query_counts.json")
_SHOWN_LENGTH = 1_500
_UNCOUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def statements(captured: CaptureQueriesContext) -> list[str]:
    """The SQL that was run, without what only opens and closes transactions."""
    return [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(_UNCOUNTED)
    ]


def of_cells(sql: list[str]) -> list[str]:
    """The SELECTs on the table of cells."""
    return [
        each
        for each in sql
        if each.startswith("SELECT") and 'FROM "primepath_examschedulematrix"' in each
    ]


def _shorten(sql: str) -> str:
    """A statement as it is read by people: a list of 9,600 keys tells them nothing."""
    return sql if len(sql) <= _SHOWN_LENGTH else f"{sql[:_SHOWN_LENGTH]} ... {sql[-100:]}"


@contextmanager
def recorded_statements(name: str) -> Iterator[None]:
    """Asserts that the block takes the statements that the file records under ``name``."""
    with CaptureQueriesContext(connection) as captured:
        yield
    sql = statements(captured)
    counts = dict(sorted(Counter(each.split(None, 1)[0].strip() for each in sql).items()))
    counts["SELECT on cells"] = len(of_cells(sql))
    recorded = json.loads(_FILE.read_text())
    if os.environ.get("RECORD_QUERY_COUNTS"):
        recorded[name] = counts
        _FILE.write_text(json.dumps(dict(sorted(recorded.items())), indent=2) + "\n")
    assert counts == recorded.get(name), "\n".join(
        [f"{name} took {counts}, recorded is {recorded.get(name)}:", *map(_shorten, sql)]
    )
