"""The content of a history entry: the action, the kind of object, and each changed field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class HistoryAction(StrEnum):
    """The recorded actions."""

    ASSIGN_EXAMS = "ASSIGN_EXAMS"
    UNASSIGN_EXAMS = "UNASSIGN_EXAMS"
    UPDATE_CELL = "UPDATE_CELL"
    UPDATE_CELLS = "UPDATE_CELLS"
    CLONE_CELL = "CLONE_CELL"
    SHARE_CELL = "SHARE_CELL"
    CREATE_EXAM = "CREATE_EXAM"
    UPDATE_EXAM = "UPDATE_EXAM"
    UPDATE_LEVEL = "UPDATE_LEVEL"
    SET_CLASS_CURRICULUM = "SET_CLASS_CURRICULUM"
    REQUEST_CLASS_ACCESS = "REQUEST_CLASS_ACCESS"
    WITHDRAW_CLASS_ACCESS_REQUEST = "WITHDRAW_CLASS_ACCESS_REQUEST"
    APPROVE_CLASS_ACCESS_REQUEST = "APPROVE_CLASS_ACCESS_REQUEST"
    DENY_CLASS_ACCESS_REQUEST = "DENY_CLASS_ACCESS_REQUEST"
    ASSIGN_TEACHER = "ASSIGN_TEACHER"
    REVOKE_TEACHER = "REVOKE_TEACHER"
    CREATE_CLASS = "CREATE_CLASS"
    UPDATE_CLASS = "UPDATE_CLASS"
    UPDATE_SCHOOL = "UPDATE_SCHOOL"
    CLOSE_SCHOOL = "CLOSE_SCHOOL"
    REOPEN_SCHOOL = "REOPEN_SCHOOL"
    ACCEPT_WARNING = "ACCEPT_WARNING"
    CREATE_PROGRAM = "CREATE_PROGRAM"
    UPDATE_PROGRAM = "UPDATE_PROGRAM"
    CREATE_SUB_PROGRAM = "CREATE_SUB_PROGRAM"
    UPDATE_SUB_PROGRAM = "UPDATE_SUB_PROGRAM"
    CREATE_LEVEL = "CREATE_LEVEL"
    CREATE_TEACHER = "CREATE_TEACHER"
    UPDATE_TEACHER = "UPDATE_TEACHER"
    CREATE_ACCOUNT = "CREATE_ACCOUNT"
    UPDATE_ACCOUNT = "UPDATE_ACCOUNT"
    SET_PASSWORD = "SET_PASSWORD"  # noqa: S105
    CREATE_ACCOUNT_LINK = "CREATE_ACCOUNT_LINK"
    CREATE_TOKEN = "CREATE_TOKEN"  # noqa: S105
    UNDO_CHANGES = "UNDO_CHANGES"
    ROLL_OVER_YEAR = "ROLL_OVER_YEAR"
    IMPORT_SCHEDULE = "IMPORT_SCHEDULE"
    REVOKE_TOKEN = "REVOKE_TOKEN"  # noqa: S105


WITHOUT_PEOPLE = frozenset({HistoryAction.ROLL_OVER_YEAR, HistoryAction.UNDO_CHANGES})
"""The actions that change assignments without a decision about one person. Only these changes of assignments are undone."""


class HistorySubject(StrEnum):
    """Kind of the changed object. Its key is the primary key of the row, or ``CODE/YEAR`` for a curriculum."""

    CELL = "CELL"
    EXAM = "EXAM"
    LEVEL = "LEVEL"
    CURRICULUM = "CURRICULUM"
    ASSIGNMENT = "ASSIGNMENT"
    ACCESS_REQUEST = "ACCESS_REQUEST"
    CLASS = "CLASS"
    SCHOOL = "SCHOOL"
    SCHOOL_DAY = "SCHOOL_DAY"
    WARNING = "WARNING"
    PROGRAM = "PROGRAM"
    SUB_PROGRAM = "SUB_PROGRAM"
    TEACHER = "TEACHER"
    ACCOUNT = "ACCOUNT"
    TOKEN = "TOKEN"  # noqa: S105


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field's value before and after a change: text, a number, a date or time, a list of keys, or None.

    ``field`` is its Python name, for example ``scheduled_date``.
    """

    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Return a change for each field of ``after`` with another value than in ``before``."""
    return [
        FieldChange(field, before.get(field), value)
        for field, value in after.items()
        if before.get(field) != value
    ]
