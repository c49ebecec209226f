"""A server that is killed between the commit of a mutation and its response: a retry completes the request, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.databases import demo_template, own_database
from tests.server import Server, running_server

CELL = """
query ($cell: CellKey!) { matrixCell(at: $cell) { id version notes history { edges { node { action } } } } }
"""
CHANGES = """
mutation ($cell: CellRef!, $version: Int!) {
  first: updateCell(input: {
    cell: $cell, expectedVersion: $version, notes: "A pen", idempotencyKey: "first"
  }) { changeSetId cell { version notes } userErrors { code } }
  second: createExam(input: {
    name: "After the crash", type: REVIEW, totalQuestions: 20, timerMinutes: 30, idempotencyKey: "second"
  }) { changeSetId exam { id name } userErrors { code } }
}
"""
KEY = {"classCode": "PRIMARY_1A", "academicYear": 2026, "period": "MAY"}


def send(server: Server, query: str, **variables: Any) -> Any:
    response = httpx.post(
        f"{server.address}/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {server.token}"},
    ).json()
    assert "errors" not in response
    return response["data"]


def test_each_mutation_of_the_request_is_done_once(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("before", "after")]
    for folder in folders:
        folder.mkdir()
    with own_database(tmp_path, demo_template()) as url:
        with running_server(
            folders[0], module="tests.concurrency.crashing_server", database_url=url
        ) as server:
            cell = send(server, CELL, cell=KEY)["matrixCell"]
            given = {"cell": {"at": KEY}, "version": cell["version"]}
            with pytest.raises(httpx.TransportError):
                send(server, CHANGES, **given)
        with running_server(folders[1], database_url=url) as server:
            saved = send(server, CELL, cell=KEY)["matrixCell"]
            answers = [send(server, CHANGES, **given) for _ in range(2)]
            now = send(server, CELL, cell=KEY)["matrixCell"]
    assert saved["version"] == cell["version"] + 1
    assert now == saved
    assert answers[0] == answers[1]
    assert answers[0]["first"]["userErrors"] == answers[0]["second"]["userErrors"] == []
    assert answers[0]["first"]["changeSetId"]
    assert answers[0]["first"]["cell"] == {"version": saved["version"], "notes": "A pen"}
    assert answers[0]["second"]["exam"]["name"] == "After the crash"
