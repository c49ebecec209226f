"""The id of what a mutation changed: in its payload and in the history."""

from __future__ import annotations

from typing import Any

import pytest

from primepath.models import HistoryEntry
from tests.client import data
from tests.factories import head_teacher, make_class, make_exam
from tests.schema.mutations.documents import at, id_of

pytestmark = pytest.mark.django_db

ASSIGN = """
mutation ($input: AssignExamsInput!) { assignExams(input: $input) { changeSetId userErrors { code } } }
"""
HISTORY = """
{ nodes(ids: ["MatrixCell:A/2026/JAN", "MatrixCell:A/2026/FEB"]) {
  ... on MatrixCell { history { edges { node { changeSetId } } } }
} }
"""


def history(viewer: Any) -> list[list[str | None]]:
    """Return the change sets of both cells, newest first."""
    nodes = data(HISTORY, viewer)["nodes"]
    return [[edge["node"]["changeSetId"] for edge in node["history"]["edges"]] for node in nodes]


def test_history_shows_what_was_changed_together() -> None:
    make_class("A")
    viewer = head_teacher()

    def assign(*cells: Any) -> dict[str, Any]:
        input = {"cells": cells, "examIds": [id_of(make_exam())]}
        payload: dict[str, Any] = data(ASSIGN, viewer, {"input": input})["assignExams"]
        return payload

    both, one = assign(at("A"), at("A", "FEB")), assign(at("A"))
    assert history(viewer) == [[one["changeSetId"], both["changeSetId"]], [both["changeSetId"]]]
    assert one["changeSetId"] != both["changeSetId"]
    refused = assign(at("A"), at("NONE"))
    assert refused["userErrors"]
    assert refused["changeSetId"] is None


def test_mutation_without_a_change_has_no_change_set() -> None:
    make_class("A")
    viewer = head_teacher()
    input = {"cells": [at("A")], "examIds": [id_of(make_exam())]}
    ids = [data(ASSIGN, viewer, {"input": input})["assignExams"]["changeSetId"] for _ in range(2)]
    assert ids[0].startswith("ChangeSet:")
    assert ids[1] is None


def test_entries_of_older_versions_have_no_change_set() -> None:
    make_class("A")
    viewer = head_teacher()
    HistoryEntry.objects.create(
        at="2026-01-01T00:00:00Z",
        action="UPDATE_CELL",
        subject="CELL",
        subject_key="A/2026/JAN",
        actor_name="Someone",
        changes=[],
    )
    assert history(viewer) == [[None], []]
