"""Cells: their keys, their statuses, and what a copy or an import does with the exams that they have."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from primepath.domain.period import Period

CLASS_CODE_PATTERN = "[A-Za-z0-9_-]{1,32}"
_CLASS_CODE = re.compile(CLASS_CODE_PATTERN)
_CELL_KEY = re.compile(rf"({CLASS_CODE_PATTERN})/([1-9][0-9]{{3}})/({'|'.join(Period)})")


class CellStatus(StrEnum):
    """Progress of a cell, from planning to completion."""

    EMPTY = "EMPTY"
    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"


class OnExisting(StrEnum):
    """Handling of the exams, times and date that a cell already has, when a copy or an import changes it."""

    MERGE = "MERGE"
    REPLACE = "REPLACE"
    REJECT = "REJECT"


class CellAppearance(NamedTuple):
    """Appearance of a status: background ``color`` (``#RRGGBB``) and ``icon`` (one emoji)."""

    color: str
    icon: str


CELL_APPEARANCE = {
    CellStatus.EMPTY: CellAppearance("#F5F5F5", "\N{WHITE LARGE SQUARE}"),
    CellStatus.DRAFT: CellAppearance("#F3E5F5", "\N{MEMO}"),
    CellStatus.SCHEDULED: CellAppearance("#E3F2FD", "\N{CALENDAR}"),
    CellStatus.IN_PROGRESS: CellAppearance("#FFF3E0", "\N{HOURGLASS WITH FLOWING SAND}"),
    CellStatus.COMPLETED: CellAppearance("#E8F5E9", "\N{WHITE HEAVY CHECK MARK}"),
}


class CellKey(NamedTuple):
    """The key of a cell, stored or not. Its text form is the primary key of the row."""

    class_code: str
    academic_year: int
    period: Period

    def __str__(self) -> str:
        return f"{self.class_code}/{self.academic_year}/{self.period}"

    @classmethod
    def parse(cls, text: str) -> CellKey | None:
        """Return the key that ``text`` spells as ``CODE/YEAR/PERIOD``, or None."""
        match = _CELL_KEY.fullmatch(text)
        if match is None:
            return None
        code, year, period = match.groups()
        return cls(code, int(year), Period(period))


def is_class_code(text: str) -> bool:
    """Return whether a class could have this code: 1–32 ASCII letters, digits, ``_`` and ``-``. Case matters."""
    return _CLASS_CODE.fullmatch(text) is not None
