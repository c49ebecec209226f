"""Factories for rows, with defaults for values that a test does not set."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.period import Period, PeriodType
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import (
    ClassCurriculumMapping,
    CurriculumLevel,
    Exam,
    ExamScheduleMatrix,
    MatrixCellExam,
    Program,
    SchoolClass,
    SubProgram,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.accounts.viewers import viewer_of

YEAR = 2026
_numbers = itertools.count(1)


def make_class(code: str | None = None, **values: Any) -> SchoolClass:
    code = code or f"CLASS_{next(_numbers)}"
    defaults: dict[str, Any] = {
        "name": f"Class {code}",
        "division": "PRIMARY",
        "grade": 1,
        "section": code[-10:],
    }
    return SchoolClass.objects.create(code=code, **{**defaults, **values})


def make_classes(count: int) -> list[SchoolClass]:
    """Store ``count`` classes in school order, in one statement."""
    return SchoolClass.objects.bulk_create(
        SchoolClass(
            code=f"C{number:03}",
            name=f"Class {number}",
            division="PRIMARY",
            grade=1,
            section=f"{number:03}",
        )
        for number in range(count)
    )


def make_teacher(username: str | None = None, *, head: bool = False, **user: Any) -> Teacher:
    username = username or f"teacher{next(_numbers)}"
    account = User.objects.create(username=username, **user)
    return Teacher.objects.create(user=account, name=username.title(), is_head_teacher=head)


def as_viewer(person: Teacher | User) -> Viewer:
    """Return the viewer for a teacher or a user."""
    user = person if isinstance(person, User) else person.user
    viewer = viewer_of(User.objects.select_related("teacher", "preferences").get(pk=user.pk))
    assert viewer is not None
    return viewer


def head_teacher() -> Viewer:
    return as_viewer(make_teacher(head=True))


def assign(
    teacher: Teacher,
    school_class: SchoolClass,
    level: AccessLevel = AccessLevel.FULL,
    *,
    expires_at: datetime | None = None,
    is_active: bool = True,
) -> TeacherClassAssignment:
    return TeacherClassAssignment.objects.create(
        teacher=teacher,
        school_class=school_class,
        access_level=level,
        expires_at=expires_at,
        is_active=is_active,
    )


def make_exam(name: str | None = None, **values: Any) -> Exam:
    defaults: dict[str, Any] = {"type": "REVIEW", "total_questions": 20, "timer_minutes": 30}
    return Exam.objects.create(name=name or f"Exam {next(_numbers)}", **{**defaults, **values})


def make_cell(
    school_class: SchoolClass,
    period: Period = Period.JAN,
    year: int = YEAR,
    *,
    exams: list[Exam] | None = None,
    **values: Any,
) -> ExamScheduleMatrix:
    """Store a cell. With exams or a status it has version 1, otherwise 0, like a cell that was only read."""
    exams = exams or []
    if exams or values:
        now = timezone.now()
        values = {
            "status": CellStatus.SCHEDULED if exams else CellStatus.DRAFT,
            "version": 1,
            "created_at": now,
            "updated_at": now,
            **values,
        }
    cell = ExamScheduleMatrix.objects.create(
        id=str(CellKey(school_class.code, year, period)),
        school_class=school_class,
        academic_year=year,
        period=period,
        **values,
    )
    MatrixCellExam.objects.bulk_create(MatrixCellExam(cell=cell, exam=exam) for exam in exams)
    return cell


def make_level(name: str = "PHONICS", number: int = 1, program: str = "CORE") -> CurriculumLevel:
    found, _ = Program.objects.get_or_create(
        name=program, defaults={"grade_from": 1, "grade_to": 4}
    )
    subprogram, _ = SubProgram.objects.get_or_create(program=found, name=name)
    return CurriculumLevel.objects.create(subprogram=subprogram, level_number=number)


def fill_matrix(classes: list[SchoolClass], year: int = YEAR, *, exams_per_cell: int = 2) -> None:
    """Store all cells of the classes, each with exams of its type, and two curriculum levels for each class."""
    now = timezone.now()
    exams = {
        period_type: [
            make_exam(type="REVIEW" if period_type is PeriodType.MONTHLY else "QUARTERLY")
            for _ in range(exams_per_cell)
        ]
        for period_type in PeriodType
    }
    cells = ExamScheduleMatrix.objects.bulk_create(
        ExamScheduleMatrix(
            id=str(CellKey(each.code, year, period)),
            school_class=each,
            academic_year=year,
            period=period,
            status=CellStatus.SCHEDULED,
            version=1,
            created_at=now,
            updated_at=now,
        )
        for each in classes
        for period in Period
    )
    MatrixCellExam.objects.bulk_create(
        MatrixCellExam(cell=cell, exam=exam)
        for cell in cells
        for exam in exams[Period(cell.period).type]
    )
    levels = [make_level("FILLED", number) for number in (1, 2)]
    ClassCurriculumMapping.objects.bulk_create(
        ClassCurriculumMapping(
            school_class=each, academic_year=year, curriculum_level=level, priority=priority
        )
        for each in classes
        for priority, level in enumerate(levels, start=1)
    )
