"""A client that keeps a matrix and catches up with it, as its description says."""

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


def told(matrix: Any) -> dict[str, list[str]]:
    """The rows of an answer: the periods of the cells of each, by its class."""
    return {
        row["schoolClass"]["code"]: [cell["period"] for cell in row["cells"]]
        for row in matrix["rows"]
    }


def _arranged(row: Any) -> dict[str, Any]:
    return {**row, "cells": {cell["id"]: cell for cell in row["cells"]}}


class Phone:
    """Has the ``rows`` that it was told of, by class, with their cells by id; what it has to begin with is all there is."""

    def __init__(self, viewer: Viewer, codes: list[str] | None = None, *, year: int = YEAR) -> None:
        self.viewer, self.codes, self.year = viewer, codes, year
        self.token: str | None = None
        self.rows: Rows = {}
        self.catch_up()

    def ask(self, token: str | None) -> Any:
        variables = {"year": self.year, "codes": self.codes, "after": token}
        return data(MATRIX, self.viewer, variables)["scheduleMatrix"]

    def catch_up(self) -> Any:
        """The answer, which was put into the rows."""
        matrix = self.ask(self.token)
        for code in matrix["lostClassCodes"]:
            del self.rows[code]
        for row in map(_arranged, matrix["rows"]):
            code = row["schoolClass"]["code"]
            had = self.rows.get(code, {"cells": {}})
            self.rows[code] = {**row, "cells": had["cells"] | row["cells"]}
        self.token = matrix["syncToken"]
        return matrix

    def all_there_is(self) -> Rows:
        """What it would have if it started again."""
        return {row["schoolClass"]["code"]: _arranged(row) for row in self.ask(None)["rows"]}
