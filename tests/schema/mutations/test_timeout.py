"""Timeout between two mutations: completed changes are in the response, later ones are not made."""

from __future__ import annotations

from typing import Any

import pytest

from primepath.domain.errors import TimeLimitExceededError
from primepath.models import ExamScheduleMatrix, HistoryEntry
from schema.errors import format_errors
from tests.client import error_codes, run
from tests.factories import head_teacher, make_class

pytestmark = pytest.mark.django_db

DOCUMENT = """
mutation {
  first: updateCell(input: { cell: { id: "MatrixCell:A/2026/JAN" }, notes: "first" }) { %s }
  second: updateCell(input: { cell: { id: "MatrixCell:A/2026/JAN" }, notes: "second" }) { %s }
}
""" % (("cell { notes } userErrors { code }",) * 2)


def answer_within(batches: int) -> dict[str, Any]:
    """Return the response of an operation that times out after ``batches`` batches."""
    left = batches

    def checkpoint() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise TimeLimitExceededError("Too late.")

    result = run(DOCUMENT, head_teacher(), checkpoint=checkpoint)
    return {"data": result.data, "errors": format_errors(result.errors or [], "test")}


@pytest.mark.parametrize("batches", range(7))
def test_completed_changes_are_in_the_response_at_any_timeout(batches: int) -> None:
    make_class("A")
    response = answer_within(batches)
    data = response["data"]
    result_of = HistoryEntry.objects.count()
    # A completed change has its payload, even if the time was too short to read the cell again.
    assert [name for name in ("first", "second") if data[name] is not None] == ["first", "second"][
        :result_of
    ]
    codes = error_codes(response)
    assert set(codes.values()) <= {"TIMEOUT"}
    assert {path for path in codes if "." not in path} == {"first", "second"} - set(
        ["first", "second"][:result_of]
    )
    stored = ExamScheduleMatrix.objects.filter(pk="A/2026/JAN").first()
    assert (stored.notes if stored else None) == (None, "first", "second")[result_of]
    if batches >= 6:
        assert codes == {}
