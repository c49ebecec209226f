"""Classes: their divisions, and who may do what in them."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Division(StrEnum):
    """A division of the school. The order of definition is the order in which they are shown."""

    PRIMARY = "PRIMARY"
    MIDDLE = "MIDDLE"
    HIGH = "HIGH"


FIRST_GRADE, LAST_GRADE = 1, 12

_DIVISION_RANK = {division.value: rank for rank, division in enumerate(Division)}


class HasSchoolOrder(Protocol):
    """What has a place among the classes of the school."""

    @property
    def division(self) -> str: ...
    @property
    def grade(self) -> int: ...
    @property
    def section(self) -> str: ...
    @property
    def code(self) -> str: ...


def school_order(placed: HasSchoolOrder) -> tuple[int, int, str, str]:
    """What classes are sorted by: division, grade, section, and the code where those are equal."""
    return _DIVISION_RANK[placed.division], placed.grade, placed.section, placed.code


class AccessLevel(StrEnum):
    """What a teacher may do in a class."""

    FULL = "FULL"
    CO_TEACHER = "CO_TEACHER"
    SUBSTITUTE = "SUBSTITUTE"
    VIEW = "VIEW"

    @property
    def may_edit(self) -> bool:
        return self in EDITING_LEVELS


EDITING_LEVELS = frozenset({AccessLevel.FULL, AccessLevel.CO_TEACHER})


class AccessRequestStatus(StrEnum):
    """How far a teacher's request for a class has come."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    WITHDRAWN = "WITHDRAWN"
