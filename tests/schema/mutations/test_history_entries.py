"""Each mutation creates one history entry for each changed object."""

from __future__ import annotations

from typing import Any

import pytest

from primepath.domain.history import HistoryAction
from primepath.models import HistoryEntry
from tests.factories import YEAR
from tests.schema.mutations.documents import MUTATIONS, at, key, result_of
from tests.schema.mutations.invalid_inputs import (
    ACCEPTANCE,
    ASSIGNMENT,
    CLOSED_DAYS,
    CURRICULUM,
    IMPORT,
    NEW_EXAM,
    REQUEST,
)
from tests.schema.mutations.placeholders import LEVEL, filled
from tests.schema.mutations.school import (
    JUNO,
    MINA_IN_A,
    MINAS_REQUEST,
    OF_JUNO,
    OF_MINA,
    REVIEW,
    build_school,
)
from tests.schema.mutations.valid_inputs import HOLIDAYS

pytestmark = pytest.mark.django_db

CHANGES: dict[str, tuple[str, dict[str, Any], set[tuple[str, str]]]] = {
    "assignExams": (
        "mina",
        {"cells": [at("A"), at("A", "MAY")], "examIds": [REVIEW, OF_MINA]},
        {("CELL", "A/2026/JAN"), ("CELL", "A/2026/MAY")},
    ),
    "unassignExams": (
        "mina",
        {"cells": [at("A"), at("A", "MAY")], "examIds": [REVIEW]},
        {("CELL", "A/2026/JAN")},
    ),
    "updateCell": ("mina", {"cell": at("A"), "notes": "x"}, {("CELL", "A/2026/JAN")}),
    "updateCells": (
        "mina",
        {"changes": [{"cell": at("A"), "notes": "x"}, {"cell": at("C", "MAY"), "room": "3"}]},
        {("CELL", "A/2026/JAN"), ("CELL", "C/2026/MAY")},
    ),
    "cloneCell": (
        "mina",
        {"source": at("A"), "targets": [key("A", "MAY"), key("C")]},
        {("CELL", "A/2026/MAY"), ("CELL", "C/2026/JAN")},
    ),
    "shareCell": ("mina", {"source": at("A"), "classCodes": ["C"]}, {("CELL", "C/2026/JAN")}),
    "rollOverYear": (
        "hana",
        {"fromYear": YEAR, "toYear": YEAR + 1, "parts": ["SCHEDULE"], "classCodes": ["A"]},
        {("CELL", f"A/2027/{period}") for period in ("FEB", "MAR", "APR", "Q1")},
    ),
    "createExam": ("mina", NEW_EXAM, {("EXAM", "NEW")}),
    "updateExam": ("mina", {"id": OF_MINA, "name": "x"}, {("EXAM", "1000005")}),
    "setClassCurriculum": (
        "hana",
        {**CURRICULUM, "levelIds": [LEVEL]},
        {("CURRICULUM", "A/2026")},
    ),
    "requestClassAccess": ("juno", REQUEST, {("ACCESS_REQUEST", "NEW")}),
    "withdrawClassAccessRequest": (
        "mina",
        {"id": MINAS_REQUEST},
        {("ACCESS_REQUEST", "1000004")},
    ),
    "approveClassAccessRequest": (
        "hana",
        {"id": OF_JUNO},
        {("ACCESS_REQUEST", "1000001"), ("ASSIGNMENT", "NEW")},
    ),
    "denyClassAccessRequest": (
        "office",
        {"id": OF_JUNO, "note": "No"},
        {("ACCESS_REQUEST", "1000001")},
    ),
    "assignTeacher": ("office", ASSIGNMENT, {("ASSIGNMENT", "NEW")}),
    "revokeTeacher": ("hana", {"assignmentId": MINA_IN_A}, {("ASSIGNMENT", "1000001")}),
    "closeSchool": (
        "hana",
        CLOSED_DAYS,
        {("SCHOOL_DAY", "2026-03-12"), ("SCHOOL_DAY", "2026-03-13")},
    ),
    "reopenSchool": (
        "office",
        HOLIDAYS,
        {("SCHOOL_DAY", "2026-03-01"), ("SCHOOL_DAY", "2026-03-02")},
    ),
    "acceptWarning": ("mina", ACCEPTANCE, {("WARNING", "NEW")}),
    "importSchedule": ("hana", IMPORT, {("CELL", "A/2026/JAN")}),
}
# They change nothing of the school: a feed and an export show what their owner can see anyway.
NOT_RECORDED = {"createCalendarFeed", "revokeCalendarFeed", "exportSchedule"}
# See `test_accounts.py`. Their entries have the actions of the administration site.
OF_ACCOUNTS = {"inviteTeacher", "resetPassword", "changePassword", "revokeApiToken"}

