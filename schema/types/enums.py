"""The enumerations of the domain, described for clients."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import strawberry

from primepath.domain.cell import CellStatus
from primepath.domain.errors import UserErrorCode
from primepath.domain.exam import ExamType
from primepath.domain.period import MONTHS, Period, PeriodType
from primepath.domain.school_class import AccessLevel, AccessRequestStatus, Division


def describe(enum: type[StrEnum], description: str, values: Mapping[str, str]) -> None:
    """Makes ``enum`` a GraphQL enumeration, with a description of each value."""
    strawberry.enum(enum, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]


describe(
    PeriodType,
    "Whether a period is a month or a quarter.",
    {
        "MONTHLY": "A month; its cells hold exams of type REVIEW.",
        "QUARTERLY": "A quarter; its cells hold exams of type QUARTERLY.",
    },
)
_MONTH_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
describe(
    Period,
    "One column of the matrix: a month or a quarter of the academic year.",
    {month: f"{name}." for month, name in zip(MONTHS, _MONTH_NAMES, strict=True)}
    | {
        "Q1": "January to March.",
        "Q2": "April to June.",
        "Q3": "July to September.",
        "Q4": "October to December.",
    },
)
describe(
    CellStatus,
    "How far the planning of a cell has come.",
    {
        "EMPTY": "No exams.",
        "DRAFT": "Being planned, with or without exams.",
        "SCHEDULED": "Exams are scheduled.",
        "IN_PROGRESS": "Pupils are sitting the exams; which exams the cell has does not change.",
        "COMPLETED": "The exams are over; which exams the cell has does not change.",
    },
)
describe(
    ExamType,
    "What kind of exam it is, and so where it can go.",
    {"REVIEW": "Goes into months.", "QUARTERLY": "Goes into quarters."},
)
describe(
    Division,
    "A division of the school, in the order in which classes are listed.",
    {
        "PRIMARY": "Primary school.",
        "MIDDLE": "Middle school.",
        "HIGH": "High school.",
    },
)
describe(
    AccessLevel,
    "What a teacher may do in a class.",
    {
        "FULL": "See the schedule and change it.",
        "CO_TEACHER": "See the schedule and change it, beside the main teacher.",
        "SUBSTITUTE": "See the schedule while standing in.",
        "VIEW": "See the schedule.",
    },
)
describe(
    AccessRequestStatus,
    "How far a request for access to a class has come.",
    {
        "PENDING": "Nobody has decided yet.",
        "APPROVED": "Access was given.",
        "DENIED": "Access was refused; `reviewNote` says why.",
        "WITHDRAWN": "The teacher took the request back.",
    },
)
describe(
    UserErrorCode,
    "What is wrong with a part of a mutation's input. Expect further values in the future.",
    {
        "NOT_FOUND": "An id or code names nothing that you may see.",
        "FORBIDDEN": "You may see it, but not change it.",
        "INVALID_ID": "Not an id of this API, or one of another type.",
        "INVALID_CHARACTERS": "The text holds a NUL character or half of a surrogate pair.",
        "EXAM_TYPE_MISMATCH": "A REVIEW exam for a quarter, or a QUARTERLY exam for a month.",
        "EXAM_YEAR_MISMATCH": "The exam belongs to another academic year.",
        "CELL_LOCKED": "The exams of a cell that is IN_PROGRESS or COMPLETED do not change.",
        "NOT_EMPTY": "The target has exams already, and `onExisting` is REJECT.",
        "EXAM_INACTIVE": "The exam is no longer used.",
        "STALE_VERSION": "Somebody changed it meanwhile: `expectedVersion` is not the stored version.",
        "INVALID_STATUS": "EMPTY with exams, or SCHEDULED, IN_PROGRESS or COMPLETED without.",
        "INVALID_TIME_RANGE": "The end is not after the start, or there is no start.",
        "DATE_OUTSIDE_PERIOD": "The date is not in the cell's month or quarter.",
        "YEAR_OUT_OF_RANGE": "The school does not plan this academic year; see `School`.",
        "ALREADY_DECIDED": "The request is no longer PENDING.",
        "INVALID_CREDENTIALS": "Unknown name or wrong password.",
        "RATE_LIMITED": "Too many attempts; the message says when to try again.",
        "DUPLICATE": "The same thing is there already, or twice in the input.",
        "BLANK": "A text that must not be empty.",
        "TOO_LONG": "A text or list that is longer than allowed; the message says how long it may be.",
        "OUT_OF_RANGE": "A number outside its range; the message says the range.",
    },
)
