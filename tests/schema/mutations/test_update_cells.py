"""`updateCells`: many cells in one change, all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from primepath.domain.period import MONTHS
from primepath.domain.viewer import Viewer
from primepath.models import ExamScheduleMatrix, HistoryEntry
from tests.client import answer, error_codes
from tests.factories import head_teacher, make_class, make_classes, make_teacher
from tests.query_counts import recorded_statements
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, document, errors_of, id_of, mutate, result_of
from tests.schema.mutations.school import build_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def mina() -> Viewer:
    return build_school()["mina"]


def change(code: str, month: str = "JAN", **values: Any) -> dict[str, Any]:
    return {"cell": at(code, month), **values}


def test_each_cell_gets_its_own_values(mina: Viewer) -> None:
    teacher = make_teacher("lee")
    cells = result_of(
        "updateCells",
        mina,
        changes=[
            change("A", "MAR", scheduledDate="2026-03-12", startTime="09:00", room=" Room  3 "),
            change("C", "MAY", status="DRAFT", notes="Pens", invigilatorId=id_of(teacher)),
            change("A", "JAN", startTime=None, endTime=None),
            change("A", "FEB"),
        ],
    )
    assert [cell["version"] for cell in cells] == [2, 1, 2, 1]
    assert cells[0]["scheduledDate"] == "2026-03-12"
    assert cells[1]["notes"] == "Pens"
    assert cells[2]["startTime"] is None
    stored = ExamScheduleMatrix.objects.get(pk="A/2026/MAR")
    assert stored.room == "Room 3"
    assert ExamScheduleMatrix.objects.get(pk="C/2026/MAY").invigilator == teacher
    entries = HistoryEntry.objects.filter(action="UPDATE_CELLS")
    assert {entry.subject_key for entry in entries} == {"A/2026/MAR", "C/2026/MAY", "A/2026/JAN"}
    assert len({entry.change_set for entry in entries}) == 1


def test_every_error_has_its_own_path_and_nothing_is_saved(mina: Viewer) -> None:
    before = stored_rows()
    errors = errors_of(
        "updateCells",
        mina,
        changes=[
            change("A", "MAR", notes="fine"),
            change("B", notes="x"),
            change("OTHER", notes="x"),
            change("A", "MAY", scheduledDate="2026-06-01", endTime="10:00"),
            change("A", "MAR", notes="again"),
            change("A", "JAN", expectedVersion=7, endTime="01:00"),
            {"cell": {"id": "nonsense"}, "notes": "x" * 10_001},
            change("C", "MAY", status="SCHEDULED", invigilatorId="Teacher:9999999"),
            change("C", "JUN", status=None, invigilatorId="Exam:1"),
        ],
    )
    assert set(errors) == {
        ("FORBIDDEN", "input.changes.1.cell"),
        ("NOT_FOUND", "input.changes.2.cell"),
        ("DATE_OUTSIDE_PERIOD", "input.changes.3.scheduledDate"),
        ("INVALID_TIME_RANGE", "input.changes.3.endTime"),
        ("DUPLICATE", "input.changes.4.cell"),
        ("STALE_VERSION", "input.changes.5.expectedVersion"),
        ("INVALID_ID", "input.changes.6.cell"),
        ("TOO_LONG", "input.changes.6.notes"),
        ("INVALID_STATUS", "input.changes.7.status"),
        ("NOT_FOUND", "input.changes.7.invigilatorId"),
        ("BLANK", "input.changes.8.status"),
        ("INVALID_ID", "input.changes.8.invigilatorId"),
    }
    assert stored_rows() == before


def test_stale_version_returns_the_current_cells(mina: Viewer) -> None:
    payload = mutate(
        "updateCells",
        mina,
        changes=[change("A", "JAN", expectedVersion=0, notes="x"), change("C", "MAY", notes="x")],
    )
    assert [error["code"] for error in payload["userErrors"]] == ["STALE_VERSION"]
    assert [(cell["version"], cell["notes"]) for cell in payload["cells"]] == [(1, ""), (0, "")]


def test_no_changes_are_no_error(mina: Viewer) -> None:
    assert result_of("updateCells", mina, changes=[]) == []


def test_too_many_changes_are_refused() -> None:
    changes = [change("A", notes="x")] * 1_001
    response = answer(document("updateCells"), head_teacher(), {"input": {"changes": changes}})
    assert error_codes(response) == {"updateCells": "LIMIT_EXCEEDED"}


@pytest.mark.parametrize("cells", [1, 96])
def test_statements_do_not_depend_on_the_number_of_cells(cells: int) -> None:
    viewer = head_teacher()
    make_class("A")
    where = [(each.code, month) for each in make_classes(8) for month in MONTHS][:cells]
    with recorded_statements("updateCells, payload with exams"):
        changed = result_of(
            "updateCells", viewer, changes=[change(*place, notes="Pens") for place in where]
        )
    assert len(changed) == HistoryEntry.objects.count() == cells
