"""How long the lists of an answer may be expected to be, as far as a document tells.

Where arguments tell, as `first` does, they are believed. Where only the school's data would tell, the size is that of a large
school; `schema.execution` counts what an answer really holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from graphql import GraphQLField, get_named_type

from primepath.domain.period import PERIODS, PeriodType
from schema.limits.argument_nodes import ANYTHING, ArgumentNodes

CLASSES = 200

Size = int | Callable[[ArgumentNodes], int]

SIZE_FROM_PARENT: Final = -1
"""As many as the arguments of the field above say: the edges of a connection, the rows of a matrix."""


def _length(*path: str, otherwise: int = 0) -> Size:
    """The length of the list at ``path`` in the arguments; ``otherwise`` where there is none."""

    def size(arguments: ArgumentNodes) -> int:
        value = arguments.get(*path)
        if value is None:
            return otherwise
        if value is ANYTHING:
            return int(settings.MAX_LIST_LENGTH)
        return len(value) if isinstance(value, list) else 1

    return size


def _page(arguments: ArgumentNodes) -> int:
    given = [arguments.get("first"), arguments.get("last")]
    sizes = [each for each in given if isinstance(each, int)]
    largest = int(settings.MAX_PAGE_SIZE)
    return largest if ANYTHING in given or not sizes else max(0, min(largest, *sizes))


def _periods(arguments: ArgumentNodes) -> int:
    most = {None: len(PERIODS), PeriodType.MONTHLY: 12, PeriodType.QUARTERLY: 4}
    of_type = most.get(arguments.get("type"), len(PERIODS))
    value = arguments.get("periods")
    if value is None or value is ANYTHING:
        return of_type
    return min(of_type, len(value) if isinstance(value, list) else 1)


LIST_SIZES: dict[str, Size] = {
    "Query.scheduleMatrix": _length("classCodes", otherwise=CLASSES),
    "Query.nodes": _length("ids"),
    "Query.programs": 20,
    "ScheduleMatrix.rows": SIZE_FROM_PARENT,
    "MatrixRow.cells": _periods,
    "MatrixCell.exams": 3,
    "SchoolClass.cells": _periods,
    "SchoolClass.teachers": 5,
    "Exam.cells": 10,
    "Program.subprograms": 5,
    "SubProgram.levels": 5,
    "ClassCurriculum.levels": 3,
    "Viewer.assignments": 60,
    "HistoryEntry.changes": 3,
    "ExamsChange.examsAdded": 2,
    "ExamsChange.examsRemoved": 2,
    "Mutation.assignExams": _length("input", "cells"),
    "Mutation.unassignExams": _length("input", "cells"),
    "Mutation.cloneCell": _length("input", "targets"),
    "Mutation.shareCell": _length("input", "classCodes"),
    "MatrixCellsPayload.cells": SIZE_FROM_PARENT,
}
_USER_ERRORS = 10


def size_of(type_name: str, name: str, definition: GraphQLField) -> Size | None:
    """The size of the list in a field, or, told by its arguments, of the list below it; None where neither is one."""
    stated = LIST_SIZES.get(f"{type_name}.{name}")
    if stated is not None:
        return stated
    if name == "userErrors":
        return _USER_ERRORS
    if name == "edges":
        return SIZE_FROM_PARENT
    named: Any = get_named_type(definition.type)
    return _page if named.name.endswith("Connection") else None
