"""Reads what is stored through the API, with the access and in the language of the user of the page."""

from __future__ import annotations

from typing import Any

import httpx

from primepath.demo.accounts import HEAD_TEACHER
from tests.browser.opened_cell import YEAR
from tests.server import Server

_MATRIX = """query ($year: Int!) {
  scheduleMatrix(academicYear: $year) { rows { schoolClass { name } cells { status examCount } } }
}"""
_CELL = """query ($at: CellKey!) {
  matrixCell(at: $at) {
    status scheduledDate startTime endTime room notes version exams { name } warnings { message }
    history(first: 10) { edges { node { byName } } }
  }
}"""
_CHANGES = """{
  changeSets(mine: true, first: 20) { edges { node { action summary byName undoneBy } } }
}"""
_DATED = """query ($from: Date!, $to: Date!, $after: String) {
  matrixCells(filter: { academicYear: 2026, scheduledFrom: $from, scheduledTo: $to }, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { schoolClass { name } room } }
  }
}"""
_VIEWER = """{
  viewer { username seesAllClasses apiTokens { name } assignments { schoolClass { code name } } }
}"""
_REQUESTS = """{
  classAccessRequests(status: PENDING) { edges { node { reason classListing { code } } } }
}"""
_CLASSES = "{ classDirectory(first: 100) { edges { node { code } } } }"
_PLAN = """mutation ($input: RollOverYearInput!) {
  rollOverYear(input: $input) { report { copied skipped } userErrors { message } }
}"""


class Stored:
    """The stored school, as a user sees it."""

    def __init__(self, server: Server, username: str, language: str) -> None:
        self._server = server
        self._username = username
        self._language = language

    def _ask(self, query: str, username: str = "", **variables: Any) -> Any:
        token = self._server.tokens[username or self._username]
        answer = httpx.post(
            f"{self._server.address}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {token}", "Accept-Language": self._language},
        ).json()
        assert "errors" not in answer
        (field,) = answer["data"].values()
        return field

    def _nodes(self, query: str, username: str = "", **variables: Any) -> list[dict[str, Any]]:
        page = self._ask(query, username, **variables)
        nodes = [edge["node"] for edge in page["edges"]]
        if not page.get("pageInfo", {}).get("hasNextPage"):
            return nodes
        after = page["pageInfo"]["endCursor"]
        return [*nodes, *self._nodes(query, username, **variables | {"after": after})]

    def matrix(self, year: int = YEAR) -> dict[str, list[list[Any]]]:
        """Return the status and the number of exams of each cell, by class."""
        return {
            row["schoolClass"]["name"]: [
                [each["status"], each["examCount"]] for each in row["cells"]
            ]
            for row in self._ask(_MATRIX, year=year)["rows"]
        }

    def cell(self, code: str, period: str) -> dict[str, Any]:
        at = {"classCode": code, "academicYear": YEAR, "period": period}
        cell: dict[str, Any] = self._ask(_CELL, at=at)
        return cell

    def changes(self) -> list[dict[str, Any]]:
        """Return the last changes of the user, newest first."""
        return self._nodes(_CHANGES)

    def dated(self, start: str, end: str) -> list[tuple[str, str]]:
        """Return the class and the room of each cell with a date in this range."""
        cells = self._nodes(_DATED, **{"from": start, "to": end})
        return [(each["schoolClass"]["name"], each["room"]) for each in cells]

    def viewer(self) -> dict[str, Any]:
        viewer: dict[str, Any] = self._ask(_VIEWER)
        return viewer

    def requests(self) -> list[tuple[str, str]]:
        """Return the class and the reason of each request for access without a decision."""
        found = self._nodes(_REQUESTS, HEAD_TEACHER)
        return [(each["classListing"]["code"], each["reason"]) for each in found]

    def all_classes(self) -> list[str]:
        return [each["code"] for each in self._nodes(_CLASSES)]

    def plan(self, year: int) -> list[tuple[int, int]]:
        """Return how much of each part of the year before would be copied and skipped."""
        plan = {
            "fromYear": year - 1,
            "toYear": year,
            "parts": ["CURRICULUM", "EXAMS", "SCHEDULE", "ASSIGNMENTS"],
            "dates": "SAME_WEEKDAY",
            "onExisting": "SKIP",
            "dryRun": True,
        }
        report = self._ask(_PLAN, input=plan)["report"]
        return [(each["copied"], each["skipped"]) for each in report]
