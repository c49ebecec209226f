"""Statement counts, recorded in one reviewed file.

``query_counts.json`` lists the number of statements of each kind that a named operation takes. A test that counts
another number fails and shows the SQL. To accept new numbers, run the tests with ``UPDATE_QUERY_COUNTS=1``, and review
the difference of the file.
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

from tests.run_folder import lock

_FILE = Path(__file__).with_name("query_counts.json")
_SHOWN_LENGTH = 1_500
_UNCOUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def statements(captured: CaptureQueriesContext) -> list[str]:
    """Return the executed SQL, without statements that only begin or end transactions.

    PostgreSQL's UNION begins with the bracket of its first SELECT. It is left out here.
    """
    return [
        query["sql"].removeprefix("(")
        for query in captured.captured_queries
        if not query["sql"].startswith(_UNCOUNTED)
    ]


def of_cells(sql: list[str]) -> list[str]:
    """Return the SELECTs on the table of cells."""
    return [
        each
        for each in sql
        if each.startswith("SELECT") and 'FROM "primepath_examschedulematrix"' in each
    ]


def _shorten(sql: str) -> str:
    """Shorten a statement for readers. A list of 9,600 keys is no help."""
    return sql if len(sql) <= _SHOWN_LENGTH else f"{sql[:_SHOWN_LENGTH]} ... {sql[-100:]}"


@contextmanager
def recorded_statements(name: str) -> Iterator[None]:
    """Assert that the block takes the statements recorded under ``name``."""
    with CaptureQueriesContext(connection) as captured:
        yield
    sql = statements(captured)
    counts = dict(sorted(Counter(each.split(None, 1)[0].strip() for each in sql).items()))
    counts["SELECT on cells"] = len(of_cells(sql))
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        _update(name, counts)
        return
    recorded = json.loads(_FILE.read_text()).get(name, {})
    assert counts == recorded, "\n".join(_explained(name, counts, recorded, sql))


def _update(name: str, counts: dict[str, int]) -> None:
    # Tests of other processes write to the same file.
    with lock("query-counts"):
        recorded = {**json.loads(_FILE.read_text()), name: counts}
        _FILE.write_text(json.dumps(dict(sorted(recorded.items())), indent=2) + "\n")


def _explained(
    name: str, counts: dict[str, int], recorded: dict[str, int], sql: list[str]
) -> Iterator[str]:
    yield f"The statements of {name!r} have changed (recorded, now):"
    for kind in sorted(counts.keys() | recorded.keys()):
        before, now = recorded.get(kind, 0), counts.get(kind, 0)
        yield f"  {kind:<20} {before:>4} {now:>4}{'' if before == now else '   <-'}"
    yield "If that is intended, run the test with UPDATE_QUERY_COUNTS=1 and review the difference of tests/query_counts.json."
    yield f"All {len(sql)} statements:"
    yield from map(_shorten, sql)
