"""A school of any size for the pages of the admin site."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.utils import timezone

from primepath.domain.history import FieldChange, HistoryAction, HistorySubject
from primepath.domain.period import Period
from primepath.models import (
    ApiToken,
    ClassAccessRequest,
    ClassCurriculumMapping,
    CurriculumLevel,
    Exam,
    ExamScheduleMatrix,
    ExamSession,
    HistoryEntry,
    Program,
    SchoolClass,
    SchoolDay,
    SchoolRules,
    SubProgram,
    Teacher,
    TeacherClassAssignment,
    WarningAcceptance,
)
from primepath.school import current_academic_year
from primepath.services.accounts.tokens import create_token
from primepath.services.history import Recorded, record
from tests.factories import (
    as_viewer,
    assign,
    make_cell,
    make_class,
    make_exam,
    make_level,
    make_teacher,
)


class Row(NamedTuple):
    """Related rows, one of every table."""

    program: Program
    subprogram: SubProgram
    level: CurriculumLevel
    school_class: SchoolClass
    mapping: ClassCurriculumMapping
    teacher: Teacher
    assignment: TeacherClassAssignment
    access_request: ClassAccessRequest
    token: ApiToken
    exam: Exam
    cell: ExamScheduleMatrix
    session: ExamSession
    history: HistoryEntry
    rules: SchoolRules
    day: SchoolDay
    acceptance: WarningAcceptance


def make_row(number: int) -> Row:
    year = current_academic_year()
    level = make_level(program=f"PROGRAM {number}")
    school_class = make_class(f"PRIMARY_{number}A", section="A")
    teacher = make_teacher(f"colleague-{number}")
    exam = make_exam(f"Exam {number}", curriculum_level=level, created_by=teacher)
    cell = make_cell(
        school_class,
        Period.JAN,
        year,
        exams=[exam],
        scheduled_date=datetime.date(year, 1, 15),
        created_by=teacher,
        modified_by=teacher,
    )
    return Row(
        program=level.subprogram.program,
        subprogram=level.subprogram,
        level=level,
        school_class=school_class,
        mapping=ClassCurriculumMapping.objects.create(
            school_class=school_class, academic_year=year, curriculum_level=level, priority=1
        ),
        teacher=teacher,
        assignment=assign(teacher, school_class),
        access_request=ClassAccessRequest.objects.create(
            teacher=teacher,
            school_class=school_class,
            requested_access_level="VIEW",
            reason="I teach there on Mondays.",
            status="APPROVED",
            reviewed_at=timezone.now(),
            reviewed_by=teacher,
        ),
        token=create_token(user=teacher.user, name="Phone")[1],
        exam=exam,
        cell=cell,
        session=ExamSession.objects.create(cell=cell, exam=exam, pupil=f"Pupil {number}"),
        history=_history(teacher, cell, exam),
        rules=SchoolRules.objects.get_or_create()[0],
        day=SchoolDay.objects.create(
            date=datetime.date(year, 8, 1) + datetime.timedelta(number),
            name="Summer break",
            kind="SCHOOL",
        ),
        acceptance=WarningAcceptance.objects.create(
            facts=str(number), code="HOLIDAY", reason="We teach.", by_name="Mina", at=timezone.now()
        ),
    )


def _history(teacher: Teacher, cell: ExamScheduleMatrix, exam: Exam) -> HistoryEntry:
    """Record that the exam was assigned to the cell, and return the entry."""
    record(
        viewer=as_viewer(teacher),
        action=HistoryAction.ASSIGN_EXAMS,
        subject=HistorySubject.CELL,
        at=timezone.now(),
        entries=[
            Recorded(
                cell.pk,
                [
                    FieldChange("status", "EMPTY", "SCHEDULED"),
                    FieldChange("exams", [], [exam.pk]),
                ],
            )
        ],
    )
    return HistoryEntry.objects.latest("pk")


def written_since(row: Row) -> list[HistoryEntry]:
    """Return the history entries since the row was stored, oldest first."""
    return list(HistoryEntry.objects.filter(pk__gt=row.history.pk).order_by("pk"))
