"""Statement counts of the other mutations: the same for any number of existing rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from primepath.domain.period import MONTHS, Period
from primepath.models import ClassAccessRequest, SchoolClass, Teacher, TeacherClassAssignment
from tests.client import data
from tests.factories import (
    as_viewer,
    head_teacher,
    make_cell,
    make_classes,
    make_exam,
    make_level,
    make_teacher,
)
from tests.query_counts import recorded_statements
from tests.schema.mutations.documents import id_of, result_of

pytestmark = pytest.mark.django_db

SIZES = [1, 96]
EXAM: dict[str, Any] = {
    "name": "Spring review",
    "type": "REVIEW",
    "academicYear": 2026,
    "totalQuestions": 20,
    "timerMinutes": 30,
    "passingScore": 60,
    "instructions": "Read twice.",
}


def busy_teacher(classes: list[SchoolClass]) -> Teacher:
    """Return a teacher with approved requests for all of these classes except the first."""
    teacher = make_teacher()
    others = classes[1:]
    TeacherClassAssignment.objects.bulk_create(
        TeacherClassAssignment(teacher=teacher, school_class=each, access_level="FULL")
        for each in others
    )
    ClassAccessRequest.objects.bulk_create(
        ClassAccessRequest(
            teacher=teacher, school_class=each, requested_access_level="FULL", reason="New here"
        )
        for each in others
    )
    return teacher


def request_access(teacher: Teacher, school_class: SchoolClass) -> ClassAccessRequest:
    return ClassAccessRequest.objects.create(
        teacher=teacher,
        school_class=school_class,
        requested_access_level="FULL",
        reason="Standing in",
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("role", ["teacher", "head teacher"])
def test_creating_an_exam(size: int, role: str) -> None:
    classes = make_classes(size + 1)
    viewer = head_teacher() if role == "head teacher" else as_viewer(busy_teacher(classes))
    level = id_of(make_level())
    with recorded_statements(f"createExam, by a {role}"):
        result_of("createExam", viewer, **EXAM, curriculumLevelId=level)
    with recorded_statements(f"createExam with a key, by a {role}"):
        first = result_of("createExam", viewer, **EXAM, curriculumLevelId=level, idempotencyKey="1")
    with recorded_statements(f"createExam sent again, by a {role}"):
        again = result_of("createExam", viewer, **EXAM, curriculumLevelId=level, idempotencyKey="1")
    assert again == first


@pytest.mark.parametrize("cells", SIZES)
def test_updating_an_exam(cells: int) -> None:
    exam, level, viewer = make_exam(), make_level(), head_teacher()
    places = [(each, month) for each in make_classes(8) for month in MONTHS]
    for school_class, month in places[:cells]:
        make_cell(school_class, month, exams=[exam])
    with recorded_statements("updateExam"):
        result_of(
            "updateExam",
            viewer,
            id=id_of(exam),
            **{field: value for field, value in EXAM.items() if field != "type"},
            curriculumLevelId=id_of(level),
            isActive=False,
        )


@pytest.mark.parametrize("levels", [1, 10])
@pytest.mark.parametrize("before", [0, 1, 10])
def test_setting_a_curriculum(levels: int, before: int) -> None:
    (school_class,), viewer = make_classes(1), head_teacher()
    ids = [id_of(make_level(number=number)) for number in range(1, 21)]
    values: dict[str, Any] = {"classCode": school_class.code, "academicYear": 2026}
    if before:
        result_of("setClassCurriculum", viewer, **values, levelIds=ids[10 : 10 + before])
    with recorded_statements("setClassCurriculum"):
        result_of("setClassCurriculum", viewer, **values, levelIds=ids[:levels])
    with recorded_statements("setClassCurriculum, nothing to change"):
        result_of("setClassCurriculum", viewer, **values, levelIds=ids[:levels])


@pytest.mark.parametrize("size", SIZES)
def test_requesting_access_and_withdrawing(size: int) -> None:
    classes = make_classes(size + 1)
    viewer = as_viewer(busy_teacher(classes))
    with recorded_statements("requestClassAccess"):
        request = result_of(
            "requestClassAccess",
            viewer,
            classCode=classes[0].code,
            accessLevel="FULL",
            reason="Standing in",
        )
    with recorded_statements("withdrawClassAccessRequest"):
        result_of("withdrawClassAccessRequest", viewer, id=request["id"])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("had", ["no access", "less access"])
def test_approving_a_request(size: int, had: str) -> None:
    classes, viewer = make_classes(size + 1), head_teacher()
    teacher = busy_teacher(classes)
    if had == "less access":
        TeacherClassAssignment.objects.create(
            teacher=teacher, school_class=classes[0], access_level="VIEW"
        )
    request = request_access(teacher, classes[0])
    with recorded_statements(f"approveClassAccessRequest, {had} before"):
        result_of(
            "approveClassAccessRequest",
            viewer,
            id=id_of(request),
            expiresAt=(timezone.now() + timedelta(days=1)).isoformat(),
            note="Welcome",
        )


@pytest.mark.parametrize("size", SIZES)
def test_denying_a_request(size: int) -> None:
    classes, viewer = make_classes(size + 1), head_teacher()
    request = request_access(busy_teacher(classes), classes[0])
    with recorded_statements("denyClassAccessRequest"):
        result_of("denyClassAccessRequest", viewer, id=id_of(request), note="No need")


@pytest.mark.parametrize("size", SIZES)
def test_assigning_and_revoking_access(size: int) -> None:
    classes, viewer = make_classes(size + 1), head_teacher()
    teacher = busy_teacher(classes)
    values: dict[str, Any] = {"teacherId": id_of(teacher), "classCode": classes[0].code}
    with recorded_statements("assignTeacher, no access before"):
        result_of("assignTeacher", viewer, **values, accessLevel="VIEW")
    with recorded_statements("assignTeacher, other access before"):
        assignment = result_of("assignTeacher", viewer, **values, accessLevel="FULL")
    with recorded_statements("assignTeacher, nothing to change"):
        result_of("assignTeacher", viewer, **values, accessLevel="FULL")
    with recorded_statements("revokeTeacher"):
        result_of("revokeTeacher", viewer, assignmentId=assignment["id"])
    with recorded_statements("revokeTeacher, nothing to change"):
        result_of("revokeTeacher", viewer, assignmentId=assignment["id"])


@pytest.mark.parametrize("days", [2, 96])
def test_closing_and_opening_the_school(days: int) -> None:
    """The first day is a public holiday, and the second one is not."""
    viewer, first = head_teacher(), date(2026, 3, 2)
    range_ = {"from": str(first), "to": str(first + timedelta(days=days - 1))}
    with recorded_statements("reopenSchool on public holidays"):
        result_of("reopenSchool", viewer, **range_)
    with recorded_statements("closeSchool"):
        result_of("closeSchool", viewer, **range_, name="Sports days")
    with recorded_statements("closeSchool, nothing to change"):
        result_of("closeSchool", viewer, **range_, name="Sports days")
    with recorded_statements("reopenSchool"):
        result_of("reopenSchool", viewer, **range_)


@pytest.mark.parametrize("classes", SIZES)
@pytest.mark.parametrize("role", ["teacher", "head teacher"])
def test_accepting_a_warning(classes: int, role: str) -> None:
    made = make_classes(classes + 1)
    viewer = head_teacher() if role == "head teacher" else as_viewer(busy_teacher(made))
    for each in made[1:]:
        make_cell(each, Period.MAR, exams=[make_exam()], scheduled_date=date(2026, 3, 2))
    (warning,) = data("{ scheduleWarnings(academicYear: 2026) { id code } }", viewer)[
        "scheduleWarnings"
    ]
    assert warning["code"] == "HOLIDAY"
    with recorded_statements("acceptWarning"):
        result_of("acceptWarning", viewer, warningId=warning["id"], reason="A day for exams.")
    with recorded_statements("acceptWarning, nothing to change"):
        result_of("acceptWarning", viewer, warningId=warning["id"], reason="A day for exams.")
