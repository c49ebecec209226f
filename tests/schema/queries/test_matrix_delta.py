"""With `changesAfter`, the matrix contains exactly the rows and cells that have changed."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from primepath.domain.cell import CellKey, OnExisting
from primepath.domain.exam import ExamType
from primepath.domain.period import PERIODS, Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import (
    CurriculumLevel,
    Exam,
    HistoryEntry,
    Program,
    SchoolClass,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.revoke_teacher import revoke_teacher
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.cells.clone_cell import clone_cell
from primepath.services.cells.share_cell import share_cell
from primepath.services.cells.unassign_exams import unassign_exams
from primepath.services.cells.update_cell import update_cell
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.exams.create_exam import create_exam
from primepath.services.exams.update_exam import update_exam
from primepath.services.exams.values import ExamValues
from tests.client import data
from tests.factories import (
    YEAR,
    as_viewer,
    assign,
    make_cell,
    make_class,
    make_exam,
    make_level,
    make_teacher,
)
from tests.schema.mobile_client import MobileClient, periods_by_class

pytestmark = pytest.mark.django_db

ALL: list[str] = list(PERIODS)


@dataclass
class School:
    """Classes A and B, which the teacher can edit, C, which they can only view, and HIDDEN, which they cannot see.

    ``shared`` is an exam of ``level`` in A/JAN, B/JAN, HIDDEN/JAN and next year in A. ``own`` is one in A/FEB. A's curriculum
    is ``level``.
    """

    teacher: Teacher
    level: CurriculumLevel
    other_level: CurriculumLevel
    shared: Exam
    own: Exam

    @property
    def viewer(self) -> Viewer:
        return as_viewer(self.teacher)


@pytest.fixture
def school() -> School:
    teacher = make_teacher()
    a, b, c, hidden = (make_class(code) for code in ("A", "B", "C", "HIDDEN"))
    assign(teacher, a)
    assign(teacher, b, AccessLevel.CO_TEACHER)
    assign(teacher, c, AccessLevel.VIEW)
    level, other_level = make_level("PHONICS"), make_level("GRAMMAR", program="ASCENT")
    shared = make_exam("Shared", curriculum_level=level)
    own = make_exam("Own", created_by=teacher)
    for each in (a, b, hidden):
        make_cell(each, Period.JAN, exams=[shared])
    make_cell(a, Period.JAN, YEAR + 1, exams=[shared])
    make_cell(a, Period.FEB, exams=[own])
    set_class_curriculum(
        viewer=COMMAND_LINE, class_code="A", academic_year=YEAR, level_ids=[level.pk]
    )
    return School(teacher, level, other_level, shared, own)


def key(code: str, period: str = "JAN", year: int = YEAR) -> CellKey:
    return CellKey(code, year, Period(period))


def change_exam(school: School, values: ExamValues) -> None:
    update_exam(viewer=COMMAND_LINE, exam_id=school.shared.pk, values=values)


def change_and_unassign_exam(school: School) -> None:
    change_exam(school, {"timer_minutes": 5})
    unassign_exams(viewer=COMMAND_LINE, cells=[key("A")], exam_ids=[school.shared.pk])


def set_curriculum(code: str, *levels: CurriculumLevel, year: int = YEAR) -> None:
    set_class_curriculum(
        viewer=COMMAND_LINE,
        class_code=code,
        academic_year=year,
        level_ids=[level.pk for level in levels],
    )


def rename_program(name: str, to: str) -> None:
    levels = CurriculumLevel.objects.filter(subprogram__program__name=name)
    with track_level_changes(viewer=COMMAND_LINE, levels=levels):
        Program.objects.filter(name=name).update(name=to)


def give_access(school: School, code: str, level: AccessLevel, **values: Any) -> None:
    assign_teacher(
        viewer=COMMAND_LINE,
        teacher_id=school.teacher.pk,
        class_code=code,
        access_level=level,
        **{"expires_at": None, **values},
    )


def revoke(school: School, code: str) -> None:
    assignment = TeacherClassAssignment.objects.get(teacher=school.teacher, school_class=code)
    revoke_teacher(viewer=COMMAND_LINE, assignment_id=assignment.pk)


def revoke_and_restore(school: School) -> None:
    revoke(school, "A")
    give_access(school, "A", AccessLevel.FULL)


def assign_to(school: School, *cells: CellKey) -> None:
    assign_exams(viewer=COMMAND_LINE, cells=cells, exam_ids=[school.own.pk])


CHANGES: dict[str, tuple[Callable[[School], object], dict[str, list[str]]]] = {
    "nothing": (lambda school: None, {}),
    "an exam is put into cells": (
        lambda school: assign_to(school, key("A", "MAR"), key("B", "MAR"), key("B", "DEC")),
        {"A": ["MAR"], "B": ["MAR", "DEC"]},
    ),
    "an exam is put into cells that have it": (
        lambda school: assign_to(school, key("A", "FEB")),
        {},
    ),
    "an exam is put into a cell of another year": (
        lambda school: assign_to(school, key("A", "MAR", YEAR + 1)),
        {},
    ),
    "an exam is put into a cell that is not seen": (
        lambda school: assign_to(school, key("HIDDEN", "MAR")),
        {},
    ),
    "an exam is taken out": (
        lambda school: unassign_exams(
            viewer=COMMAND_LINE, cells=[key("A"), key("B", "MAR")], exam_ids=[school.shared.pk]
        ),
        {"A": ["JAN"]},
    ),
    "a cell is updated": (
        lambda school: update_cell(viewer=COMMAND_LINE, cell=key("C"), changes={"notes": "x"}),
        {"C": ["JAN"]},
    ),
    "a cell is updated twice": (
        lambda school: [
            update_cell(viewer=COMMAND_LINE, cell=key("C"), changes={"notes": notes})
            for notes in ("x", "")
        ],
        {"C": ["JAN"]},
    ),
    "a cell is updated to what it is": (
        lambda school: update_cell(viewer=COMMAND_LINE, cell=key("C"), changes={"notes": ""}),
        {},
    ),
    "a cell is cloned": (
        lambda school: clone_cell(
            viewer=COMMAND_LINE,
            source=key("A", "FEB"),
            targets=[key("A", "APR"), key("C", "MAY")],
            on_existing=OnExisting.REPLACE,
        ),
        {"A": ["APR"], "C": ["MAY"]},
    ),
    "a cell is shared": (
        lambda school: share_cell(
            viewer=COMMAND_LINE, source=key("A", "FEB"), class_codes=["B", "HIDDEN"]
        ),
        {"B": ["FEB"]},
    ),
    "an exam is renamed": (
        lambda school: change_exam(school, {"name": "Other"}),
        {"A": ["JAN"], "B": ["JAN"]},
    ),
    "an exam is no longer used": (
        lambda school: change_exam(school, {"is_active": False}),
        {"A": ["JAN"], "B": ["JAN"]},
    ),
    "an exam gets another level": (
        lambda school: change_exam(school, {"curriculum_level_id": school.other_level.pk}),
        {"A": ["JAN"], "B": ["JAN"]},
    ),
    "an exam is changed, and taken out of a cell": (
        change_and_unassign_exam,
        {"A": ["JAN"], "B": ["JAN"]},
    ),
    "an exam is created": (
        lambda school: create_exam(
            viewer=COMMAND_LINE,
            type=ExamType.REVIEW,
            values={"name": "New", "total_questions": 1, "timer_minutes": 1},
        ),
        {},
    ),
    "a class learns something else": (
        lambda school: set_curriculum("B", school.other_level, school.level),
        {"B": []},
    ),
    "a class learns nothing any more": (lambda school: set_curriculum("A"), {"A": []}),
    "a level is renamed": (
        lambda school: rename_program("CORE", "EDGE"),
        {"A": ["JAN"], "B": ["JAN"]},
    ),
    "a level of no exam is renamed": (lambda school: rename_program("ASCENT", "EDGE"), {}),
    "a class is renamed": (
        lambda school: SchoolClass.objects.filter(pk="C").update(name="Other"),
        {"C": []},
    ),
    "a class that is not seen is renamed": (
        lambda school: SchoolClass.objects.filter(pk="HIDDEN").update(name="Other"),
        {},
    ),
    "a class moves up": (
        lambda school: SchoolClass.objects.filter(pk="A").update(grade=7),
        {"A": []},
    ),
    "access becomes more": (lambda school: give_access(school, "C", AccessLevel.FULL), {"C": ALL}),
    "access becomes less": (lambda school: give_access(school, "A", AccessLevel.VIEW), {"A": ALL}),
    "access is given until later": (
        lambda school: give_access(
            school, "A", AccessLevel.FULL, expires_at=timezone.now() + datetime.timedelta(days=1)
        ),
        {},
    ),
    "another teacher gets access": (
        lambda school: assign(make_teacher(), SchoolClass.objects.get(pk="A")),
        {},
    ),
    "a class is gained": (
        lambda school: give_access(school, "HIDDEN", AccessLevel.VIEW),
        {"HIDDEN": ALL},
    ),
    "access is revoked": (lambda school: revoke(school, "A"), {}),
    "access is revoked and given again": (
        revoke_and_restore,
        {},
    ),
    "access expires": (
        lambda school: TeacherClassAssignment.objects.filter(school_class="A").update(
            expires_at=timezone.now() - datetime.timedelta(seconds=1)
        ),
        {},
    ),
    "a class is no longer taught": (
        lambda school: SchoolClass.objects.filter(pk="B").update(is_active=False),
        {},
    ),
    "somebody only looks": (
        lambda school: MobileClient(COMMAND_LINE, ["HIDDEN", "A"], year=YEAR + 1),
        {},
    ),
}
LOST = {
    "access is revoked": ["A"],
    "access expires": ["A"],
    "a class is no longer taught": ["B"],
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_returns_the_rows_and_cells_that_show_it(school: School, change: str) -> None:
    client = MobileClient(school.viewer)
    make, expected = CHANGES[change]
    make(school)
    matrix = client.sync()
    assert periods_by_class(matrix) == expected
    assert matrix["lostClassCodes"] == LOST.get(change, [])
    assert matrix["gainedClassCodes"] == ["HIDDEN"] * ("HIDDEN" in expected)
    assert matrix["unavailableClassCodes"] == []
    assert client.rows == client.fetch_all()
    again = client.sync()
    assert periods_by_class(again) == {}
    assert again["lostClassCodes"] == again["gainedClassCodes"] == []


def test_first_response_is_complete_and_lists_no_changes(school: School) -> None:
    matrix = MobileClient(school.viewer).fetch(None)
    assert periods_by_class(matrix) == dict.fromkeys("ABC", ALL)
    assert matrix["lostClassCodes"] == matrix["gainedClassCodes"] == []


def test_all_changes_of_one_instant_are_returned(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    client = MobileClient(school.viewer)
    seen = []
    for notes, code in (("x", "A"), ("y", "A"), ("x", "B")):
        update_cell(viewer=COMMAND_LINE, cell=key(code), changes={"notes": notes})
        seen.append(periods_by_class(client.sync()))
    assert seen == [{"A": ["JAN"]}, {"A": ["JAN"]}, {"B": ["JAN"]}]
    assert len(set(HistoryEntry.objects.values_list("at", flat=True)[:3])) == 1


def test_rolled_back_change_is_not_returned(school: School) -> None:
    client = MobileClient(school.viewer)
    with transaction.atomic():
        update_cell(viewer=COMMAND_LINE, cell=key("A"), changes={"notes": "x"})
        transaction.set_rollback(True)
    assert periods_by_class(client.sync()) == {}


def test_changed_cells_are_filtered(school: School) -> None:
    client = MobileClient(school.viewer)
    assign_to(school, key("A", "MAR"), key("A", "APR"))
    rename_program("CORE", "EDGE")
    matrix = data(
        """
        query ($after: String) { scheduleMatrix(academicYear: 2026, changesAfter: $after) { rows {
          schoolClass { code }
          some: cells(periods: [MAR, MAY]) { period }
          none: cells(type: QUARTERLY) { period }
        } } }
        """,
        school.viewer,
        {"after": client.token},
    )["scheduleMatrix"]
    assert matrix["rows"] == [
        {"schoolClass": {"code": "A"}, "some": [{"period": "MAR"}], "none": []},
        {"schoolClass": {"code": "B"}, "some": [], "none": []},
    ]


def test_cells_with_unrecorded_fields_are_always_returned(school: School) -> None:
    document = """
    query ($after: String) { scheduleMatrix(academicYear: 2026, changesAfter: $after) { rows {
      schoolClass { code } cells { period %s }
    } } }
    """
    variables = {"after": MobileClient(school.viewer).token}
    for field in (
        "completion { completed }",
        "history { totalCount }",
        "availableExams { totalCount }",
        "schoolClass { cells(periods: [DEC]) { period } }",
        "exams { cells { id } }",
        "... on MatrixCell { schoolClass { teachers { id } } }",
    ):
        matrix = data(document % field, school.viewer, variables)["scheduleMatrix"]
        assert periods_by_class(matrix) == dict.fromkeys("ABC", ALL), field


def test_curriculum_of_another_year_changes_the_row(
    school: School,
) -> None:
    client = MobileClient(school.viewer)
    set_curriculum("B", school.level, year=YEAR + 1)
    assert periods_by_class(client.sync()) == {"B": []}


def test_unrequested_classes_are_neither_returned_nor_remembered(
    school: School,
) -> None:
    client = MobileClient(school.viewer)
    revoke(school, "A")
    assign_to(school, key("B", "MAR"), key("C", "MAR"))
    client.codes = ["B", "NOWHERE"]
    matrix = client.sync()
    assert periods_by_class(matrix) == {"B": ["MAR"]}
    assert matrix["lostClassCodes"] == []
    assert matrix["unavailableClassCodes"] == ["NOWHERE"]
    client.codes = ["A", "B", "C"]
    matrix = client.sync()
    assert periods_by_class(matrix) == {"C": ALL}
    assert (matrix["gainedClassCodes"], matrix["lostClassCodes"]) == (["C"], [])
    assert matrix["unavailableClassCodes"] == ["A"]


def test_lost_class_that_was_requested_is_lost_and_unavailable(school: School) -> None:
    client = MobileClient(school.viewer, ["A", "HIDDEN", "B"])
    revoke(school, "A")
    matrix = client.sync()
    assert matrix["lostClassCodes"] == ["A"]
    assert matrix["unavailableClassCodes"] == ["A", "HIDDEN"]
    assert client.rows == client.fetch_all()


def test_new_head_teacher_receives_all_classes_again(
    school: School,
) -> None:
    client = MobileClient(school.viewer)
    Teacher.objects.filter(pk=school.teacher.pk).update(is_head_teacher=True)
    client.viewer = school.viewer
    assert periods_by_class(client.sync()) == dict.fromkeys(("A", "B", "C", "HIDDEN"), ALL)
    assert client.rows == client.fetch_all()


def test_token_of_another_viewer_returns_the_difference(school: School) -> None:
    client = MobileClient(school.viewer)
    other = make_teacher()
    for code in ("A", "HIDDEN"):
        assign(other, SchoolClass.objects.get(pk=code))
    client.viewer = as_viewer(other)
    matrix = client.sync()
    assert periods_by_class(matrix) == {"A": ALL, "HIDDEN": ALL}
    assert matrix["lostClassCodes"] == ["B", "C"]
    assert client.rows == client.fetch_all()


def test_matrices_of_one_document_have_separate_tokens(school: School) -> None:
    first, second = MobileClient(school.viewer), MobileClient(school.viewer, year=YEAR + 1)
    assign_to(school, key("A", "MAR"), key("B", "MAR", YEAR + 1))
    matrices = data(
        """
        query ($first: String, $second: String) {
          this: scheduleMatrix(academicYear: 2026, changesAfter: $first) { ...Rows }
          next: scheduleMatrix(academicYear: 2027, changesAfter: $second) { ...Rows token: syncToken }
        }
        fragment Rows on ScheduleMatrix { rows { schoolClass { code } cells { period } } }
        """,
        school.viewer,
        {"first": first.token, "second": second.token},
    )
    assert periods_by_class(matrices["this"]) == {"A": ["MAR"]}
    assert periods_by_class(matrices["next"]) == {"B": ["MAR"]}
    second.token = matrices["next"]["token"]
    assert periods_by_class(second.sync()) == {}
