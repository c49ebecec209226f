"""Every entry of the table of actions and roles, through the admin site."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client

from primepath.admin.class_curriculum import curriculum_url
from primepath.domain.school_class import AccessLevel
from primepath.models import (
    ClassAccessRequest,
    Exam,
    ExamScheduleMatrix,
    HistoryEntry,
    Program,
    SchoolClass,
    Teacher,
    TeacherClassAssignment,
)
from primepath.school import current_academic_year
from tests.factories import assign, make_teacher
from tests.primepath.admin.conftest import signed_in
from tests.primepath.admin.pages import add_url, change_url, filled, list_url
from tests.primepath.admin.school import Row, written_since


class Action(NamedTuple):
    """A page to open, and the values to save on it, if any.

    ``entries`` is the number of history entries that this creates.
    """

    url: str
    entered: dict[str, Any] | None = None
    entries: int = 0
    without: str = ""


def _look(obj: Model | type[Model]) -> Action:
    return Action(list_url(obj) if isinstance(obj, type) else change_url(obj))


def _history_of(obj: Model) -> Action:
    return Action(change_url(obj).replace("/change/", "/history/"))


def _actions(row: Row) -> dict[str, list[Action]]:
    pending = ClassAccessRequest.objects.create(
        teacher=make_teacher("applicant"),
        school_class=row.school_class,
        requested_access_level="VIEW",
        reason="I teach there.",
    )
    curriculum = curriculum_url(row.school_class.pk, current_academic_year(), site_name="admin")
    exam = {"name": "New", "type": "REVIEW", "total_questions": 1, "timer_minutes": 1}
    assignment = {
        "teacher": make_teacher("newcomer").pk,
        "school_class": row.school_class.pk,
        "access_level": "VIEW",
    }
    return {
        "see cells": [_look(ExamScheduleMatrix), _look(row.cell)],
        "see the history": [_look(HistoryEntry), _look(row.history), _history_of(row.cell)],
        "see the teachers of a class": [_look(row.school_class), _look(TeacherClassAssignment)],
        "change cells": [Action(change_url(row.cell), {"notes": "New"}, entries=1)],
        "put exams into cells": [Action(change_url(row.cell), {"chosen_exams": []}, entries=1)],
        "read exams": [_look(Exam), _look(row.exam)],
        "read programs": [_look(Program), _look(row.program)],
        "read teachers' names": [_look(Teacher), _look(row.teacher)],
        "read the class directory": [_look(SchoolClass)],
        "create exams": [Action(add_url(Exam), exam, entries=1)],
        "change an exam": [Action(change_url(row.exam), {"name": "New"}, entries=1)],
        "see the history of an exam": [_history_of(row.exam)],
        "set the curriculum": [Action(curriculum, {"level_1": ""}, entries=1)],
        "assign": [Action(add_url(TeacherClassAssignment), assignment, entries=1)],
        "revoke": [Action(change_url(row.assignment), {}, entries=1, without="is_active")],
        # One entry for the request and one for the assignment.
        "approve": [Action(change_url(pending), {"decision": "APPROVE"}, entries=2)],
        "deny": [Action(change_url(pending), {"decision": "DENY", "note": "No."}, entries=1)],
        "see all requests": [_look(ClassAccessRequest), _look(pending)],
    }


ACTIONS = (
    *("see cells", "see the history", "see the teachers of a class", "change cells"),
    *("put exams into cells", "read exams", "read programs", "read teachers' names"),
    *("read the class directory", "create exams", "change an exam", "see the history of an exam"),
    *("set the curriculum", "assign", "revoke", "approve", "deny", "see all requests"),
)


def _outsiders(row: Row) -> dict[str, Client]:
    """Return users without access to the site: teachers, whatever their access in the API."""
    outsiders = {
        "not signed in": Client(),
        "any teacher": signed_in(make_teacher().user),
        "creator of the exam": signed_in(row.teacher.user),
        "neither teacher nor staff": signed_in(User.objects.create(username="nobody")),
    }
    for level in AccessLevel:
        teacher = make_teacher()
        assign(teacher, row.school_class, level)
        outsiders[level] = signed_in(teacher.user)
    return outsiders


def _try(client: Client, action: Action, data: dict[str, Any]) -> str:
    """Return the result: ``shown``, ``sign in``, ``refused``, or ``done``, which redirects to another page."""
    only_opens = action.entered is None
    response = client.get(action.url) if only_opens else client.post(action.url, data)
    if response.status_code == 302:
        return "sign in" if response.headers["Location"].startswith("/admin/login/") else "done"
    return "shown" if response.status_code == 200 and only_opens else "refused"


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("role", ["head", "staff"])
def test_action_has_the_result_in_the_table(
    name: str, role: str, row: Row, head: Client, staff: Client
) -> None:
    actions = _actions(row)
    assert tuple(actions) == ACTIONS
    administrator = {"head": head, "staff": staff}[role]
    outsiders = _outsiders(row)
    for action in actions[name]:
        entered = action.entered
        data = {} if entered is None else filled(head, action.url) | entered
        data.pop(action.without, None)
        for outsider, client in outsiders.items():
            assert _try(client, action, data) == "sign in", outsider
        assert not written_since(row)
        assert _try(administrator, action, data) in {"shown", "done"}
        assert {entry.actor_name for entry in written_since(row)} == (
            {"Head-Teacher" if role == "head" else "office"} if action.entries else set()
        )
        assert len(written_since(row)) == action.entries


@pytest.mark.parametrize("role", ["head", "staff"])
def test_requests_can_be_made_and_withdrawn_only_in_the_api(
    role: str, row: Row, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(role)
    url = add_url(ClassAccessRequest)
    assert client.get(url).status_code == client.post(url, {}).status_code == 403
    for outsider in _outsiders(row).values():
        assert outsider.post(url, {}).headers["Location"].startswith("/admin/login/")
    assert not written_since(row)
