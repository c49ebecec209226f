"""Sort orders of exams."""

from __future__ import annotations

import datetime
from enum import StrEnum

from schema.connections.pagination import Column, Order
from schema.types.enums import describe

EXAMS_BY_NAME = Order(
    "exams in natural order",
    (Column("name_order", str), Column("id", int)),
    former_name="exams by name",
)
_NEWEST_EXAMS = Order(
    "newest exams",
    (Column("created_at", datetime.datetime, descending=True), Column("id", int, descending=True)),
)


class ExamOrder(StrEnum):
    """Sort order of exams, as clients select it."""

    NAME = "NAME"
    CREATED_AT_DESC = "CREATED_AT_DESC"

    @property
    def order(self) -> Order:
        return EXAMS_BY_NAME if self is ExamOrder.NAME else _NEWEST_EXAMS


describe(
    ExamOrder,
    "Sort order of exams.",
    {"NAME": "By name, case-insensitive.", "CREATED_AT_DESC": "Newest first."},
)
