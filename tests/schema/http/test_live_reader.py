"""Events of many groups of listeners: the number of statements does not depend on how many, and each respects its viewer's access."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from primepath.db.snapshot import Snapshot
from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.feed.listeners import Evaluated, Group, Interest
from primepath.models import Teacher, TeacherClassAssignment
from primepath.services.cells.update_cell import update_cell
from schema.http import live
from schema.http.live import follow
from schema.http.live_reader import READER, Credentials
from schema.operation.execute import Together, execute
from schema.operation.prepare import PreparedOperation, prepare
from schema.subscriptions.schedule_changed import Cursor
from tests.factories import YEAR, as_viewer, assign, make_class, make_teacher
from tests.query_counts import of_cells, statements

pytestmark = pytest.mark.django_db

SUBSCRIPTION = """subscription ($codes: [String!], $notes: Boolean! = true) {
  scheduleChanged(academicYear: 2026, classCodes: $codes) {
    resync changedClassCodes cells { id notes @include(if: $notes) canEdit examCount exams { name } modifiedBy { name }
      schoolClass { code } }
  }
}"""


def listen(viewer: Viewer, codes: list[str] | None, *, with_notes: bool = True) -> Group:
    variables = {"codes": codes, "notes": with_notes}
    operation = prepare(SUBSCRIPTION, variables=variables, viewer=viewer)
    first = Cursor()
    execute(operation, may_store=False, root_value=first)
    assert first.after is not None
    followed = None if codes is None else frozenset(codes)
    subscription = follow(operation, viewer, "en", "request")
    return Group(
        object(), Interest(2026, followed), subscription, first.after.where.position, first.after
    )


def write(code: str, notes: str) -> None:
    key = CellKey(code, YEAR, Period.JAN)
    update_cell(viewer=as_viewer(make_teacher(head=True)), cell=key, changes={"notes": notes})


def evaluate(groups: list[Group]) -> list[Any]:
    """Return the ``scheduleChanged`` of each group, or None."""
    found = []
    for result in READER.evaluate(groups, Snapshot()):
        assert isinstance(result, Evaluated)
        lines = (result.event or b"").decode().splitlines()
        data = [json.loads(each[6:])["data"] for each in lines if each.startswith("data: ")]
        found.append(data[0]["scheduleChanged"] if data else None)
    return found


def listening_teachers(count: int, *, follows_all: bool) -> tuple[list[Teacher], list[Group]]:
    """Return teachers of class A, each with another class too."""
    make_class("A")
    teachers, groups = [], []
    for number in range(count):
        teacher = make_teacher()
        level = AccessLevel.VIEW if number % 2 else AccessLevel.FULL
        code = make_class(f"OF_{number}").code
        TeacherClassAssignment.objects.bulk_create(
            TeacherClassAssignment(teacher=teacher, school_class_id=each, access_level=level)
            for each in ("A", code)
        )
        teachers.append(teacher)
        groups.append(listen(as_viewer(teacher), None if follows_all else ["A", code]))
    return teachers, groups


@pytest.mark.parametrize("follows_all", [True, False])
def test_statements_do_not_depend_on_the_number_of_groups(*, follows_all: bool) -> None:
    counts = []
    _teachers, groups = listening_teachers(6, follows_all=follows_all)
    for chosen in groups[:2], groups:
        write("A", f"{len(chosen)} groups")
        for group in groups:
            group.position = groups[0].position
        with CaptureQueriesContext(connection) as captured:
            events = evaluate(chosen)
        assert [event["cells"][0]["notes"] for event in events] == [f"{len(chosen)} groups"] * len(
            chosen
        )
        sql = statements(captured)
        assert len(of_cells(sql)) == 1
        counts.append(len(sql))
    assert counts[0] == counts[1], sql


@pytest.mark.parametrize("follows_all", [True, False])
def test_each_event_respects_the_access_of_its_viewer(*, follows_all: bool) -> None:
    teachers, groups = listening_teachers(4, follows_all=follows_all)
    head = listen(as_viewer(make_teacher(head=True)), None)
    stranger = listen(as_viewer(make_teacher()), ["A"])
    TeacherClassAssignment.objects.filter(teacher=teachers[3], school_class="A").delete()
    assign(teachers[2], make_class("NEW"))
    write("A", "changed")
    *events, of_head, of_stranger = evaluate([*groups, head, stranger])
    can_edit = [[each["canEdit"] for each in event["cells"]] for event in events]
    assert can_edit == [[True], [False], [True], []]
    assert [event["changedClassCodes"] for event in events] == [
        *([], []),
        ["NEW"] if follows_all else [],
        ["A"],
    ]
    assert of_head["cells"][0]["canEdit"]
    assert of_stranger is None


def test_equal_events_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups of a viewer that follow other classes too get the same bytes. Other viewers, and other variables, do not."""
    executed: list[object] = []

    async def execute_and_count(self: Together, operation: PreparedOperation, root: object) -> Any:
        executed.append(root)
        return await execute_one(self, operation, root)

    execute_one = Together.execute
    monkeypatch.setattr(Together, "execute", execute_and_count)
    for code in "ABC":
        make_class(code)
    head, other = (as_viewer(make_teacher(head=True)) for _ in range(2))
    groups = [listen(head, codes) for codes in (["A", "B"], ["A", "C"], None)]
    groups += [listen(other, ["A"]), listen(head, ["A"], with_notes=False), listen(head, ["C"])]
    write("A", "changed")
    results = READER.evaluate(groups, Snapshot())
    events = [each.event for each in results if isinstance(each, Evaluated)]
    assert events[0] == events[1] == events[2]
    assert len({*events}) == 4
    assert b"notes" not in (events[4] or b"")
    assert events[5] is None
    assert len(executed) == 3


