"""A payload that would exceed a limit is refused before the mutation writes, if its size can be known by then."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from primepath.domain.period import MONTHS
from primepath.domain.viewer import Viewer
from primepath.models import Exam, HistoryEntry
from tests.client import answer
from tests.factories import head_teacher, make_cell, make_class, make_exam
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, id_of, key

pytestmark = pytest.mark.django_db

CELLS = 10
# The cells have 1 + 12 exams, more than the 3 that the estimate from the document expects.
EXAMS = 12
INPUTS = {
    "assignExams": "AssignExamsInput",
    "unassignExams": "AssignExamsInput",
    "cloneCell": "CloneCellInput",
    "shareCell": "ShareCellInput",
}
every_bulk_mutation = pytest.mark.parametrize("mutation", INPUTS)
SELECTIONS = {
    "plain": "cells { id exams { id name } } userErrors { code }",
    "aliases": "cells { id one: exams { id } two: exams { name } }",
    "fragments": "...Cells ... on MatrixCellsPayload { cells { ... { exams { name } } } }",
}
FRAGMENTS = "fragment Cells on MatrixCellsPayload { cells { ...Exams } } fragment Exams on MatrixCell { exams { id } }"


def is_refused_before_the_change(error: Any) -> bool:
    """Return True if the error names a limit, and does not report that the change was saved."""
    extensions = error["extensions"]
    return (
        extensions["code"] == "LIMIT_EXCEEDED" and not {"saved", "changeSetId"} & extensions.keys()
    )


@pytest.fixture
def school() -> tuple[Viewer, list[Exam]]:
    """Store SOURCE with the exams, and ten classes with the same and another exam in JAN."""
    exams = [make_exam() for _ in range(EXAMS)]
    make_cell(make_class("SOURCE"), exams=exams)
    for number in range(CELLS):
        make_cell(make_class(f"C{number}"), exams=[make_exam(), *exams])
    return head_teacher(), exams


def call(
    mutation: str, school: tuple[Viewer, list[Exam]], selection: str, month: str = "FEB"
) -> dict[str, Any]:
    """Change one month of ten classes: FEB, which has no exams yet, or JAN for `unassignExams`."""
    viewer, exams = school
    codes = [f"C{number}" for number in range(CELLS)]
    input: dict[str, Any]
    match mutation:
        case "cloneCell":
            input = {"source": at("SOURCE"), "targets": [key(code, month) for code in codes]}
        case "shareCell":
            input = {"source": at("SOURCE"), "classCodes": codes, "onExisting": "REPLACE"}
        case "unassignExams":
            input = {"cells": [at(code) for code in codes], "examIds": [id_of(exams[0])]}
        case _:
            input = {"cells": [at(code, month) for code in codes], "examIds": [*map(id_of, exams)]}
    document = (
        f"mutation ($input: {INPUTS[mutation]}!) {{ {mutation}(input: $input) {{ {selection} }} }}"
    )
    if "...Cells" in selection:
        document += FRAGMENTS
    return answer(document, viewer, {"input": input})


def size(value: Any) -> int:
    """Return the number of fields of all objects in a response."""
    if isinstance(value, list):
        return sum(map(size, value))
    return len(value) + sum(map(size, value.values())) if isinstance(value, dict) else 0


@pytest.mark.slow
@every_bulk_mutation
@pytest.mark.parametrize("shape", SELECTIONS)
@pytest.mark.parametrize("compiled", [True, False])
def test_values_of_the_payload_are_counted_before_the_change(
    mutation: str,
    shape: str,
    compiled: bool,
    school: tuple[Viewer, list[Exam]],
    settings: Settings,
) -> None:
    settings.COMPILED_EXECUTION = compiled
    before = stored_rows()
    messages = []
    for limit in range(40, 560, 20):
        settings.MAX_ANSWER_VALUES = limit
        with transaction.atomic():
            response = call(mutation, school, SELECTIONS[shape])
            is_saved = stored_rows() != before
            transaction.set_rollback(True)
        messages += [error["message"] for error in response.get("errors", [])]
        assert is_saved == ("errors" not in response)
        if is_saved:
            assert size(response["data"][mutation]) <= limit
        else:
            (error,) = response["errors"]
            assert is_refused_before_the_change(error)
    assert is_saved
    assert any("Nothing was saved." in message for message in messages)


@every_bulk_mutation
def test_cells_of_the_payload_are_counted_before_the_change(
    mutation: str, school: tuple[Viewer, list[Exam]], settings: Settings
) -> None:
    settings.MAX_CELLS_PER_OPERATION = CELLS - 1
    before = stored_rows()
    (error,) = call(mutation, school, "cells { id }")["errors"]
    assert is_refused_before_the_change(error)
    assert f"{CELLS} cells" in error["message"]
    assert stored_rows() == before
    # Cells that are not returned are not read.
    assert "errors" not in call(mutation, school, "changeSetId")
    assert stored_rows() != before


@pytest.mark.parametrize("limit", range(100, 500, 40))
def test_values_of_earlier_fields_count(limit: int, settings: Settings) -> None:
    settings.MAX_ANSWER_VALUES = limit
    make_class("A")
    viewer, exams = head_teacher(), [make_exam() for _ in range(10)]
    fields = " ".join(
        f"""{month}: assignExams(input: {{
          cells: [{{ id: "MatrixCell:A/2026/{month}" }}], examIds: $exams
        }}) {{ cells {{ exams {{ id name type isActive }} }} }}"""
        for month in MONTHS[:5]
    )
    document = f"mutation ($exams: [ID!]!) {{ {fields} }}"
    response = answer(document, viewer, {"exams": [*map(id_of, exams)]})
    if response["data"] is None:
        assert not HistoryEntry.objects.exists()
        return
    saved = {month for month, payload in response["data"].items() if payload}
    recorded = HistoryEntry.objects.values_list("subject_key", flat=True)
    assert {key.rpartition("/")[2] for key in recorded} == saved
    assert all(map(is_refused_before_the_change, response.get("errors", [])))
