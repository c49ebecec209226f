"""Descriptions of the enums of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import strawberry

from primepath.domain.cell import CellStatus
from primepath.domain.errors import UserErrorCode
from primepath.domain.exam import ExamType
from primepath.domain.period import MONTHS, Period, PeriodType
from primepath.domain.school_class import AccessLevel, AccessRequestStatus, Division
from primepath.domain.weekday import Weekday
from schema.execution.core import enum_values
from schema.types.phrases import EXPECTS_NEW_VALUES


def describe(
    enum: type[StrEnum], description: str, values: Mapping[str, str], *, name: str | None = None
) -> None:
    """Register ``enum`` as a GraphQL enum with a description of each value. ``name`` is its own name if omitted."""
    strawberry.enum(enum, name=name, description=description)
    for value in enum_values(enum):
        value.description = values[value.name]


describe(
    PeriodType,
    "Type of a period: month or quarter.",
    {
        "MONTHLY": "A month. Its cells accept REVIEW exams.",
        "QUARTERLY": "A quarter. Its cells accept QUARTERLY exams.",
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
    "A month or quarter of the academic year; a column of the matrix.",
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
    "Planning status of a cell.",
    {
        "EMPTY": "No exams.",
        "DRAFT": "In planning, with or without exams.",
        "SCHEDULED": "Exams are scheduled.",
        "IN_PROGRESS": "Pupils are taking the exams. The list of exams is locked.",
        "COMPLETED": "The exams are over. The list of exams is locked.",
    },
)
describe(
    ExamType,
    "Type of an exam. It decides which periods the exam can be assigned to.",
    {"REVIEW": "For months.", "QUARTERLY": "For quarters."},
)
describe(
    Division,
    "A division of the school. Classes are listed in this order.",
    {
        "PRIMARY": "Primary school.",
        "MIDDLE": "Middle school.",
        "HIGH": "High school.",
    },
)
describe(
    Weekday,
    "Day of the week.",
    {
        "MON": "Monday.",
        "TUE": "Tuesday.",
        "WED": "Wednesday.",
        "THU": "Thursday.",
        "FRI": "Friday.",
        "SAT": "Saturday.",
        "SUN": "Sunday.",
    },
)
describe(
    AccessLevel,
    "Level of a teacher's access to a class.",
    {
        "FULL": "Main teacher. Can see and change the schedule.",
        "CO_TEACHER": "Co-teacher. Can see and change the schedule.",
        "SUBSTITUTE": "Substitute teacher. Can see the schedule.",
        "VIEW": "Can see the schedule.",
    },
)
describe(
    AccessRequestStatus,
    "State of a request for access to a class.",
    {
        "PENDING": "Waiting for a decision.",
        "APPROVED": "Access was granted.",
        "DENIED": "Access was denied. `reviewNote` contains the reason.",
        "WITHDRAWN": "The teacher withdrew the request.",
    },
)
describe(
    UserErrorCode,
    f"Kind of problem with a mutation's input. {EXPECTS_NEW_VALUES}",
    {
        "NOT_FOUND": "The ID or code does not exist or you do not have access to it.",
        "FORBIDDEN": "You can see the object, but you are not allowed to change it.",
        "INVALID_ID": "The ID is malformed or belongs to another type.",
        "INVALID_CHARACTERS": "The text contains NUL or an unpaired surrogate; a required text, any control character.",
        "EXAM_TYPE_MISMATCH": "A REVIEW exam in a quarter, or a QUARTERLY exam in a month.",
        "EXAM_YEAR_MISMATCH": "The exam belongs to another academic year.",
        "CELL_LOCKED": "The cell is IN_PROGRESS or COMPLETED, so its exams are locked. Change its status first.",
        "NOT_EMPTY": "The target already has exams, and `onExisting` is REJECT.",
        "EXAM_INACTIVE": "The exam is inactive and cannot be assigned.",
        "STALE_VERSION": "`expectedVersion` differs from the stored version. Reload the object and try again.",
        "INVALID_STATUS": "EMPTY is for cells without exams. SCHEDULED, IN_PROGRESS and COMPLETED are for cells with exams.",
        "INVALID_TIME_RANGE": "`endTime` is not after `startTime`, or `startTime` is missing.",
        "DATE_OUTSIDE_PERIOD": "The date is outside the cell's month or quarter.",
        "YEAR_OUT_OF_RANGE": "The academic year is outside `School.firstAcademicYear`–`lastAcademicYear`.",
        "ALREADY_DECIDED": "The request is no longer PENDING.",
        "INVALID_CREDENTIALS": "Incorrect username or password.",
        "RATE_LIMITED": "Too many attempts. See `retryAfterSeconds`.",
        "DUPLICATE": "The object already exists, or the input lists it twice.",
        "BLANK": "A required value is null, empty or only invisible characters.",
        "TOO_LONG": "The text or list is too long. The message contains the limit.",
        "WEAK_PASSWORD": "The new password is too easy to guess. The message contains the rule that it breaks.",
        "IDEMPOTENCY_KEY_REUSED": "The key was used before, for another mutation or input. Nothing was changed. Use a new key.",
        "CHANGED_SINCE": "The same fields have changed since, so the change set cannot be undone.",
        "OUT_OF_RANGE": "The value is out of range. The message contains the range.",
    },
)
