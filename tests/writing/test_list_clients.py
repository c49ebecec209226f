"""Clients that sync lists at random times have the same items as a full read, whatever was changed in between."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, cast

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from primepath.domain.errors import ValidationFailedError
from primepath.domain.exam import ExamType
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import (
    ClassAccessRequest,
    CurriculumLevel,
    Program,
    SchoolClass,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.access.approve_class_access_request import approve_class_access_request
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.deny_class_access_request import deny_class_access_request
from primepath.services.access.request_class_access import request_class_access
from primepath.services.access.revoke_teacher import revoke_teacher
from primepath.services.access.withdraw_class_access_request import withdraw_class_access_request
from primepath.services.accounts.teacher_values import TeacherValues
from primepath.services.accounts.update_teacher import update_teacher
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.exams.create_exam import create_exam
from primepath.services.exams.update_exam import update_exam
from primepath.services.exams.values import ExamValues
from primepath.services.school.class_values import ClassValues
from primepath.services.school.update_class import update_class
from tests.factories import as_viewer, make_class, make_exam, make_level, make_teacher
from tests.profiles import examples
from tests.schema.list_client import ListClient
from tests.writing.state_machines import run_state_machines

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES, STEPS = examples(30), 30
CODES = ("A", "B", "C", "D", "E")
codes = st.sampled_from(CODES)
levels = st.sampled_from(list(AccessLevel))
people = st.integers(0, 1)
exam_values = st.one_of(
    st.fixed_dictionaries({"name": st.sampled_from(["Reading", "Writing"])}),
    st.fixed_dictionaries({"is_active": st.booleans()}),
    st.fixed_dictionaries({"curriculum_level_id": st.sampled_from([None, 0, 1])}),
)
class_values = st.sampled_from([{"name": "x"}, {"is_active": False}, {"is_active": True}])


class ListClients(RuleBasedStateMachine):
    """Two teachers, of whom each is sometimes a head teacher. Their clients sync all lists."""

    def __init__(self, teachers: list[Teacher], exam_ids: list[int], level_ids: list[int]) -> None:
        super().__init__()
        self.teachers, self.exam_ids, self.level_ids = teachers, exam_ids, level_ids
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.clients = [
            (teacher, ListClient(field, as_viewer(teacher), **variables))
            for teacher in teachers
            for field, variables in (
                ("exams", {}),
                ("exams", {"active": True}),
                ("classDirectory", {}),
                ("assignmentConnection", {}),
                ("classAccessRequests", {}),
                ("classAccessRequests", {"status": "PENDING"}),
            )
        ]

    def teardown(self) -> None:
        try:
            for which in range(len(self.clients)):
                self.sync(which)
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            cache.clear()

    def viewer(self, who: int) -> Viewer:
        return as_viewer(Teacher.objects.get(pk=self.teachers[who].pk))

    @rule(which=st.integers(0, 11))
    def sync(self, which: int) -> None:
        teacher, client = self.clients[which]
        client.viewer = as_viewer(Teacher.objects.get(pk=teacher.pk))
        client.sync()
        assert client.items == client.fetch_all()
        assert client.sync() == ({}, set())

    def attempt(self, do: Callable[..., object], viewer: Viewer = COMMAND_LINE) -> None:
        with suppress(ValidationFailedError):
            do(viewer=viewer)

    @rule(who=people)
    def create_exam(self, who: int) -> None:
        values: ExamValues = {"name": "New", "total_questions": 1, "timer_minutes": 1}
        self.attempt(partial(create_exam, type=ExamType.REVIEW, values=values), self.viewer(who))

    @rule(which=st.integers(0, 4), values=exam_values)
    def update_exam(self, which: int, values: dict[str, Any]) -> None:
        if values.get("curriculum_level_id") is not None:
            values = {"curriculum_level_id": self.level_ids[values["curriculum_level_id"]]}
        given = cast(ExamValues, values)
        self.attempt(partial(update_exam, exam_id=self.exam_ids[which], values=given))

    @rule(name=st.sampled_from(["CORE", "EDGE"]))
    def rename_program(self, name: str) -> None:
        rows = CurriculumLevel.objects.filter(pk=self.level_ids[0])
        with track_level_changes(viewer=COMMAND_LINE, levels=rows):
            Program.objects.filter(subprograms__levels=self.level_ids[0]).update(name=name)

    @rule(who=people, values=st.sampled_from([{"name": "x"}, {"is_head_teacher": True}]))
    def update_teacher(self, who: int, values: dict[str, Any]) -> None:
        if "is_head_teacher" in values:
            values = {"is_head_teacher": not self.viewer(who).is_head_teacher}
        given = cast(TeacherValues, values)
        self.attempt(partial(update_teacher, teacher_id=self.teachers[who].pk, values=given))

    @rule(code=codes, values=class_values)
    def update_class(self, code: str, values: dict[str, Any]) -> None:
        self.attempt(partial(update_class, code=code, values=cast(ClassValues, values)))

    @rule(who=people, code=codes, level=levels)
    def give_access(self, who: int, code: str, level: AccessLevel) -> None:
        do = partial(assign_teacher, teacher_id=self.teachers[who].pk, class_code=code)
        self.attempt(partial(do, access_level=level))

    @rule(who=people, code=codes, expire=st.booleans())
    def end_access(self, who: int, code: str, expire: bool) -> None:
        found = TeacherClassAssignment.objects.filter(teacher=self.teachers[who], school_class=code)
        if expire:
            found.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
        for each in found:
            if not expire:
                self.attempt(partial(revoke_teacher, assignment_id=each.pk))

    @rule(who=people, code=codes, level=levels)
    def request(self, who: int, code: str, level: AccessLevel) -> None:
        do = partial(request_class_access, class_code=code, access_level=level, reason="Cover")
        self.attempt(do, self.viewer(who))

    @rule(who=people, code=codes, decision=st.sampled_from(["approve", "deny", "withdraw"]))
    def decide(self, who: int, code: str, decision: str) -> None:
        pending = ClassAccessRequest.objects.filter(
            teacher=self.teachers[who], school_class=code, status="PENDING"
        )
        for each in pending:
            if decision == "approve":
                self.attempt(partial(approve_class_access_request, request_id=each.pk))
            elif decision == "deny":
                self.attempt(partial(deny_class_access_request, request_id=each.pk, note="No"))
            else:
                do = partial(withdraw_class_access_request, request_id=each.pk)
                self.attempt(do, self.viewer(who))


def make_machine() -> Callable[[], ListClients]:
    teachers = [make_teacher("mina"), make_teacher("juno")]
    for code in CODES:
        make_class(code)
    for teacher, code in ((teachers[0], "A"), (teachers[0], "B"), (teachers[1], "A")):
        assign_teacher(
            viewer=COMMAND_LINE,
            teacher_id=teacher.pk,
            class_code=code,
            access_level=AccessLevel.FULL,
        )
    made = [make_level("PHONICS"), make_level("GRAMMAR", program="ASCENT")]
    exam_ids = [
        make_exam(
            f"Exam {number}",
            curriculum_level=made[number % 2],
            created_by=teachers[number] if number < 2 else None,
        ).pk
        for number in range(5)
    ]
    assert SchoolClass.objects.count() == len(CODES)
    return partial(ListClients, teachers, exam_ids, [each.pk for each in made])


def test_synced_lists_have_the_same_items_as_a_full_read() -> None:
    run_state_machines(make_machine(), examples=EXAMPLES, steps=STEPS)
