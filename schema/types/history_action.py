"""Descriptions of the recorded actions."""

from __future__ import annotations

from primepath.domain.history import HistoryAction
from schema.types.enums import describe
from schema.types.phrases import EXPECTS_NEW_VALUES

__all__ = ["HistoryAction"]

describe(
    HistoryAction,
    f"Type of an action in the history. {EXPECTS_NEW_VALUES}",
    {
        "ASSIGN_EXAMS": "Exams were assigned to cells.",
        "UNASSIGN_EXAMS": "Exams were removed from cells.",
        "UPDATE_CELL": "A cell's status, date, times, room, invigilator or notes were changed.",
        "UPDATE_CELLS": "Several cells were changed together.",
        "UNDO_CHANGES": "An earlier change set was undone.",
        "ROLL_OVER_YEAR": "The plan of another year was copied.",
        "IMPORT_SCHEDULE": "The schedule was imported from a file.",
        "CLONE_CELL": "Another cell was copied to this cell.",
        "SHARE_CELL": "The cell of another class was copied to this cell.",
        "CREATE_EXAM": "The exam was created.",
        "UPDATE_EXAM": "The exam was updated.",
        "UPDATE_LEVEL": "A curriculum level, its sub-program or its program was changed.",
        "SET_CLASS_CURRICULUM": "The curriculum of a class was set.",
        "REQUEST_CLASS_ACCESS": "Access to a class was requested.",
        "WITHDRAW_CLASS_ACCESS_REQUEST": "An access request was withdrawn.",
        "APPROVE_CLASS_ACCESS_REQUEST": "An access request was approved.",
        "DENY_CLASS_ACCESS_REQUEST": "An access request was denied.",
        "ASSIGN_TEACHER": "A teacher's access to a class was set.",
        "REVOKE_TEACHER": "A teacher's access to a class was ended.",
        "CREATE_CLASS": "A class was created.",
        "UPDATE_CLASS": "A class was changed or made active or inactive.",
        "UPDATE_SCHOOL": "The school's lesson days or the minimum days between exams were changed.",
        "CLOSE_SCHOOL": "The school was closed on a day, or the closure was renamed.",
        "REOPEN_SCHOOL": "The school was opened on a day.",
        "ACCEPT_WARNING": "A warning was accepted.",
        "CREATE_PROGRAM": "A program was created.",
        "UPDATE_PROGRAM": "A program was changed.",
        "CREATE_SUB_PROGRAM": "A sub-program was created.",
        "UPDATE_SUB_PROGRAM": "A sub-program was changed.",
        "CREATE_LEVEL": "A curriculum level was created.",
        "CREATE_TEACHER": "A teacher was added.",
        "UPDATE_TEACHER": "A teacher's name or head-teacher status was changed.",
        "CREATE_ACCOUNT": "An account was created.",
        "UPDATE_ACCOUNT": "An account was changed, activated or deactivated.",
        "SET_PASSWORD": "The password of an account was set or removed.",
        "CREATE_ACCOUNT_LINK": "A link that sets the password of an account was created.",
        "CREATE_TOKEN": "An API token was created.",
        "REVOKE_TOKEN": "An API token was revoked.",
    },
)
