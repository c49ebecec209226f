"""Mobile clients that sync at random times have the same data as a full read, whatever was changed in between."""

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

from primepath.domain.cell import OnExisting
from primepath.domain.errors import ValidationFailedError
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import (
    CurriculumLevel,
    Program,
    SchoolClass,
    SubProgram,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.revoke_teacher import revoke_teacher
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.cells.cell_changes import CellChanges
from primepath.services.cells.clone_cell import clone_cell
from primepath.services.cells.share_cell import share_cell
from primepath.services.cells.unassign_exams import unassign_exams
from primepath.services.cells.update_cell import update_cell
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.exams.update_exam import update_exam
from primepath.services.exams.values import ExamValues
from tests.factories import YEAR, as_viewer, assign, make_class, make_exam, make_level, make_teacher
from tests.profiles import examples
from tests.schema.mobile_client import MobileClient, periods_by_class
from tests.writing.inputs import (
    ACCESS,
    EXAMS,
    any_code,
    cell_key,
    changes,
    clones,
    exams_into_cells,
    months,
    on_existing,
    quarters,
)
from tests.writing.model import Key
from tests.writing.state_machines import run_state_machines

pytestmark = pytest.mark.django_db

EXAMPLES, STEPS = examples(30), 30

CODES = ("OURS", "HALF", "SEEN", "HIDDEN")
codes = st.sampled_from(CODES)
people = st.sampled_from(["mina", "head", "command line"])
names = st.sampled_from(["CORE", "EDGE", "ASCENT"])
exam_values = st.one_of(
    st.fixed_dictionaries({"name": st.sampled_from(["Reading", "Writing"])}),
    st.fixed_dictionaries({"is_active": st.booleans()}),
    st.fixed_dictionaries({"curriculum_level_id": st.sampled_from([None, 0, 1])}),
    st.fixed_dictionaries({"timer_minutes": st.integers(1, 3)}),
)


class MobileClients(RuleBasedStateMachine):
    """All people write, with or without permission. Four clients sync, each with the classes its owner can see."""

    def __init__(self, teacher: Teacher, exam_ids: dict[str, int], level_ids: list[int]) -> None:
        super().__init__()
        self.teacher, self.exam_ids, self.level_ids = teacher, exam_ids, level_ids
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        mina, head = as_viewer(teacher), as_viewer(make_teacher(head=True))
        self.people = {"mina": mina, "head": head, "command line": COMMAND_LINE}
        self.clients = [
            MobileClient(mina),
            MobileClient(mina, ["HALF", "HIDDEN", "NOWHERE"]),
            MobileClient(mina, year=YEAR + 1),
            MobileClient(head),
        ]

    def teardown(self) -> None:
        try:
            for client in range(len(self.clients)):
                self.sync(client)
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            cache.clear()

    @rule(which=st.integers(0, 3))
    def sync(self, which: int) -> None:
        client = self.clients[which]
        client.sync()
        assert client.rows == client.fetch_all()
        assert periods_by_class(client.sync()) == {}

    def attempt(self, do: Callable[..., object], who: str) -> None:
        with suppress(ValidationFailedError):
            do(viewer=self.people[who])

    @rule(given=exams_into_cells, who=people, unassign=st.booleans())
    def assign_or_unassign(
        self, given: tuple[list[Key], list[str]], who: str, unassign: bool
    ) -> None:
        service = unassign_exams if unassign else assign_exams
        exam_ids = [self.exam_ids[name] for name in given[1]]
        self.attempt(partial(service, cells=list(map(cell_key, given[0])), exam_ids=exam_ids), who)

    @rule(key=st.sampled_from(months + quarters), changes=changes, who=people)
    def update(self, key: Key, changes: dict[str, Any], who: str) -> None:
        given = cast(CellChanges, changes)
        self.attempt(partial(update_cell, cell=cell_key(key), changes=given), who)

    @rule(cells=clones, existing=on_existing, who=people)
    def clone(self, cells: tuple[Key, list[Key]], existing: str, who: str) -> None:
        targets = list(map(cell_key, cells[1]))
        do = partial(clone_cell, source=cell_key(cells[0]), targets=targets)
        self.attempt(partial(do, on_existing=OnExisting(existing)), who)

    @rule(key=st.sampled_from(months), codes=st.lists(any_code, max_size=3), who=people)
    def share(self, key: Key, codes: list[str], who: str) -> None:
        self.attempt(partial(share_cell, source=cell_key(key), class_codes=codes), who)

    @rule(name=st.sampled_from(sorted(EXAMS)), values=exam_values, who=people)
    def update_exam(self, name: str, values: dict[str, Any], who: str) -> None:
        if values.get("curriculum_level_id") is not None:
            values = {"curriculum_level_id": self.level_ids[values["curriculum_level_id"]]}
        given = cast(ExamValues, values)
        self.attempt(partial(update_exam, exam_id=self.exam_ids[name], values=given), who)

    @rule(
        code=codes,
        year=st.sampled_from([YEAR, YEAR + 1]),
        levels=st.lists(st.sampled_from([0, 1]), unique=True),
    )
    def set_curriculum(self, code: str, year: int, levels: list[int]) -> None:
        level_ids = [self.level_ids[each] for each in levels]
        do = partial(set_class_curriculum, class_code=code, academic_year=year)
        self.attempt(partial(do, level_ids=level_ids), "head")

    @rule(which=st.integers(0, 1), name=names, of_program=st.booleans())
    def rename_level(self, which: int, name: str, of_program: bool) -> None:
        level = CurriculumLevel.objects.with_names().get(pk=self.level_ids[which])
        part: Program | SubProgram = level.subprogram
        levels = CurriculumLevel.objects.filter(subprogram=level.subprogram)
        if of_program:
            part = level.subprogram.program
            levels = CurriculumLevel.objects.filter(subprogram__program=part)
        if type(part).objects.filter(name=name).exists():
            return
        with track_level_changes(viewer=self.people["head"], levels=levels):
            part.name = name
            part.save()

    @rule(code=codes, values=st.sampled_from([{"name": "x"}, {"grade": 7}, {"stream": "Arts"}]))
    def change_class(self, code: str, values: dict[str, Any]) -> None:
        SchoolClass.objects.filter(pk=code).update(**values)

    @rule(code=codes, is_active=st.sampled_from([True, True, False]))
    def set_class_active(self, code: str, is_active: bool) -> None:
        SchoolClass.objects.filter(pk=code).update(is_active=is_active)

    @rule(code=codes, level=st.sampled_from(list(AccessLevel)))
    def give_access(self, code: str, level: AccessLevel) -> None:
        do = partial(assign_teacher, teacher_id=self.teacher.pk, class_code=code)
        self.attempt(partial(do, access_level=level, expires_at=None), "head")

    @rule(code=codes, expire=st.booleans())
    def revoke_access(self, code: str, expire: bool) -> None:
        for assignment in TeacherClassAssignment.objects.filter(
            teacher=self.teacher, school_class=code
        ):
            if expire:
                assignment.expires_at = timezone.now() - datetime.timedelta(seconds=1)
                assignment.save()
            else:
                self.attempt(partial(revoke_teacher, assignment_id=assignment.pk), "head")


def make_machine() -> Callable[[], MobileClients]:
    teacher = make_teacher()
    for code in CODES:
        school_class = make_class(code)
        if code in ACCESS:
            assign(teacher, school_class, AccessLevel(ACCESS[code]))
    levels = [make_level("PHONICS"), make_level("GRAMMAR", program="ASCENT")]
    exam_ids = {
        name: make_exam(
            name,
            type="QUARTERLY" if exam.quarterly else "REVIEW",
            academic_year=exam.year,
            curriculum_level=levels[number % 2],
            created_by=teacher if number % 3 == 0 else None,
        ).pk
        for number, (name, exam) in enumerate(EXAMS.items())
    }
    return partial(
        MobileClients, teacher, {**exam_ids, "unknown": 10**9}, [each.pk for each in levels]
    )


@pytest.mark.slow
def test_synced_clients_have_the_same_data_as_a_full_read() -> None:
    run_state_machines(make_machine(), examples=EXAMPLES, steps=STEPS)
