"""Queries for the history of a cell or an exam."""

from __future__ import annotations

from typing import Any

from primepath.domain.viewer import Viewer
from tests.client import data
from tests.schema.mutations.documents import ENTRY

CELL = "MatrixCell:A/2026/JAN"
HISTORY = f"""
query ($id: ID!, $first: Int, $after: String) {{ node(id: $id) {{
  ... on MatrixCell {{ history(first: $first, after: $after) {{ ...Page }} }}
  ... on Exam {{ history(first: $first, after: $after) {{ ...Page }} }}
}} }}
fragment Page on HistoryConnection {{
  totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
  edges {{ cursor node {{ {ENTRY} }} }}
}}
"""


def page(viewer: Viewer, id: str = CELL, **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = data(HISTORY, viewer, {"id": id, **arguments})["node"]["history"]
    return found


def entries(viewer: Viewer, id: str = CELL) -> list[dict[str, Any]]:
    """Return the entries, newest first."""
    return [edge["node"] for edge in page(viewer, id)["edges"]]
