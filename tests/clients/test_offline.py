"""The queue of docs/clients/offline.md behind a proxy that drops 30% of the responses: every edit takes effect once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from tests.clients.client_project import ClientProject
from tests.clients.lossy_proxy import lossy_proxy
from tests.clients.node import FOLDER
from tests.processes import PATIENCE
from tests.server import Server

PROGRAM = "OfflineEdits.ts"
ROUNDS = 12
MONTHS = ["JAN", "FEB", "MAR"]
FEEDS = 4
CELLS = """query ($codes: [String!]!) { scheduleMatrix(academicYear: 2033, classCodes: $codes) { rows {
  schoolClass { code } cells(periods: [JAN, FEB, MAR]) { period version notes history(first: 100) { totalCount } } } } }"""
EXAMS = '{ exams(first: 100, filter: {nameContains: "Offline"}) { edges { node { name } } } }'
FEED_NAMES = "{ viewer { calendarFeeds { name } } }"
CHANGES = "{ changeSets(first: 100, mine: true) { edges { node { id } } } }"


def ask(server: Server, query: str, **variables: Any) -> Any:
    response = httpx.post(
        f"{server.address}/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {server.token}"},
        timeout=PATIENCE,
    ).json()
    assert "errors" not in response, response
    return response["data"]


def test_every_edit_takes_effect_once(written_server: Server, tmp_path: Path) -> None:
    project = ClientProject(tmp_path)
    project.write(PROGRAM, (FOLDER / PROGRAM).read_text())
    done = project.bundle(PROGRAM)
    assert done.returncode == 0, done.stderr
    before = len(ask(written_server, CHANGES)["changeSets"]["edges"])
    with lossy_proxy(written_server.address, loss=0.3, seed=16) as proxy:
        environment = {"API": f"{proxy.address}/graphql", "TOKEN": written_server.token}
        done = project.run(PROGRAM, environment)
    assert done.returncode == 0, done.stderr
    edits = ROUNDS * (len(MONTHS) + 1) + FEEDS
    assert int(done.stdout) == proxy.dropped >= edits * 0.2
    assert proxy.delivered == edits

    rows = ask(written_server, CELLS, codes=["PRIMARY_1B"])["scheduleMatrix"]["rows"]
    (row,) = rows
    for cell in row["cells"]:
        assert cell["version"] == cell["history"]["totalCount"] == ROUNDS, cell
        assert cell["notes"] == f"{cell['period']} {ROUNDS - 1}"
    feeds = [each["name"] for each in ask(written_server, FEED_NAMES)["viewer"]["calendarFeeds"]]
    assert sorted(each for each in feeds if each.startswith("Offline")) == [
        f"Offline {number}" for number in range(FEEDS)
    ]
    exams = [edge["node"]["name"] for edge in ask(written_server, EXAMS)["exams"]["edges"]]
    assert sorted(exams) == sorted(f"Offline {number}" for number in range(ROUNDS))
    assert len(ask(written_server, CHANGES)["changeSets"]["edges"]) == before + edits - FEEDS
