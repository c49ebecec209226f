"""Inputs that several operations share."""

from __future__ import annotations

import strawberry

from primepath.domain.cell import CellKey as Key
from primepath.domain.period import Period
from schema.ids import parse_cell_id


@strawberry.input(description="Names a cell by its class, academic year and period.")
class CellKey:
    class_code: str = strawberry.field(description="The code of the class: `PRIMARY_1A`.")
    academic_year: int = strawberry.field(description="The academic year, a calendar year: 2026.")
    period: Period = strawberry.field(description="The month or quarter.")

    def key(self) -> Key:
        return Key(self.class_code, self.academic_year, self.period)


@strawberry.input(one_of=True, description="Names a cell, in one of two ways.")
class CellRef:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="By its id.")
    at: CellKey | None = strawberry.field(
        default=strawberry.UNSET, description="By its class, academic year and period."
    )

    def key(self) -> Key:
        """The cell's key. Raises `BadUserInputError` for an id that is none, or none of a cell."""
        return self.at.key() if self.at else parse_cell_id(self.id or "")
