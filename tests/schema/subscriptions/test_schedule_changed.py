"""Changes that a client finds: all since the position of its last event, and none that is hidden from it."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import pytest
from django.core import signing
from django.utils import timezone

from primepath.domain.language import Language
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import CurriculumLevel, Teacher, TeacherClassAssignment
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.revoke_teacher import revoke_teacher
from primepath.services.accounts.set_language import set_language
from primepath.services.accounts.update_account import update_account
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from primepath.services.curriculum.update_program import update_program
from primepath.services.school.create_class import create_class
from primepath.services.school.update_class import update_class
from schema.operation.execute import execute
from schema.operation.prepare import prepare
from schema.subscriptions.schedule_changed import Cursor
from schema.types.schedule_change import Change
from tests.factories import YEAR, as_viewer, assign, make_class, make_level, make_teacher

pytestmark = pytest.mark.django_db

SUBSCRIPTION = """subscription ($codes: [String!]) {
  scheduleChanged(academicYear: 2026, classCodes: $codes) { position resync changedClassCodes }
}"""


@dataclass
class School:
    """The teacher sees A and B, and not HIDDEN. A and HIDDEN learn ``level``. CLOSED is not taught; the teacher had access to it."""

    teacher: Teacher
    head: Teacher
    level: CurriculumLevel
    other_level: CurriculumLevel

    @property
    def viewer(self) -> Viewer:
        return as_viewer(self.teacher)


@pytest.fixture
def school() -> School:
    teacher, head = make_teacher(), make_teacher(head=True)
    level = make_level()
    for code in ("A", "B", "HIDDEN", "CLOSED"):
        school_class = make_class(code, is_active=code != "CLOSED")
        if code != "HIDDEN":
            assign(teacher, school_class)
    school = School(teacher, head, level, make_level("GRAMMAR", program="ASCENT"))
    learn(school, "A")
    learn(school, "HIDDEN")
    return school


def connect(viewer: Viewer, codes: list[str] | None, last_event_id: str | None = None) -> Cursor:
    """Evaluate the subscription for a client with the id of its last event, or for a new one."""
    return evaluate(viewer, codes, Cursor(last_event_id=last_event_id))


def evaluate(viewer: Viewer, codes: list[str] | None, cursor: Cursor) -> Cursor:
    operation = prepare(SUBSCRIPTION, variables={"codes": codes}, viewer=viewer)
    result = execute(operation, may_store=False, root_value=cursor)
    assert not result.errors
    return cursor


def found_after(
    change: Callable[[], object], viewer: Viewer, codes: list[str] | None = None
) -> Change | None:
    """Return what a client finds that was not connected during the change."""
    first = connect(viewer, codes)
    assert first.after is not None
    change()
    return connect(viewer, codes, str(first.after.where)).change


def learn(school: School, code: str, *levels: CurriculumLevel) -> None:
    level_ids = [each.pk for each in levels or [school.level]]
    set_class_curriculum(
        viewer=COMMAND_LINE, class_code=code, academic_year=YEAR, level_ids=level_ids
    )


def rename_program(level: CurriculumLevel) -> None:
    program_id = level.subprogram.program_id
    update_program(viewer=COMMAND_LINE, program_id=program_id, values={"name": "Renamed"})


def set_active(code: str, is_active: bool) -> None:
    update_class(viewer=COMMAND_LINE, code=code, values={"is_active": is_active})


def rename(code: str) -> None:
    update_class(viewer=COMMAND_LINE, code=code, values={"name": "Renamed"})


def give_access(teacher: Teacher, code: str) -> None:
    assign_teacher(
        viewer=COMMAND_LINE,
        teacher_id=teacher.pk,
        class_code=code,
        access_level=AccessLevel.VIEW,
        expires_at=None,
    )


def close_and_open(code: str) -> None:
    set_active(code, False)
    set_active(code, True)


CHANGES: dict[str, tuple[Callable[[School], object], tuple[str, ...], tuple[str, ...]]] = {
    # the change, the classes of the event of the teacher, and of that of the head teacher
    "a class is renamed": (lambda school: rename("B"), ("B",), ("B",)),
    "a hidden class is renamed": (lambda school: rename("HIDDEN"), (), ("HIDDEN",)),
    "a class learns something else": (
        lambda school: learn(school, "B", school.other_level),
        *(("B",), ("B",)),
    ),
    "a hidden class learns something else": (
        lambda school: learn(school, "HIDDEN", school.other_level),
        *((), ("HIDDEN",)),
    ),
    "a level is renamed": (
        lambda school: rename_program(school.level),
        *(("A",), ("A", "HIDDEN")),
    ),
    "a level that no class learns is renamed": (
        lambda school: rename_program(school.other_level),
        *((), ()),
    ),
    "a class is no longer taught": (lambda school: set_active("B", False), ("B",), ("B",)),
    "a hidden class is no longer taught": (
        lambda school: set_active("HIDDEN", False),
        *((), ("HIDDEN",)),
    ),
    "a class is taught again": (
        lambda school: set_active("CLOSED", True),
        *(("CLOSED",), ("CLOSED",)),
    ),
    "a class is not taught for a moment": (lambda school: close_and_open("B"), ("B",), ("B",)),
    "a class that is not taught is renamed": (lambda school: rename("CLOSED"), (), ()),
    "a class is created": (
        lambda school: create_class(
            viewer=COMMAND_LINE,
            code="NEW",
            values={"name": "New", "division": "PRIMARY", "grade": 1},
        ),
        *((), ("NEW",)),
    ),
    "another teacher gets access": (lambda school: give_access(make_teacher(), "HIDDEN"), (), ()),
    "another account gets a language": (
        lambda school: set_language(viewer=as_viewer(make_teacher()), language=Language.KO),
        *((), ()),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("is_connected", [False, True])
def test_change_names_the_classes_that_it_changed(
    change: str, is_connected: bool, school: School
) -> None:
    make, of_teacher, of_head = CHANGES[change]
    people = ((school.viewer, of_teacher), (as_viewer(school.head), of_head))
    firsts = [connect(viewer, None).after for viewer, _codes in people]
    make(school)
    for first, (viewer, expected) in zip(firsts, people, strict=True):
        assert first is not None
        if is_connected:
            found = evaluate(viewer, None, Cursor(before=first)).change
        else:
            found = connect(viewer, None, str(first.where)).change
        assert (found.class_codes if found else ()) == expected
        assert found is None or not found.resync


def take_access(teacher: Teacher, code: str) -> None:
    assignment = TeacherClassAssignment.objects.get(teacher=teacher, school_class=code)
    revoke_teacher(viewer=COMMAND_LINE, assignment_id=assignment.pk)


def give_and_take_access(school: School) -> None:
    give_access(school.teacher, "HIDDEN")
    take_access(school.teacher, "HIDDEN")


def take_and_give_access(school: School) -> None:
    take_access(school.teacher, "A")
    give_access(school.teacher, "A")


def open_and_close(school: School) -> None:
    set_active("CLOSED", True)
    set_active("CLOSED", False)


MOMENTS: dict[str, tuple[Callable[[School], None], tuple[str, ...]]] = {
    "access that is taken again": (give_and_take_access, ("HIDDEN",)),
    "access that is given again": (take_and_give_access, ("A",)),
    "a class that is taught for a moment": (open_and_close, ("CLOSED",)),
}


@pytest.mark.parametrize("codes", [None, ["A", "HIDDEN", "CLOSED"]])
@pytest.mark.parametrize("moment", MOMENTS)
def test_client_that_could_load_a_class_for_a_moment_loads_it_again(
    moment: str, codes: list[str] | None, school: School
) -> None:
    make, expected = MOMENTS[moment]
    before = connect(school.viewer, codes).after
    make(school)
    found = evaluate(school.viewer, codes, Cursor(before=before)).change
    assert found is not None
    assert (found.class_codes, found.resync) == (expected, False)


def test_class_that_is_not_followed_is_not_named(school: School) -> None:
    assert found_after(lambda: set_active("B", False), school.viewer, ["A"]) is None
    assert found_after(lambda: rename_program(school.level), school.viewer, ["B"]) is None


@pytest.mark.parametrize("code", ["HIDDEN", "A"])
def test_own_access_that_changed_asks_to_load_again(code: str, school: School) -> None:
    found = found_after(lambda: give_access(school.teacher, code), school.viewer)
    assert found is not None
    assert found.resync


def test_client_of_staff_for_a_moment_loads_everything_again(school: School) -> None:
    viewers = [school.viewer, as_viewer(make_teacher())]
    before = [connect(viewer, None).after for viewer in viewers]
    for is_staff in True, False:
        update_account(
            viewer=COMMAND_LINE, account_id=school.teacher.user_id, values={"is_staff": is_staff}
        )
    of_teacher, of_other = (
        evaluate(viewer, None, Cursor(before=state)).change
        for viewer, state in zip(viewers, before, strict=True)
    )
    assert of_teacher is not None
    assert of_teacher.resync
    assert of_other is None


@pytest.mark.parametrize("closes", [False, True])
def test_class_that_was_opened_is_named_if_access_to_it_has_expired(
    closes: bool, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The viewer saw it neither before nor after that, but can have loaded it meanwhile."""
    end = timezone.now() + datetime.timedelta(minutes=1)
    TeacherClassAssignment.objects.filter(school_class="CLOSED").update(expires_at=end)
    before = connect(school.viewer, None).after
    set_active("CLOSED", True)
    monkeypatch.setattr(timezone, "now", lambda: end)
    if closes:
        set_active("CLOSED", False)
    found = evaluate(school.viewer, None, Cursor(before=before)).change
    assert found is not None
    assert (found.class_codes, found.resync) == (("CLOSED",), False)


@pytest.mark.parametrize("looks", range(1, 8))
def test_access_that_expires_during_an_evaluation_is_not_missed(
    looks: int, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look at the clock takes a second, and access expires after some of them."""
    start = timezone.now().replace(microsecond=0)
    times = (start + datetime.timedelta(seconds=number) for number in itertools.count())
    end = start + datetime.timedelta(seconds=looks)
    TeacherClassAssignment.objects.filter(school_class="A").update(expires_at=end)
    viewer = school.viewer
    monkeypatch.setattr(timezone, "now", partial(next, times))
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: next(times).timestamp()))
    first = connect(viewer, None)
    assert first.after is not None
    assert first.after.classes is not None
    if "A" not in first.after.classes.values:
        return
    assert first.look_again_at == end
    position = str(first.after.where)
    while next(times) < end:
        pass
    found = connect(viewer, None, position).change
    assert found is not None
    assert found.resync
