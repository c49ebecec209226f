"""A client that stores a matrix and updates it by delta sync, as the schema describes it."""

from __future__ import annotations

from typing import Any

from primepath.domain.viewer import Viewer
from tests.client import data
from tests.factories import YEAR

MATRIX = """
query ($year: Int, $codes: [String!], $after: String) {
  scheduleMatrix(academicYear: $year, classCodes: $codes, changesAfter: $after) {
    academicYear syncToken gainedClassCodes lostClassCodes unavailableClassCodes
    rows {
      schoolClass { code name division grade section stream }
      accessLevel canEdit
      curriculum { label levels { id name } }
      cells { ...Cell }
    }
  }
}
fragment Cell on MatrixCell {
  id period status color scheduledDate startTime endTime notes canEdit version createdAt updatedAt examCount
  exams {
    id name type academicYear totalQuestions timerMinutes passingScore instructions isActive version canEdit updatedAt
    curriculumLevel { id name subprogram { name program { name gradeFrom gradeTo } } }
  }
}
"""
Rows = dict[str, dict[str, Any]]


def periods_by_class(matrix: Any) -> dict[str, list[str]]:
    """Return the periods of the cells in each row, by class code."""
    return {
        row["schoolClass"]["code"]: [cell["period"] for cell in row["cells"]]
        for row in matrix["rows"]
    }


def _with_cells_by_id(row: Any) -> dict[str, Any]:
    return {**row, "cells": {cell["id"]: cell for cell in row["cells"]}}


class MobileClient:
    """Stores the ``rows`` by class code, with their cells by id. It starts with a full read."""

    def __init__(self, viewer: Viewer, codes: list[str] | None = None, *, year: int = YEAR) -> None:
        self.viewer, self.codes, self.year = viewer, codes, year
        self.token: str | None = None
        self.rows: Rows = {}
        self.sync()

    def fetch(self, token: str | None) -> Any:
        variables = {"year": self.year, "codes": self.codes, "after": token}
        return data(MATRIX, self.viewer, variables)["scheduleMatrix"]

    def sync(self) -> Any:
        """Fetch the changes since the last sync, merge them into the rows, and return the response."""
        matrix = self.fetch(self.token)
        for code in matrix["lostClassCodes"]:
            del self.rows[code]
        for row in map(_with_cells_by_id, matrix["rows"]):
            code = row["schoolClass"]["code"]
            previous = self.rows.get(code, {"cells": {}})
            self.rows[code] = {**row, "cells": previous["cells"] | row["cells"]}
        self.token = matrix["syncToken"]
        return matrix

    def fetch_all(self) -> Rows:
        """Return the rows of a full read."""
        return {
            row["schoolClass"]["code"]: _with_cells_by_id(row) for row in self.fetch(None)["rows"]
        }
