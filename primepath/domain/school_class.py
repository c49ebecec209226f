"""Classes: their divisions, their order, and teachers' access to them."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from primepath.domain.text import natural_key


class Division(StrEnum):
    """A division of the school. They are displayed in the order of definition."""

    PRIMARY = "PRIMARY"
    MIDDLE = "MIDDLE"
    HIGH = "HIGH"


FIRST_GRADE, LAST_GRADE = 0, 12

_DIVISION_RANK = {division.value: rank for rank, division in enumerate(Division)}


class HasSchoolOrder(Protocol):
    """An object with the values that classes are sorted by."""

    @property
    def division(self) -> str: ...
    @property
    def grade(self) -> int: ...
    @property
    def section(self) -> str: ...
    @property
    def code(self) -> str: ...


_natural_key = lru_cache(maxsize=4_096)(natural_key)


def school_order(placed: HasSchoolOrder) -> tuple[int, int, str, str, str]:
    """Return the sort key of a class: division, grade, section, then code. Sections 2, 9 and 10 are in this order."""
    return (
        _DIVISION_RANK[placed.division],
        placed.grade,
        _natural_key(placed.section),
        _natural_key(placed.code),
        placed.code,
    )


class AccessLevel(StrEnum):
    """A teacher's access to a class."""

    FULL = "FULL"
    CO_TEACHER = "CO_TEACHER"
    SUBSTITUTE = "SUBSTITUTE"
    VIEW = "VIEW"

    @property
    def may_edit(self) -> bool:
        return self in EDITING_LEVELS


EDITING_LEVELS = frozenset({AccessLevel.FULL, AccessLevel.CO_TEACHER})


class AccessRequestStatus(StrEnum):
    """State of a teacher's request for access to a class."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    WITHDRAWN = "WITHDRAWN"
