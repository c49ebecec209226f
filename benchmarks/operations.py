"""The operations that are sent: GraphQL documents, and the same requests as URL parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from graphql import get_introspection_query

from benchmarks.contenders import Contender

_WITH_EXAMS = """
query ($year: Int!, $codes: [String!], $periods: [Period!]) {
  scheduleMatrix(academicYear: $year, classCodes: $codes) {
    rows {
      schoolClass { code name }
      curriculum { label primary { name } secondary { name } }
      cells(periods: $periods) {
        id period status color icon version examCount
        exams { id name type totalQuestions }
      }
    }
  }
}
"""
_WITH_WARNINGS = _WITH_EXAMS.replace("examCount\n", "examCount warnings { code message }\n")
_WITHOUT_EXAMS = """
query ($year: Int!, $codes: [String!], $periods: [Period!]) {
  scheduleMatrix(academicYear: $year, classCodes: $codes) {
    rows {
      schoolClass { code name }
      cells(periods: $periods) { id period status color icon version canEdit examCount }
    }
  }
}
"""
_ASSIGN = """
mutation ($cells: [CellRef!]!, $exams: [ID!]!) {
  assignExams(input: { cells: $cells, examIds: $exams }) {
    cells { id status version exams { id name } }
    userErrors { code message }
  }
}
"""
_UPDATE = """
mutation ($cell: CellRef!, $notes: String) {
  updateCell(input: { cell: $cell, notes: $notes }) { cell { version } userErrors { code message } }
}
"""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request without its token."""

    method: str
    path: str
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """A document with its variables, and the same request as URL parameters of a view."""

    document: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def request_to(self, contender: Contender) -> Request:
        """Return the request that sends this operation to ``contender``."""
        if not contender.is_graphql:
            return Request("GET", f"{contender.path}?{urlencode(self.parameters)}")
        body = {"query": self.document, "variables": dict(self.variables)}
        return Request("POST", contender.path, json.dumps(body).encode())


def matrix_query(
    year: int,
    *,
    codes: Sequence[str] | None = None,
    periods: Sequence[str] | None = None,
    exams: bool = True,
    warnings: bool = False,
) -> Operation:
    """Return the query for the matrix of these classes, or of all. ``exams`` adds exams and curriculum.

    ``warnings`` adds exams, curriculum and warnings.
    """
    variables: dict[str, Any] = {"year": year}
    parameters = {"year": str(year), **({"exams": "1"} if exams else {})}
    if codes is not None:
        variables["codes"], parameters["classes"] = list(codes), ",".join(codes)
    if periods is not None:
        variables["periods"], parameters["periods"] = list(periods), ",".join(periods)
    document = _WITH_WARNINGS if warnings else _WITH_EXAMS if exams else _WITHOUT_EXAMS
    return Operation(document, variables, parameters)


def assign_exams(cell_ids: Sequence[str], exam_ids: Sequence[int]) -> Operation:
    """Return the mutation that assigns every exam to every cell."""
    cells = [{"id": f"MatrixCell:{id}"} for id in cell_ids]
    return Operation(_ASSIGN, {"cells": cells, "exams": [f"Exam:{id}" for id in exam_ids]})


def update_cell(cell_id: str, notes: str) -> Operation:
    """Return the mutation that sets the notes of a cell."""
    return Operation(_UPDATE, {"cell": {"id": f"MatrixCell:{cell_id}"}, "notes": notes})


INTROSPECTION = Operation(get_introspection_query())
