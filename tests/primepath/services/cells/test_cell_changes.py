"""Changes of a cell, without a database."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import cast

import pytest

from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.period import Period
from primepath.services.cells.cell_changes import CellChanges, change_state
from primepath.services.cells.writing import UNUSED, LockedCell
from primepath.services.validation import ValidationErrors

CELL = LockedCell(
    CellKey("A", 2026, Period.JAN),
    1,
    replace(
        UNUSED,
        status=CellStatus.DRAFT,
        scheduled_date=datetime.date(2026, 1, 15),
        start_time=datetime.time(9),
        room="Room 3",
        invigilator_id=1,
        notes="Bring a pen.",
    ),
    {},
)


@pytest.mark.parametrize("field", sorted(CellChanges.__annotations__.keys() - {"status"}))
def test_null_clears_every_field(field: str) -> None:
    """Columns of text cannot be null, so each has another empty value."""
    errors = ValidationErrors()
    after = change_state(CELL, cast("CellChanges", {field: None}), errors)
    errors.raise_if_any()
    assert getattr(after, field) == getattr(UNUSED, field)


def test_null_changes_no_status() -> None:
    assert change_state(CELL, {"status": None}, ValidationErrors()) == CELL.state
