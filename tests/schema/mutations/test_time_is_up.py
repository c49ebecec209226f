"""An operation whose time is over after some of its changes: what was done is told, the rest is not done."""

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


def answer_in(batches: int) -> dict[str, Any]:
    """The answer of an operation that has time for so many batches."""
    left = batches

    def checkpoint() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise TimeLimitExceededError(10)

    result = run(DOCUMENT, head_teacher(), checkpoint=checkpoint)
    return {"data": result.data, "errors": format_errors(result.errors or [], "test")}


@pytest.mark.parametrize("batches", range(7))
def test_what_was_changed_is_told_whenever_the_time_is_over(batches: int) -> None:
    make_class("A")
    response = answer_in(batches)
    data = response["data"]
    done = HistoryEntry.objects.count()
    # A change that was made has its payload, even where the time did not last to read the cell once more.
    assert [name for name in ("first", "second") if data[name] is not None] == ["first", "second"][
        :done
    ]
    codes = error_codes(response)
    assert set(codes.values()) <= {"TIMEOUT"}
    assert {path for path in codes if "." not in path} == {"first", "second"} - set(
        ["first", "second"][:done]
    )
    stored = ExamScheduleMatrix.objects.filter(pk="A/2026/JAN").first()
    assert (stored.notes if stored else None) == (None, "first", "second")[done]
    if batches >= 6:
        assert codes == {}
