"""A connection to PostgreSQL that is lost during a request: reads run once more, changes do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from pytest_django import Settings

from primepath.db.postgresql.session import Session
from primepath.domain.school_class import AccessLevel
from primepath.models import ExamScheduleMatrix
from primepath.services.accounts.tokens import create_token
from primepath.services.documents.register_documents import (
    DocumentToRegister,
    register_documents,
)
from tests.databases import postgresql_url
from tests.factories import YEAR, assign, make_cell, make_class, make_teacher

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        configured.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="SQLite is a file."
    ),
]
CELLS = "{ scheduleMatrix(academicYear: 2026) { rows { cells { status } } } }"
UPDATE = """
mutation ($cell: ID!) { updateCell(input: { cell: { id: $cell }, notes: "new" }) { userErrors { code } } }
"""


class Sender:
    """Sends requests of a teacher with one class."""

    def __init__(self) -> None:
        school_class, teacher = make_class("PRIMARY_1A"), make_teacher()
        assign(teacher, school_class, AccessLevel.FULL)
        make_cell(school_class, status="DRAFT")
        token, _ = create_token(user=teacher.user, name="test")
        self._client = Client(headers={"Authorization": f"Bearer {token}"})

    def send(self, document: str, *, id: str | None = None, **variables: Any) -> Any:
        body = {"query": document, "documentId": id, "variables": variables}
        return self._client.post("/graphql", body, content_type="application/json")


@pytest.fixture
def sender() -> Sender:
    return Sender()


def lose_connection() -> None:
    """End the connection of this thread, as a restart of PostgreSQL does."""
    session: Any = connection.connection
    with psycopg.connect(postgresql_url("postgres"), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [session.info.backend_pid])


@contextmanager
def losing(before: str, *, times: int = 1) -> Iterator[list[str]]:
    """Lose the connection before the first statements with this text. Yield the list of these."""
    lost: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if before in sql and len(lost) < times:
            lost.append(sql)
            lose_connection()
        return execute(sql, *args)

    with connection.execute_wrapper(watch):
        yield lost


@pytest.mark.parametrize(
    "statement", ["primepath_apitoken", "primepath_schoolclass", "primepath_examschedulematrix"]
)
def test_query_runs_once_more(sender: Sender, statement: str) -> None:
    with losing(f'FROM "{statement}"') as lost:
        response = sender.send(CELLS)
    assert len(lost) == 1
    assert response.status_code == 200
    ((row,),) = (response.json()["data"]["scheduleMatrix"]["rows"],)
    assert {cell["status"] for cell in row["cells"]} == {"EMPTY", "DRAFT"}


def test_invalid_document_is_rejected_after_a_lost_connection(sender: Sender) -> None:
    with losing('FROM "primepath_apitoken"') as lost:
        response = sender.send("{ nonsense }")
    assert len(lost) == 1
    assert response.status_code == 200
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize("only", [False, True])
def test_registered_document_is_read_again(sender: Sender, settings: Settings, only: bool) -> None:
    settings.TRUSTED_DOCUMENTS_ONLY = only
    register_documents([DocumentToRegister("cells", CELLS, "")])
    with losing('FROM "primepath_trusteddocument"') as lost:
        response = sender.send("", id="cells")
    assert len(lost) == 1
    assert len(response.json()["data"]["scheduleMatrix"]["rows"]) == 1


def test_query_that_loses_two_connections_is_unavailable(sender: Sender) -> None:
    with losing('FROM "primepath_schoolclass"', times=2) as lost:
        response = sender.send(CELLS)
    assert len(lost) == 2
    assert response.status_code == 503
    assert response["Retry-After"] == "1"
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE", "retryAfterSeconds": 1}


def test_authentication_of_a_mutation_runs_once_more(sender: Sender) -> None:
    with losing('FROM "primepath_apitoken"') as lost:
        response = sender.send(UPDATE, cell=f"MatrixCell:PRIMARY_1A/{YEAR}/JUL")
    assert len(lost) == 1
    assert response.json() == {"data": {"updateCell": {"userErrors": []}}}


def test_mutation_that_loses_its_connection_is_not_saved(sender: Sender) -> None:
    with losing('"primepath_historyentry"') as lost:
        response = sender.send(UPDATE, cell=f"MatrixCell:PRIMARY_1A/{YEAR}/JUL")
    assert len(lost) == 1
    assert response.status_code == 503
    assert response["Retry-After"] == "1"
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE", "retryAfterSeconds": 1}
    assert response.json()["data"] == {"updateCell": None}
    assert not ExamScheduleMatrix.objects.filter(notes="new").exists()


def test_mutation_that_loses_its_connection_during_commit_may_be_saved(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Session.commit

    def lose_and_commit(session: Session) -> None:
        lose_connection()
        commit(session)

    monkeypatch.setattr(Session, "commit", lose_and_commit)
    response = sender.send(UPDATE, cell=f"MatrixCell:PRIMARY_1A/{YEAR}/JUL")
    assert response.status_code == 503
    assert "Retry-After" not in response
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE", "mayBeSaved": True}
    assert "may or may not be saved" in error["message"]


def test_payload_that_loses_its_connection_says_that_the_mutation_was_saved(
    sender: Sender,
) -> None:
    document = UPDATE.replace(
        "userErrors { code }", "userErrors { code } cell { completion { totalSessions } }"
    )
    with losing('FROM "primepath_examsession"', times=5) as lost:
        response = sender.send(document, cell=f"MatrixCell:PRIMARY_1A/{YEAR}/JUL")
    assert lost
    assert response.status_code == 200
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"UNAVAILABLE"}
    assert all(error["extensions"]["saved"] for error in response.json()["errors"])
    assert ExamScheduleMatrix.objects.filter(notes="new").exists()
