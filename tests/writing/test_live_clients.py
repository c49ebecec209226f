"""Clients of live updates that connect, load and lose the connection at random times: in the end, each copy equals a full read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from primepath.domain.cell import CellKey
from primepath.domain.errors import ValidationFailedError
from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import CurriculumLevel, SchoolClass, Teacher, TeacherClassAssignment
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.revoke_teacher import revoke_teacher
from primepath.services.accounts.update_account import update_account
from primepath.services.accounts.update_teacher import update_teacher
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.cells.unassign_exams import unassign_exams
from primepath.services.cells.update_cell import update_cell
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from primepath.services.curriculum.update_program import update_program
from primepath.services.exams.update_exam import update_exam
from primepath.services.school.create_class import create_class
from primepath.services.school.update_class import update_class
from tests.factories import (
    YEAR,
    as_viewer,
    assign,
    make_class,
    make_exam,
    make_level,
    make_teacher,
)
from tests.profiles import examples
from tests.schema.live_client import LiveClient, LiveHub
from tests.writing.state_machines import run_state_machines

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES, STEPS = examples(60), 40
CODES = ("A", "B", "CLOSED")
codes = st.sampled_from(CODES)
texts = st.sampled_from(["x", "y"])
seconds = st.sampled_from([1, 5, 20])
clients = st.integers(0, 3)


class Clock:
    """The time. Each look at it takes ``tick``."""

    def __init__(self) -> None:
        self._now = timezone.now()
        self.tick = datetime.timedelta()

    def now(self) -> datetime.datetime:
        self._now += self.tick
        return self._now

    def time(self) -> float:
        return self.now().timestamp()

    def move(self, seconds: float) -> None:
        self._now += datetime.timedelta(seconds=seconds)


class LiveClients(RuleBasedStateMachine):
    """Three clients of a teacher, and one of a head teacher. Two of them share a group."""

    def __init__(
        self,
        people: list[Teacher],
        levels: list[CurriculumLevel],
        exam_ids: list[int],
        clock: Clock,
    ) -> None:
        super().__init__()
        self.people, self.levels, self.exam_ids, self.clock = people, levels, exam_ids, clock
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        clock.tick = datetime.timedelta()
        until = clock.now() + datetime.timedelta(seconds=20)
        TeacherClassAssignment.objects.filter(school_class="CLOSED").update(expires_at=until)
        self.hub = LiveHub(self.visible)
        self.hub.note_visible()
        self.clients = [
            LiveClient(self.hub, partial(self.viewer, who), followed)
            for who, followed in ((0, None), (0, None), (0, ["B", "CLOSED", "NEW"]), (1, None))
        ]
        for client in self.clients:
            client.connect()
        self.changes_status = False

    @initialize(changes_status=st.sampled_from([False, False, True]))
    def begin(self, *, changes_status: bool) -> None:
        """Change the status of the teacher in some schools only: after that, everyone loads everything."""
        self.changes_status = changes_status

    def teardown(self) -> None:
        try:
            self.clock.tick = datetime.timedelta()
            self.end()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            cache.clear()

    def end(self) -> None:
        for which in range(len(self.clients)):
            self.connect(which, False, False)
        while self.hub.run():
            pass
        for client in self.clients:
            client.receive()
            client.apply()
            assert client.rows == client.full_read()

    def visible(self) -> dict[int, set[str]]:
        """Return what events can name: the visible classes, and of a teacher also closed classes with access."""
        found = {}
        for who, teacher in enumerate(self.people):
            viewer = self.viewer(who)
            classes = SchoolClass.objects.visible_to(viewer).values_list("pk", flat=True)
            own = teacher.assignments.valid().values_list("school_class", flat=True)
            found[viewer.account_id] = {*classes, *(() if viewer.is_administrator else own)}
        return found

    def viewer(self, who: int) -> Viewer:
        return as_viewer(Teacher.objects.get(pk=self.people[who].pk))

    def attempt(self, do: Callable[..., object]) -> None:
        with suppress(ValidationFailedError):
            do(viewer=COMMAND_LINE)
        self.hub.note_visible()

    # What clients do.

    @rule(which=clients, with_token=st.booleans(), runs=st.booleans())
    def connect(self, which: int, with_token: bool, runs: bool) -> None:
        client = self.clients[which]
        if not client.is_connected:
            between = self.distribute if runs else None
            client.connect(with_token=with_token, between=between)

    @rule(which=clients)
    def disconnect(self, which: int) -> None:
        if self.clients[which].is_connected:
            self.clients[which].disconnect()

    @rule(which=clients)
    def overflow(self, which: int) -> None:
        if self.clients[which].is_connected:
            self.clients[which].overflow()

    @rule(which=clients, most=st.sampled_from([1, None]))
    def receive(self, which: int, most: int | None) -> None:
        client = self.clients[which]
        if client.is_connected:
            client.receive()
        client.apply(most)

    @rule(
        which=clients,
        chosen=st.one_of(st.none(), st.lists(codes, min_size=1, max_size=2)),
        with_others=st.booleans(),
    )
    def load(self, which: int, chosen: list[str] | None, with_others: bool) -> None:
        if chosen is not None:
            self.clients[which].load(chosen)
            return
        for client in self.clients:
            client.load_all(with_others=with_others)

    @rule()
    def distribute(self) -> None:
        self.hub.run()

    @rule()
    def run_timers(self) -> None:
        self.hub.run_timers()

    # What changes.

    @rule(seconds=seconds, tick=st.sampled_from([0, 0.05]))
    def pass_time(self, seconds: int, tick: float) -> None:
        self.hub.note_visible()
        self.clock.move(seconds)
        self.hub.note_visible()
        self.clock.tick = datetime.timedelta(seconds=tick)

    @rule(code=codes, period=st.sampled_from([Period.JAN, Period.FEB]), notes=texts)
    def write(self, code: str, period: Period, notes: str) -> None:
        cell = CellKey(code, YEAR, period)
        self.attempt(partial(update_cell, cell=cell, changes={"notes": notes}))

    @rule(code=codes, which=st.integers(0, 1), adds=st.booleans())
    def change_exams(self, code: str, which: int, adds: bool) -> None:
        cells, exam_ids = [CellKey(code, YEAR, Period.JAN)], [self.exam_ids[which]]
        service = assign_exams if adds else unassign_exams
        self.attempt(partial(service, cells=cells, exam_ids=exam_ids))

    @rule(which=st.integers(0, 1), name=texts)
    def rename_exam(self, which: int, name: str) -> None:
        self.attempt(partial(update_exam, exam_id=self.exam_ids[which], values={"name": name}))

    @rule(
        code=codes,
        level=st.sampled_from([None, AccessLevel.VIEW, AccessLevel.FULL]),
        seconds=st.sampled_from([None, 1, 5, 20]),
    )
    def change_access(self, code: str, level: AccessLevel | None, seconds: int | None) -> None:
        """Grant access, for some seconds or without an end, or revoke it."""
        if level is None:
            # Access that has expired can be revoked too. An event names the class, which the teacher cannot see.
            for each in self.people[0].assignments.valid().filter(school_class=code):
                self.attempt(partial(revoke_teacher, assignment_id=each.pk))
            return
        until = seconds and self.clock.now() + datetime.timedelta(seconds=seconds)
        do = partial(assign_teacher, teacher_id=self.people[0].pk, class_code=code)
        self.attempt(partial(do, access_level=level, expires_at=until))

    @rule(code=codes, is_active=st.booleans())
    def set_active(self, code: str, is_active: bool) -> None:
        self.attempt(partial(update_class, code=code, values={"is_active": is_active}))

    @rule(code=codes, name=texts)
    def rename(self, code: str, name: str) -> None:
        self.attempt(partial(update_class, code=code, values={"name": name}))

    @rule()
    def create(self) -> None:
        values: Any = {"name": "New", "division": "PRIMARY", "grade": 1}
        self.attempt(partial(create_class, code="NEW", values=values))

    @rule(code=codes, chosen=st.sampled_from([(), (0,), (0, 1)]))
    def change_curriculum(self, code: str, chosen: tuple[int, ...]) -> None:
        level_ids = [self.levels[each].pk for each in chosen]
        do = partial(set_class_curriculum, class_code=code, academic_year=YEAR)
        self.attempt(partial(do, level_ids=level_ids))

    @rule(which=st.integers(0, 1), name=texts)
    def rename_program(self, which: int, name: str) -> None:
        program_id = self.levels[which].subprogram.program_id
        self.attempt(partial(update_program, program_id=program_id, values={"name": name}))

    @precondition(lambda self: self.changes_status)
    @rule(of_account=st.booleans())
    def change_status(self, of_account: bool) -> None:
        """Make the teacher an administrator, or no longer."""
        teacher, viewer = self.people[0], self.viewer(0)
        if of_account:
            do: Any = partial(update_account, account_id=teacher.user_id)
            self.attempt(partial(do, values={"is_staff": not viewer.is_staff}))
        else:
            do = partial(update_teacher, teacher_id=teacher.pk)
            self.attempt(partial(do, values={"is_head_teacher": not viewer.is_head_teacher}))

    @rule(code=codes, what=st.sampled_from(["revoked", "expired", "closed", "opened", "status"]))
    def change_for_a_moment(self, code: str, what: str) -> None:
        """Change something, load everything, and end the change. Afterwards, the classes can be as they were before."""
        if what == "status" and not self.changes_status:
            return
        status = partial(self.change_status, of_account=True)
        begin, end = {
            "revoked": (
                partial(self.change_access, code, AccessLevel.FULL, None),
                partial(self.change_access, code, None, None),
            ),
            "expired": (
                partial(self.change_access, code, AccessLevel.FULL, 1),
                partial(self.pass_time, 1, 0),
            ),
            "closed": (
                partial(self.set_active, code, is_active=True),
                partial(self.set_active, code, is_active=False),
            ),
            "opened": (
                partial(self.set_active, code, is_active=True),
                partial(self.pass_time, 20, 0),
            ),
            "status": (status, status),
        }[what]
        begin()
        self.load(0, None, with_others=False)
        end()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=clock.time))
    return clock


def test_copies_equal_a_full_read(clock: Clock) -> None:
    people = [make_teacher("mina"), make_teacher("juno", head=True)]
    for code in CODES:
        school_class = make_class(code, is_active=code != "CLOSED")
        if code in {"A", "CLOSED"}:
            assign(people[0], school_class)
    levels = [make_level("PHONICS"), make_level("GRAMMAR", program="ASCENT")]
    exam_ids = [make_exam(f"Exam {number}").pk for number in range(2)]
    make = partial(LiveClients, people, levels, exam_ids, clock)
    run_state_machines(make, examples=EXAMPLES, steps=STEPS)
