"""A school for each role in class A."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import ClassAccessRequest, Exam, Program, Teacher, TeacherClassAssignment
from tests.factories import as_viewer, assign, make_cell, make_class, make_exam, make_teacher
from tests.schema.mutations.documents import at, id_of, result_of

ROLES = (
    *("no class", "expired", "revoked", "VIEW", "SUBSTITUTE", "CO_TEACHER", "FULL", "creator"),
    *("head teacher", "staff"),
)


@dataclass
class School:
    """The viewer with a role in class A, class B with a cell that can be copied to A, and access requests."""

    viewer: Viewer
    exam: Exam
    other_exam: Exam
    own_request: ClassAccessRequest | None
    request: ClassAccessRequest
    colleague: Teacher
    assignment: TeacherClassAssignment


def school_for(role: str) -> School:
    Program.objects.create(name="CORE", grade_from=1, grade_to=4)
    a, b, new = make_class("A"), make_class("B"), make_class("NEW")
    colleague, someone = make_teacher("colleague"), make_teacher("someone")
    assign(colleague, a)
    viewer, teacher = _person(role)
    if teacher is not None and role in {"expired", "revoked", *AccessLevel}:
        level = AccessLevel(role) if role in set(AccessLevel) else AccessLevel.FULL
        ago = timezone.now() - timedelta(seconds=1) if role == "expired" else None
        assign(teacher, a, level, expires_at=ago, is_active=role != "revoked")
    exam = make_exam("Review", created_by=teacher if role == "creator" else colleague)
    make_cell(a, exams=[exam])
    head = as_viewer(make_teacher("head", head=True))
    result_of("updateCell", head, cell=at("A"), notes="Seen")
    result_of("updateExam", head, id=id_of(exam), instructions="Read twice.")
    make_cell(b, Period.FEB)

    def request_access(who: Teacher) -> ClassAccessRequest:
        return ClassAccessRequest.objects.create(
            teacher=who, school_class=b, requested_access_level="VIEW", reason="Standing in"
        )

    return School(
        viewer=viewer,
        exam=exam,
        other_exam=make_exam("Other"),
        own_request=request_access(teacher) if teacher else None,
        request=request_access(someone),
        colleague=colleague,
        assignment=assign(colleague, new),
    )


def _person(role: str) -> tuple[Viewer, Teacher | None]:
    if role == "staff":
        return as_viewer(User.objects.create(username="office", is_staff=True)), None
    teacher = make_teacher("person", head=role == "head teacher")
    return as_viewer(teacher), teacher
