"""Answers read only tables with commit marks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from primepath.domain.viewer import Viewer
from primepath.models.commit_mark import MARKED_TABLES, UNMARKED_COLUMNS
from tests.client import answer
from tests.properties.documents import Document, documents
from tests.properties.school import VIEWERS, make_school

pytestmark = pytest.mark.django_db

_NAME = re.compile(r"\w+")
# Sync tokens of SQLite contain the time at which the tables were created.
_CONSTANT = {"django_migrations"}
_DELTA = """query ($after: String) { scheduleMatrix(changesAfter: $after) {
  syncToken rows { curriculum { label } cells { exams { name } } } } }"""


class Recorder:
    """Records the names in all SELECT statements."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Any, sql: Any, *call: Any) -> Any:
        self.statements.append(str(sql))
        return execute(sql, *call)

    def check(self) -> None:
        """Check that all statements that only read name marked tables only, and no unmarked column."""
        tables = set(connection.introspection.table_names()) - _CONSTANT
        for sql in self.statements:
            if not sql.lstrip("( \n").startswith("SELECT"):
                continue
            names = set(_NAME.findall(sql))
            assert names & tables <= MARKED_TABLES.keys(), sql
            for table, columns in UNMARKED_COLUMNS.items():
                assert not (table in names and names & set(columns)), sql


@pytest.fixture
def viewers() -> dict[str, Viewer | None]:
    return make_school()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents(), name=st.sampled_from(VIEWERS))
@example(
    document=Document("{ scheduleMatrix { syncToken rows { curriculum { label } } } }", {}),
    name="head",
)
def test_random_document_reads_marked_tables(
    viewers: dict[str, Viewer | None], document: Document, name: str
) -> None:
    recorder = Recorder()
    with connection.execute_wrapper(recorder):
        answer(document.text, viewers[name], document.variables, may_store=False)
    recorder.check()


def test_delta_reads_marked_tables(viewers: dict[str, Viewer | None]) -> None:
    viewer = viewers["head"]
    first = answer("{ scheduleMatrix { syncToken } }", viewer)
    recorder = Recorder()
    with connection.execute_wrapper(recorder):
        after = first["data"]["scheduleMatrix"]["syncToken"]
        assert "errors" not in answer(_DELTA, viewer, {"after": after})
    recorder.check()
    assert any("historyentry" in sql for sql in recorder.statements)


def test_table_without_a_mark_is_reported() -> None:
    recorder = Recorder()
    with connection.execute_wrapper(recorder), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
    with pytest.raises(AssertionError, match="django_session"):
        recorder.check()
