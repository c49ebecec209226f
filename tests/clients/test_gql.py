"""The Python client gql, over HTTP, in both of its ways: waiting and asynchronous."""

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

Ask = Callable[..., dict[str, Any]]

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


def ask_and_wait(
    server: Server, token: str, document: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    transport = RequestsHTTPTransport(**_settings(server, token))
    with Client(transport=transport, fetch_schema_from_transport=True) as session:
        answer: dict[str, Any] = session.execute(
            GraphQLRequest(document, variable_values=variables)
        )
    return answer


def ask_asynchronously(
    server: Server, token: str, document: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        transport = AIOHTTPTransport(**_settings(server, token))
        async with Client(transport=transport, fetch_schema_from_transport=True) as session:
            answer: dict[str, Any] = await session.execute(
                GraphQLRequest(document, variable_values=variables)
            )
        return answer

    return asyncio.run(ask())


pytestmark = pytest.mark.parametrize("ask", [ask_and_wait, ask_asynchronously])


def _at(class_code: str, period: str) -> dict[str, Any]:
    return {"classCode": class_code, "academicYear": 2026, "period": period}


def test_a_query_with_variables_is_answered(demo_server: Server, ask: Ask) -> None:
    found = ask(demo_server, demo_server.token, CELL, {"at": _at("PRIMARY_1A", "OCT")})
    assert found["matrixCell"]["id"] == "MatrixCell:PRIMARY_1A/2026/OCT"


def test_a_mutation_is_carried_out_and_read_back(written_server: Server, ask: Ask) -> None:
    """Each way has a class of its own, so that the order of the tests does not matter."""
    server, token = written_server, written_server.token
    at = _at("HIGH_12A" if ask is ask_and_wait else "HIGH_12B", "DEC")
    before = ask(server, token, CELL, {"at": at})["matrixCell"]
    (edge,) = ask(server, token, REVIEW)["exams"]["edges"]
    exam = edge["node"]["id"]

    payload = ask(server, token, ASSIGN, {"input": {"cells": [{"at": at}], "examIds": [exam]}})
    (cell,) = payload["assignExams"]["cells"]

    assert payload["assignExams"]["userErrors"] == []
    assert cell["version"] == before["version"] + 1
    assert exam in [each["id"] for each in cell["exams"]]
    after = ask(server, token, CELL, {"at": at})["matrixCell"]
    assert [each["id"] for each in after["exams"]] == [each["id"] for each in cell["exams"]]


def test_a_mistake_in_an_input_is_told_with_its_code_and_path(
    demo_server: Server, ask: Ask
) -> None:
    input = {"cells": [{"at": _at("PRIMARY_9Z", "DEC")}], "examIds": ["Exam:0"]}
    payload = ask(demo_server, demo_server.token, ASSIGN, {"input": input})["assignExams"]
    assert payload["cells"] == []
    assert {"code": "NOT_FOUND", "field": ["input", "cells", "0"]} in payload["userErrors"]


def test_an_error_carries_its_code_beside_the_data_that_could_be_read(
    demo_server: Server, ask: Ask
) -> None:
    document = "{ scheduleMatrix(academicYear: 1999) { academicYear } school { name } }"
    with pytest.raises(TransportQueryError) as refused:
        ask(demo_server, demo_server.token, document)
    assert refused.value.errors is not None
    (error,) = refused.value.errors
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["path"] == ["scheduleMatrix"]
    assert refused.value.data is not None
    assert refused.value.data["school"]["name"] == "PrimePath Academy"


def test_a_wrong_token_is_refused_as_such(demo_server: Server, ask: Ask) -> None:
    with pytest.raises(TransportQueryError) as refused:
        ask(demo_server, "wrong", "{ viewer { username } }")
    assert refused.value.errors is not None
    (error,) = refused.value.errors
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_field_that_is_not_there_is_refused_before_anything_is_sent(
    demo_server: Server, ask: Ask
) -> None:
    with pytest.raises(GraphQLError, match="nickname"):
        ask(demo_server, demo_server.token, "{ viewer { nickname } }")
