"""Sort orders of cells."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce

from primepath import models
from primepath.domain.period import Period
from primepath.domain.school_class import Division
from schema.connections.pagination import Column, Order
from schema.types.enums import describe

_CLASS_AND_PERIOD = (
    Column("division_rank", int),
    Column("class_grade", int),
    Column("section_order", str),
    Column("code_order", str),
    Column("class_code", str),
    Column("period_rank", int),
)
_BY_CLASS = Order("cells by class", _CLASS_AND_PERIOD)
_BY_SCHEDULE = Order(
    "cells by schedule",
    (
        Column("date_or_last", datetime.date),
        Column("time_or_last", datetime.time),
        *_CLASS_AND_PERIOD,
    ),
)


class MatrixCellOrder(StrEnum):
    """Sort order of cells of one academic year, as clients select it."""

    SCHEDULE = "SCHEDULE"
    CLASS = "CLASS"

    @property
    def order(self) -> Order:
        return _BY_CLASS if self is MatrixCellOrder.CLASS else _BY_SCHEDULE


describe(
    MatrixCellOrder,
    "Sort order of cells.",
    {
        "SCHEDULE": (
            "By date, start time and class. Cells without a date come last, and those without a start time last on their day."
        ),
        "CLASS": "By class and period, in the order of the matrix.",
    },
)


def sort_values(cells: QuerySet[models.ExamScheduleMatrix], order: Order) -> QuerySet[Any, Any]:
    """Return the ids of the cells as ``pk``, with the sort columns of ``order``.

    A null would be first in one database and last in the other, so the last date and time replace it.
    """
    columns = {
        "date_or_last": Coalesce("scheduled_date", Value(datetime.date.max)),
        "time_or_last": Coalesce("start_time", Value(datetime.time.max)),
        "division_rank": _rank("school_class__division", Division),
        "class_grade": F("school_class__grade"),
        "section_order": F("school_class__section_order"),
        "code_order": F("school_class__code_order"),
        "class_code": F("school_class_id"),
        "period_rank": _rank("period", Period),
    }
    needed = {column.name: columns[column.name] for column in order.columns}
    return cells.annotate(**needed).values_list("pk", *needed, named=True)


def _rank(field: str, values: type[StrEnum]) -> Case:
    """Return the position of a field's value in the order of definition."""
    return Case(*(When(**{field: value}, then=Value(rank)) for rank, value in enumerate(values)))
