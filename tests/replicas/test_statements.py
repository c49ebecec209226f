"""Statements of a read with replicas."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test.utils import CaptureQueriesContext

from primepath.domain.viewer import Viewer
from tests.client import data
from tests.replicas.school import School, counted

pytestmark = pytest.mark.one_database

MATRIX = """
{ scheduleMatrix(academicYear: 2026) { syncToken rows {
  schoolClass { code teachers { teacher { name } } }
  curriculum { label }
  cells { status notes examCount exams { name } createdBy { name } }
} } }
"""


def statements(viewer: Viewer) -> tuple[list[str], list[str], Any]:
    """Return the statements of the primary and of the replica, and the response."""
    cache.clear()
    with (
        CaptureQueriesContext(connections["default"]) as primary,
        CaptureQueriesContext(connections["replica_1"]) as replica,
    ):
        response = data(MATRIX, viewer)
    found = ([query["sql"] for query in context.captured_queries] for context in (primary, replica))
    return (*found, response)


def test_replica_takes_one_statement_more_and_the_primary_one_at_all(school: School) -> None:
    (replica,) = school.replicas
    replica.leave_out("a test", lost=False)
    # The first read stores missing cells.
    statements(school.head)
    with counted(none=1):
        usual, nothing, expected = statements(school.head)
    assert nothing == []
    school.wait_for_replay()
    school.check()
    with counted(replica=1):
        (question,), (same, *rest), response = statements(school.head)
    assert question.partition("FROM")[0] == same.partition("FROM")[0]
    assert [sql.split("WHERE")[0] for sql in rest] == [sql.split("WHERE")[0] for sql in usual]
    for matrix in response, expected:
        matrix["scheduleMatrix"].pop("syncToken")
    assert response == expected


def test_last_change_is_found_with_an_index(school: School) -> None:
    """The primary is asked for each read, so this must not become slower with the history."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO primepath_historyentry"
            " (at, action, subject, subject_key, actor_id, actor_name, changes, transaction)"
            " SELECT now(), 'UPDATE_CELL', 'CELL', 'x', %s, 'Head', '[]', 1 + number %% 700"
            " FROM generate_series(1, 50000) AS number",
            [school.head.user_id],
        )
        cursor.execute("ANALYZE primepath_historyentry")
    school.wait_for_replay()
    school.check()
    (question,), *_ = statements(school.head)
    with connections["default"].cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {question}")
        (plan,) = cursor.fetchone()
    plan = plan if isinstance(plan, list) else json.loads(plan)
    assert plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"] < 60
    assert json.dumps(plan).count('"history_of_an_actor"') == 2
