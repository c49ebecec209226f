"""Every entry of the table of actions and roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from primepath.domain.viewer import Viewer
from primepath.models import HistoryEntry
from primepath.services.calendars.create_calendar_feed import create_calendar_feed
from tests.client import answer
from tests.factories import YEAR, as_viewer, make_level
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, document, id_of, key
from tests.schema.mutations.invalid_inputs import (
    ACCEPTANCE,
    CLOSED_DAYS,
    EXPORT,
    FEED_OF_A,
    IMPORT,
)
from tests.schema.mutations.placeholders import filled
from tests.schema.mutations.roles import ROLES, School, school_for
from tests.schema.mutations.valid_inputs import HOLIDAYS
from tests.stored_once import StoreOnce, stored_once

pytestmark = pytest.mark.django_db

ALL = set(ROLES)
ADMINISTRATORS = {"head teacher", "staff"}
EDITORS = {"CO_TEACHER", "FULL"} | ADMINISTRATORS
VIEWERS = {"VIEW", "SUBSTITUTE"} | EDITORS
# Staff without a profile cannot request access: they can see every class anyway.
TEACHERS = ALL - {"staff"}


def reads(query: str) -> Callable[[School], bool]:
    """Return an action that succeeds if the field has a value other than an empty list."""

    def act(school: School) -> bool:
        query_of_school = query.replace("EXAM", id_of(school.exam))
        response = answer(f"{{ {query_of_school} }}", school.viewer)
        found = response["data"]
        while isinstance(found, dict) and len(found) == 1:
            (found,) = found.values()
        return bool(found)

    return act


def changes(
    mutation: str, input: Callable[[School], dict[str, Any]] | dict[str, Any]
) -> Callable[[School], bool]:
    """Return an action that succeeds without error, or fails with NOT_FOUND or FORBIDDEN and writes nothing."""

    def act(school: School) -> bool:
        values = input(school) if callable(input) else input
        before = stored_rows()
        response = answer(document(mutation), school.viewer, {"input": values})
        assert "errors" not in response
        codes = {each["code"] for each in response["data"][mutation]["userErrors"]}
        assert codes <= {"FORBIDDEN", "NOT_FOUND"}
        assert (stored_rows() == before) == bool(codes)
        return not codes

    return act


def feed_of(viewer: Viewer) -> str:
    """Return the id of a new calendar feed."""
    return id_of(create_calendar_feed(viewer=viewer, name="Exams")[1])


def last_change_of_a(_school: School) -> dict[str, Any]:
    """Return the change set of the only entry about class A."""
    entry = HistoryEntry.objects.get(subject="CELL", subject_key=f"A/{YEAR}/JAN")
    assert entry.change_set is not None
    return {"changeSetId": f"ChangeSet:{entry.change_set.hex}"}


CELL_OF_A = 'matrixCell(at: {classCode: "A", academicYear: 2026, period: JAN})'
NEW_EXAM = {"name": "New", "type": "REVIEW", "totalQuestions": 20, "timerMinutes": 30}
REQUEST = {"classCode": "NEW", "accessLevel": "FULL", "reason": "New here"}
ACTIONS: dict[str, tuple[Callable[[School], bool], set[str]]] = {
    "see a cell": (reads(f"{CELL_OF_A} {{ id status }}"), VIEWERS),
    "see a cell by its id": (reads('node(id: "MatrixCell:A/2026/JAN") { id }'), VIEWERS),
    "see the matrix": (reads("scheduleMatrix { rows { schoolClass { code } } }"), VIEWERS),
    "see in which cells an exam is": (
        reads('node(id: "EXAM") { ... on Exam { cells { id } } }'),
        VIEWERS,
    ),
    "see a cell's history": (
        reads(f"{CELL_OF_A} {{ history {{ pageInfo {{ endCursor }} }} }}"),
        VIEWERS,
    ),
    "see a class's teachers": (
        reads('schoolClass(code: "A") { teachers { id } }'),
        VIEWERS,
    ),
    "assign exams": (
        changes(
            "assignExams",
            lambda school: {"cells": [at("A")], "examIds": [id_of(school.other_exam)]},
        ),
        EDITORS,
    ),
    "unassign exams": (
        changes(
            "unassignExams", lambda school: {"cells": [at("A")], "examIds": [id_of(school.exam)]}
        ),
        EDITORS,
    ),
    "update a cell": (changes("updateCell", {"cell": at("A"), "notes": "Changed"}), EDITORS),
    "update cells": (
        changes("updateCells", {"changes": [{"cell": at("A"), "notes": "Changed"}]}),
        EDITORS,
    ),
    "undo a change of a cell": (changes("undoChanges", last_change_of_a), EDITORS),
    "plan a new year": (
        changes("rollOverYear", {"fromYear": YEAR, "toYear": YEAR + 1, "parts": ["SCHEDULE"]}),
        ADMINISTRATORS,
    ),
    "list change sets": (reads("changeSets { edges { node { id } } }"), VIEWERS | {"creator"}),
    "search cells": (
        reads(f"matrixCells(filter: {{ academicYear: {YEAR} }}) {{ edges {{ node {{ id }} }} }}"),
        VIEWERS,
    ),
    "clone a cell": (
        changes("cloneCell", {"source": at("A"), "targets": [key("A", "DEC")]}),
        EDITORS,
    ),
    # Sharing with B needs access to B.
    "share a cell with a class one does not have": (
        changes("shareCell", {"source": at("A"), "classCodes": ["B"]}),
        ADMINISTRATORS,
    ),
    "see warnings": (reads("scheduleWarnings(academicYear: 2026) { id }"), VIEWERS),
    "accept a warning": (
        changes("acceptWarning", lambda school: filled(ACCEPTANCE, school.viewer)),
        EDITORS,
    ),
    "close the school": (changes("closeSchool", CLOSED_DAYS), ADMINISTRATORS),
    "open the school": (changes("reopenSchool", HOLIDAYS), ADMINISTRATORS),
    "read holidays": (reads('holidays(from: "2026-03-01", to: "2026-03-02") { name }'), ALL),
    "read exams": (reads("exams { edges { node { id name } } }"), ALL),
    "read programs": (reads("programs { name }"), ALL),
    "read teachers' names": (reads("teachers { edges { node { id name } } }"), ALL),
    "read the class directory": (reads("classDirectory { edges { node { code } } }"), ALL),
    "create an exam": (changes("createExam", NEW_EXAM), EDITORS),
    "change an exam": (
        changes("updateExam", lambda school: {"id": id_of(school.exam), "name": "Changed"}),
        {"creator"} | ADMINISTRATORS,
    ),
    "see an exam's history": (
        reads('node(id: "EXAM") { ... on Exam { history { pageInfo { endCursor } } } }'),
        {"creator"} | ADMINISTRATORS,
    ),
    "set what a class learns": (
        changes(
            "setClassCurriculum",
            lambda _: {"classCode": "A", "academicYear": 2026, "levelIds": [id_of(make_level())]},
        ),
        ADMINISTRATORS,
    ),
    "give access": (
        changes(
            "assignTeacher",
            lambda school: {
                "teacherId": id_of(school.colleague),
                "classCode": "A",
                "accessLevel": "VIEW",
            },
        ),
        ADMINISTRATORS,
    ),
    "take access away": (
        changes("revokeTeacher", lambda school: {"assignmentId": id_of(school.assignment)}),
        ADMINISTRATORS,
    ),
    "approve a request": (
        changes("approveClassAccessRequest", lambda school: {"id": id_of(school.request)}),
        ADMINISTRATORS,
    ),
    "deny a request": (
        changes(
            "denyClassAccessRequest", lambda school: {"id": id_of(school.request), "note": "No"}
        ),
        ADMINISTRATORS,
    ),
    "see the requests of others": (
        lambda school: id_of(school.request) in visible_requests(school),
        ADMINISTRATORS,
    ),
    "ask for access": (changes("requestClassAccess", REQUEST), TEACHERS),
    "see one's own requests": (
        lambda school: bool(
            school.own_request and id_of(school.own_request) in visible_requests(school)
        ),
        TEACHERS,
    ),
    "withdraw one's own request": (
        lambda school: bool(
            school.own_request
            and changes("withdrawClassAccessRequest", {"id": id_of(school.own_request)})(school)
        ),
        TEACHERS,
    ),
    "withdraw the request of another": (
        changes("withdrawClassAccessRequest", lambda school: {"id": id_of(school.request)}),
        set(),
    ),
    "import the schedule": (
        changes("importSchedule", lambda school: filled(IMPORT, school.viewer)),
        ADMINISTRATORS,
    ),
    "export what one can see": (changes("exportSchedule", EXPORT), ALL),
    "create a calendar feed": (changes("createCalendarFeed", {"name": "Exams"}), ALL),
    "create a calendar feed of a class": (changes("createCalendarFeed", FEED_OF_A), VIEWERS),
    "revoke one's own calendar feed": (
        changes("revokeCalendarFeed", lambda school: {"id": feed_of(school.viewer)}),
        ALL,
    ),
    "revoke the calendar feed of another": (
        changes("revokeCalendarFeed", lambda school: {"id": feed_of(as_viewer(school.colleague))}),
        set(),
    ),
}


def visible_requests(school: School) -> set[str]:
    response = answer("{ classAccessRequests { edges { node { id } } } }", school.viewer)
    return {edge["node"]["id"] for edge in response["data"]["classAccessRequests"]["edges"]}


@pytest.fixture(scope="module")
def school(
    role: str, store_once: StoreOnce, django_db_blocker: DjangoDbBlocker
) -> Iterator[School]:
    """The school of the role, stored once for all actions."""
    with stored_once(django_db_blocker) as store:
        yield store(partial(school_for, role))


@pytest.mark.parametrize("role", ROLES, scope="module")
@pytest.mark.parametrize("action", ACTIONS)
def test_action_is_allowed_for_the_roles_in_the_table(
    action: str, role: str, school: School
) -> None:
    act, allowed = ACTIONS[action]
    assert act(school) == (role in allowed)
