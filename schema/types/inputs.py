"""Inputs that several operations share."""

from __future__ import annotations

import strawberry

from primepath.domain.cell import CellKey as Key
from primepath.domain.period import Period


@strawberry.input(description="Names a cell by its class, academic year and period.")
class CellKey:
    class_code: str = strawberry.field(description="The code of the class: `PRIMARY_1A`.")
    academic_year: int = strawberry.field(description="The academic year, a calendar year: 2026.")
    period: Period = strawberry.field(description="The month or quarter.")

    def key(self) -> Key:
        return Key(self.class_code, self.academic_year, self.period)
