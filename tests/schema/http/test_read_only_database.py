"""A database that accepts no changes, such as a standby or one on a full disk: queries work, mutations are unavailable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from primepath.domain.school_class import AccessLevel
from primepath.services.accounts.tokens import create_token
from tests.factories import YEAR, assign, make_class, make_teacher

pytestmark = pytest.mark.django_db(transaction=True)

SET = {"sqlite": "PRAGMA query_only = {}", "postgresql": "SET default_transaction_read_only = {}"}
CELLS = "query { scheduleMatrix(academicYear: 2026) { rows { cells { status } } } }"
UPDATE = """
mutation ($cell: ID!) { updateCell(input: { cell: { id: $cell }, notes: "x" }) { userErrors { code } } }
"""
REFUSAL = {"code": "UNAVAILABLE", "retryAfterSeconds": 1}


@pytest.fixture
def client() -> Client:
    school_class, teacher = make_class("PRIMARY_1A"), make_teacher()
    assign(teacher, school_class, AccessLevel.FULL)
    token, _ = create_token(user=teacher.user, name="test")
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def _read_only(client: Client) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(SET[connection.vendor].format("on"))
    yield
    with connection.cursor() as cursor:
        cursor.execute(SET[connection.vendor].format("off"))


def send(client: Client, document: str) -> Any:
    variables = {"cell": f"MatrixCell:PRIMARY_1A/{YEAR}/JUL"}
    body = {"query": document, "variables": variables if "$cell" in document else {}}
    return client.post("/graphql", body, content_type="application/json")


@pytest.mark.usefixtures("_read_only")
def test_query_works(client: Client) -> None:
    response = send(client, CELLS)
    assert response.status_code == 200
    assert "errors" not in response.json()


@pytest.mark.usefixtures("_read_only")
def test_mutation_is_unavailable(client: Client) -> None:
    response = send(client, UPDATE)
    assert response.status_code == 503
    assert response["Retry-After"] == "1"
    assert response.json()["data"] == {"updateCell": None}
    (error,) = response.json()["errors"]
    assert error["extensions"] == REFUSAL


@pytest.mark.usefixtures("_read_only")
def test_mutation_that_returns_something_has_status_200(client: Client) -> None:
    document = UPDATE.replace("{ updateCell", "{ __typename updateCell")
    response = send(client, document)
    assert response.status_code == 200
    assert response.json()["data"] == {"__typename": "Mutation", "updateCell": None}
    (error,) = response.json()["errors"]
    assert error["extensions"] == REFUSAL
