"""The filter of cells."""

from __future__ import annotations

import datetime

import pytest
import strawberry

from primepath.domain.cell import CellStatus
from primepath.domain.period import Period, PeriodType
from primepath.domain.school_class import Division
from schema.types.matrix_cell_filter import MatrixCellFilter


@strawberry.input
class LaterFilter(MatrixCellFilter):
    """A filter with a condition that nothing else knows."""

    has_equipment: bool | None = None


@pytest.mark.parametrize(
    "chosen",
    [
        MatrixCellFilter(),
        MatrixCellFilter(academic_year=2026, class_codes=["A"], teacher_id=strawberry.ID("1")),
        MatrixCellFilter(division=Division.PRIMARY, grade=1),
        MatrixCellFilter(type=PeriodType.MONTHLY, periods=[Period.JAN]),
    ],
)
def test_conditions_of_classes_and_periods_are_not_about_the_content(
    chosen: MatrixCellFilter,
) -> None:
    assert not chosen.is_about_content


@pytest.mark.parametrize(
    "chosen",
    [
        MatrixCellFilter(grade=1, statuses=[CellStatus.EMPTY]),
        MatrixCellFilter(scheduled_from=datetime.date(2026, 3, 2)),
        MatrixCellFilter(room=""),
        MatrixCellFilter(has_exams=False),
        LaterFilter(has_equipment=False),
    ],
)
def test_every_other_condition_is_about_the_content_also_a_new_one(
    chosen: MatrixCellFilter,
) -> None:
    """Otherwise, an export would ignore it without an error."""
    assert chosen.is_about_content