def test_a_deactivated_account_ends_its_group_only() -> None:
    teachers, groups = listening_teachers(2, follows_all=False)
    teachers[0].user.is_active = False
    teachers[0].user.save()
    write("A", "changed")
    ended, other = READER.evaluate(groups, Snapshot())
    assert isinstance(ended, Evaluated)
    assert isinstance(other, Evaluated)
    assert (ended.ends, ended.event) == (True, None)
    assert other.event is not None
    assert not other.ends


def test_sessions_are_valid_until_they_end_or_the_password_changes() -> None:
    keys = []
    for _ in range(4):
        client = Client()
        client.force_login(make_teacher().user)
        keys.append(client.session.session_key or "")
    credentials = [Credentials(None, key) for key in keys]
    with CaptureQueriesContext(connection) as captured:
        assert not READER.find_invalid(credentials)
    assert len(statements(captured)) == 2
    users = [int(SessionStore(key)[SESSION_KEY]) for key in keys]
    User.objects.filter(pk=users[0]).update(password="another")
    User.objects.filter(pk=users[1]).update(is_active=False)
    Session.objects.filter(pk=keys[2]).update(expire_date=timezone.now())
    unknown = Credentials(None, "unknown")
    assert READER.find_invalid([*credentials, unknown]) == {*credentials[:3], unknown}
    SessionStore(keys[3]).delete()
    assert READER.find_invalid(credentials[3:]) == set(credentials[3:])


def test_first_evaluation_that_fails_twice_ends_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second attempt begins at the same position, so it is a first evaluation too."""
    make_class("A")
    group = listen(as_viewer(make_teacher(head=True)), ["A"])
    failures = iter([{"scheduleChanged": {"cells": None}}, None])

    def fail(*args: Any, **options: Any) -> ExecutionResult:
        execute(*args, **options)
        return ExecutionResult(next(failures), [GraphQLError("This fails.")])

    monkeypatch.setattr(live, "execute", fail)
    content, has_failed = live.evaluate(
        group.subscription, Cursor(last_event_id=str(group.state.where))
    )
    assert has_failed
    assert b"This fails." in (content or b"")
    assert next(failures, "no more") == "no more"