# Its input depends on an earlier change. See `test_undo_changes.py`.
OF_EARLIER_CHANGES = {"UNDO_CHANGES"}
# Done in the administration site, or by a command.
OUTSIDE_THE_API = {
    *("CREATE_CLASS", "UPDATE_CLASS", "CREATE_PROGRAM", "UPDATE_PROGRAM"),
    *("CREATE_SUB_PROGRAM", "UPDATE_SUB_PROGRAM", "CREATE_LEVEL", "UPDATE_LEVEL"),
    *("CREATE_TEACHER", "UPDATE_TEACHER", "CREATE_ACCOUNT", "UPDATE_ACCOUNT", "SET_PASSWORD"),
    *("CREATE_ACCOUNT_LINK", "CREATE_TOKEN", "REVOKE_TOKEN", "UPDATE_SCHOOL"),
}


def test_every_mutation_and_every_action_is_in_the_table() -> None:
    assert set(CHANGES) == set(MUTATIONS) - {"undoChanges"} - NOT_RECORDED - OF_ACCOUNTS
    assert {_action(mutation) for mutation in CHANGES} == {
        *HistoryAction
    } - OUTSIDE_THE_API - OF_EARLIER_CHANGES


def _action(mutation: str) -> str:
    """``ASSIGN_EXAMS`` for ``assignExams``."""
    return "".join(f"_{each}" if each.isupper() else each.upper() for each in mutation)


@pytest.mark.parametrize("mutation", CHANGES)
def test_change_creates_an_entry_for_each_changed_object(mutation: str) -> None:
    who, input, expected = CHANGES[mutation]
    viewer = build_school()[who]
    result = result_of(mutation, viewer, **filled(input, viewer))
    entries = list(HistoryEntry.objects.all())
    known = {subject_key for _, subject_key in expected}
    found = {
        (entry.subject, entry.subject_key if entry.subject_key in known else "NEW")
        for entry in entries
    }
    assert found == expected
    assert len(entries) == len(expected)
    assert {entry.action for entry in entries} == {_action(mutation)}
    assert {(entry.actor_id, entry.actor_name, entry.teacher_id) for entry in entries} == {
        (viewer.user_id, viewer.name, viewer.teacher_id)
    }
    assert len({entry.at for entry in entries}) == 1
    assert all(entry.changes for entry in entries)
    if isinstance(result, dict) and mutation in {"createExam", "requestClassAccess"}:
        assert result["id"].endswith(f":{entries[0].subject_key}")


def test_access_entries_name_teacher_and_class() -> None:
    viewer = build_school()["hana"]
    result_of("assignTeacher", viewer, **ASSIGNMENT, expiresAt="2999-01-01T09:00:00+09:00")
    (entry,) = HistoryEntry.objects.all()
    assert {field: (before, after) for field, before, after in entry.changes} == {
        "teacherId": (None, int(JUNO.partition(":")[2])),
        "classCode": (None, "A"),
        "accessLevel": (None, "VIEW"),
        "expiresAt": (None, "2999-01-01T00:00:00+00:00"),
        "isActive": (None, True),
    }
