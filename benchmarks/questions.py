"""What is asked, in both languages: as a GraphQL document, and as a page's parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from graphql import get_introspection_query

from benchmarks.ways import Way

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


@dataclass(frozen=True, slots=True)
class Request:
    """What goes over the wire, beside the token."""

    method: str
    path: str
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A document with its variables, and the same as parameters of a page where pages can be asked."""

    document: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def to(self, way: Way) -> Request:
        """The request that asks this of ``way``."""
        if not way.is_graphql:
            return Request("GET", f"{way.path}?{urlencode(self.parameters)}")
        body = {"query": self.document, "variables": dict(self.variables)}
        return Request("POST", way.path, json.dumps(body).encode())


def matrix(
    year: int,
    *,
    codes: Sequence[str] | None = None,
    periods: Sequence[str] | None = None,
    exams: bool = True,
) -> Question:
    """The matrix of the classes with these codes, or of all; with exams and curriculum, or without both."""
    variables: dict[str, Any] = {"year": year}
    parameters = {"year": str(year), **({"exams": "1"} if exams else {})}
    if codes is not None:
        variables["codes"], parameters["classes"] = list(codes), ",".join(codes)
    if periods is not None:
        variables["periods"], parameters["periods"] = list(periods), ",".join(periods)
    return Question(_WITH_EXAMS if exams else _WITHOUT_EXAMS, variables, parameters)


def assignment(cell_ids: Sequence[str], exam_ids: Sequence[int]) -> Question:
    """Every exam into every cell."""
    cells = [{"id": f"MatrixCell:{id}"} for id in cell_ids]
    return Question(_ASSIGN, {"cells": cells, "exams": [f"Exam:{id}" for id in exam_ids]})


INTROSPECTION = Question(get_introspection_query())
