"""Input types that several operations share."""

from __future__ import annotations

import strawberry

from primepath.domain.cell import CellKey as Key
from primepath.domain.period import Period
from schema.ids import parse_cell_id
from schema.types.phrases import ACADEMIC_YEAR, CLASS_CODE, PERIOD


@strawberry.input(description="Identifies a cell by class, academic year and period.")
class CellKey:
    class_code: str = strawberry.field(description=CLASS_CODE)
    academic_year: int = strawberry.field(description=ACADEMIC_YEAR)
    period: Period = strawberry.field(description=PERIOD)

    def key(self) -> Key:
        return Key(self.class_code, self.academic_year, self.period)


@strawberry.input(
    one_of=True,
    description="Identifies a cell, either by ID or by class, academic year and period.",
)
class CellRef:
    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="ID of the cell."
    )
    at: CellKey | None = strawberry.field(
        default=strawberry.UNSET, description="Class, academic year and period of the cell."
    )

    def key(self) -> Key:
        """Return the key of the cell. Raise `BadUserInputError` if ``id`` is not the ID of a cell."""
        return self.at.key() if self.at else parse_cell_id(self.id or "")


@strawberry.input(description="A cell and the version of it that you have loaded.")
class CellVersion:
    cell: CellRef = strawberry.field(description="The cell.")
    version: int = strawberry.field(description="Its version. 0 for a cell that was never changed.")
