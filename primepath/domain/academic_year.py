"""Academic years: calendar years, of which the school plans a configured range."""

from __future__ import annotations

from typing import NamedTuple


class AcademicYears(NamedTuple):
    """The years the school plans, both ends included."""

    first: int
    last: int

    def __contains__(self, year: object) -> bool:
        return isinstance(year, int) and self.first <= year <= self.last

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"
