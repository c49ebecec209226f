"""The Python client gql over HTTP, synchronous and asynchronous."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport
from graphql import GraphQLError

from tests.server import Server

Execute = Callable[..., dict[str, Any]]

CELL = """
query Cell($at: CellKey!) {
  matrixCell(at: $at) { id status version exams { id name } }
}
"""
ASSIGN = """
mutation Assign($input: AssignExamsInput!) {
  assignExams(input: $input) { cells { id status version exams { id } } userErrors { code field } }
}
"""
REVIEW = "{ exams(filter: {type: REVIEW}, first: 1) { edges { node { id } } } }"


def _settings(server: Server, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return {"url": f"{server.address}/graphql", "headers": headers}


def execute(
    server: Server, token: str, document: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    transport = RequestsHTTPTransport(**_settings(server, token))
    with Client(transport=transport, fetch_schema_from_transport=True) as session:
        answer: dict[str, Any] = session.execute(
            GraphQLRequest(document, variable_values=variables)
        )
    return answer


def execute_asynchronously(
    server: Server, token: str, document: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    async def execute_query() -> dict[str, Any]:
        transport = AIOHTTPTransport(**_settings(server, token))
        async with Client(transport=transport, fetch_schema_from_transport=True) as session:
            answer: dict[str, Any] = await session.execute(
                GraphQLRequest(document, variable_values=variables)
            )
        return answer

    return asyncio.run(execute_query())


pytestmark = [
    pytest.mark.parametrize("execute_query", [execute, execute_asynchronously]),
    pytest.mark.one_database,
]


def _at(class_code: str, period: str) -> dict[str, Any]:
    return {"classCode": class_code, "academicYear": 2026, "period": period}


def test_query_with_variables(demo_server: Server, execute_query: Execute) -> None:
    found = execute_query(demo_server, demo_server.token, CELL, {"at": _at("PRIMARY_1A", "OCT")})
    assert found["matrixCell"]["id"] == "MatrixCell:PRIMARY_1A/2026/OCT"


def test_mutation_is_saved(written_server: Server, execute_query: Execute) -> None:
    """Each transport uses a different class, so the order of the tests does not matter."""
    server, token = written_server, written_server.token
    at = _at("HIGH_12A" if execute_query is execute else "HIGH_12B", "DEC")
    before = execute_query(server, token, CELL, {"at": at})["matrixCell"]
    (edge,) = execute_query(server, token, REVIEW)["exams"]["edges"]
    exam = edge["node"]["id"]

    payload = execute_query(
        server, token, ASSIGN, {"input": {"cells": [{"at": at}], "examIds": [exam]}}
    )
    (cell,) = payload["assignExams"]["cells"]

    assert payload["assignExams"]["userErrors"] == []
    assert cell["version"] == before["version"] + 1
    assert exam in [each["id"] for each in cell["exams"]]
    after = execute_query(server, token, CELL, {"at": at})["matrixCell"]
    assert [each["id"] for each in after["exams"]] == [each["id"] for each in cell["exams"]]


def test_invalid_input_returns_user_errors_with_code_and_path(
    demo_server: Server, execute_query: Execute
) -> None:
    input = {"cells": [{"at": _at("PRIMARY_9Z", "DEC")}], "examIds": ["Exam:0"]}
    payload = execute_query(demo_server, demo_server.token, ASSIGN, {"input": input})["assignExams"]
    assert payload["cells"] == []
    assert {"code": "NOT_FOUND", "field": ["input", "cells", "0"]} in payload["userErrors"]


def test_partial_response_has_data_and_error_code(
    demo_server: Server, execute_query: Execute
) -> None:
    document = "{ scheduleMatrix(academicYear: 1999) { academicYear } school { name } }"
    with pytest.raises(TransportQueryError) as raised:
        execute_query(demo_server, demo_server.token, document)
    assert raised.value.errors is not None
    (error,) = raised.value.errors
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["path"] == ["scheduleMatrix"]
    assert raised.value.data is not None
    assert raised.value.data["school"]["name"] == "PrimePath Academy"


def test_wrong_token_is_unauthenticated(demo_server: Server, execute_query: Execute) -> None:
    with pytest.raises(TransportQueryError) as raised:
        execute_query(demo_server, "wrong", "{ viewer { username } }")
    assert raised.value.errors is not None
    (error,) = raised.value.errors
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


def test_unknown_field_is_rejected_before_the_request(
    demo_server: Server, execute_query: Execute
) -> None:
    with pytest.raises(GraphQLError, match="nickname"):
        execute_query(demo_server, demo_server.token, "{ viewer { nickname } }")
