"""A valid input for each mutation, in the school of `tests.schema.mutations.school`, and what its payload reads."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.services.cells.update_cell import update_cell
from primepath.services.change_sets import change_set
from tests.factories import YEAR
from tests.schema.mutations.documents import at, document, key
from tests.schema.mutations.invalid_inputs import (
    ACCEPTANCE,
    ASSIGNMENT,
    CLOSED_DAYS,
    EXPORT,
    FEED_OF_A,
    IMPORT,
    NEW_EXAM,
    REQUEST,
    SORA,
)
from tests.schema.mutations.placeholders import LEVEL, TOKEN
from tests.schema.mutations.school import FEED, JUNO, MINA_IN_A, MINAS_REQUEST, OF_JUNO, OF_MINA

PASSWORD = "correct horse"
# A public holiday and its substitute, on which the school is not open yet.
HOLIDAYS = {"from": f"{YEAR}-03-01", "to": f"{YEAR}-03-02"}
WITHOUT_CHANGE_SET = {
    *("signIn", "signOut", "closeSchool", "reopenSchool", "acceptWarning"),
    *("createCalendarFeed", "revokeCalendarFeed", "exportSchedule"),
    *("inviteTeacher", "resetPassword", "changePassword", "revokeApiToken", "revokeAllApiTokens"),
}
"""Mutations with a payload without ``changeSetId``."""
EARLIER = UUID("01234567-89ab-7cde-8f01-23456789abcd")
"""The change set of `make_earlier_change`."""

SIGN_IN = """
  mutation ($input: SignInInput!) { signIn(input: $input) {
    token viewer { username teacher { name } assignments { schoolClass { code } } } userErrors { code }
  } }
"""
SIGN_OUT = "mutation { signOut { signedOut userErrors { code } } }"
REVOKE_ALL = "mutation { revokeAllApiTokens { revoked userErrors { code } } }"
WITHOUT_TABLE = {"signIn": SIGN_IN, "signOut": SIGN_OUT, "revokeAllApiTokens": REVOKE_ALL}


class ValidInput(NamedTuple):
    """``reads``: whether the payload reads the database after the change was saved."""

    person: str
    input: dict[str, Any] | None
    reads: bool = True


VALID_INPUTS: dict[str, ValidInput] = {
    "signIn": ValidInput("mina", {"username": "mina", "password": PASSWORD}),
    "signOut": ValidInput("mina", None, reads=False),
    "assignExams": ValidInput("mina", {"cells": [at("A"), at("C")], "examIds": [OF_MINA]}),
    "unassignExams": ValidInput("mina", {"cells": [at("A")], "examIds": ["Exam:1000001"]}),
    "updateCell": ValidInput("mina", {"cell": at("A"), "notes": "A pen"}),
    "updateCells": ValidInput(
        "mina",
        {"changes": [{"cell": at("A"), "notes": "A pen"}, {"cell": at("C"), "room": "3"}]},
    ),
    "undoChanges": ValidInput("mina", {"changeSetId": f"ChangeSet:{EARLIER.hex}"}),
    "rollOverYear": ValidInput(
        "hana",
        {"fromYear": YEAR, "toYear": YEAR + 1, "parts": ["EXAMS", "SCHEDULE"]},
        reads=False,
    ),
    "cloneCell": ValidInput("mina", {"source": at("A"), "targets": [key("C"), key("A", "MAY")]}),
    "shareCell": ValidInput("mina", {"source": at("A"), "classCodes": ["C"]}),
    "createExam": ValidInput("mina", {**NEW_EXAM, "curriculumLevelId": LEVEL}),
    "updateExam": ValidInput("mina", {"id": OF_MINA, "name": "Mina's newest"}),
    "setClassCurriculum": ValidInput(
        "hana", {"classCode": "A", "academicYear": YEAR, "levelIds": [LEVEL]}
    ),
    "requestClassAccess": ValidInput("juno", REQUEST),
    "withdrawClassAccessRequest": ValidInput("mina", {"id": MINAS_REQUEST}),
    "approveClassAccessRequest": ValidInput("hana", {"id": OF_JUNO}),
    "denyClassAccessRequest": ValidInput("hana", {"id": OF_JUNO, "note": "Ask Mina."}),
    "assignTeacher": ValidInput("hana", ASSIGNMENT),
    "revokeTeacher": ValidInput("hana", {"assignmentId": MINA_IN_A}),
    "closeSchool": ValidInput("hana", CLOSED_DAYS),
    "reopenSchool": ValidInput("hana", HOLIDAYS),
    "acceptWarning": ValidInput("mina", ACCEPTANCE),
    "createCalendarFeed": ValidInput("mina", FEED_OF_A, reads=False),
    "revokeCalendarFeed": ValidInput("mina", {"id": FEED}, reads=False),
    "importSchedule": ValidInput("hana", IMPORT),
    "exportSchedule": ValidInput("mina", EXPORT, reads=False),
    "inviteTeacher": ValidInput(
        "hana",
        {**SORA, "assignments": [{"classCode": "A", "accessLevel": "VIEW"}]},
        reads=False,
    ),
    "resetPassword": ValidInput("hana", {"teacherId": JUNO}, reads=False),
    "changePassword": ValidInput(
        "mina",
        {"currentPassword": PASSWORD, "newPassword": f"{PASSWORD} staple"},
        reads=False,
    ),
    "revokeApiToken": ValidInput("mina", {"id": TOKEN}, reads=False),
    "revokeAllApiTokens": ValidInput("mina", None, reads=False),
}


def make_earlier_change(viewer: Viewer) -> None:
    """Store a change of a cell that no input changes."""
    with change_set() as changes:
        changes.id = EARLIER
        cell = CellKey("A", YEAR, Period.DEC)
        update_cell(viewer=viewer, cell=cell, changes={"notes": "Earlier"})


def document_of(mutation: str) -> str:
    """Return a document with the whole payload, with its change set if it has one."""
    if mutation in WITHOUT_TABLE:
        return WITHOUT_TABLE[mutation]
    if mutation in WITHOUT_CHANGE_SET:
        return document(mutation)
    return document(mutation).replace("userErrors", "changeSetId userErrors", 1)
