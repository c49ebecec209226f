"""Academic years, which are calendar years. The school plans a configured range."""

from __future__ import annotations

from typing import NamedTuple


class AcademicYears(NamedTuple):
    """The academic years that the school plans, including both ends."""

    first: int
    last: int

    def __contains__(self, year: object) -> bool:
        return isinstance(year, int) and self.first <= year <= self.last
