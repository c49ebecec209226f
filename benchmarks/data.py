"""The data of the benchmarks: classes with a full matrix, two exams per cell and two curriculum levels each."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from benchmarks.product import (
    EXAM_TYPE_OF_PERIOD,
    PERIODS,
    AccessLevel,
    CellKey,
    CellStatus,
    ClassCurriculumMapping,
    CurriculumLevel,
    Exam,
    ExamScheduleMatrix,
    ExamType,
    MatrixCellExam,
    Period,
    Program,
    SchoolClass,
    SubProgram,
    Teacher,
    TeacherClassAssignment,
    create_token,
)

YEAR = 2026
EXAMS_PER_CELL = 2
# A realistic number: classes of the same level take the same exams.
_LEVELS = 12


def class_codes(count: int) -> list[str]:
    """Return the codes of the first ``count`` classes."""
    return [f"PRIMARY_{number:03}" for number in range(count)]


def create_school(classes: int) -> None:
    """Fill an empty database."""
    program = Program.objects.create(name="CORE", grade_from=1, grade_to=12)
    subprogram = SubProgram.objects.create(program=program, name="PHONICS")
    levels = CurriculumLevel.objects.bulk_create(
        CurriculumLevel(subprogram=subprogram, level_number=number + 1) for number in range(_LEVELS)
    )
    school_classes = SchoolClass.objects.bulk_create(
        SchoolClass(
            code=code, name=f"Class {code[-3:]}", division="PRIMARY", grade=1, section=code[-3:]
        )
        for code in class_codes(classes)
    )
    ClassCurriculumMapping.objects.bulk_create(
        ClassCurriculumMapping(
            school_class=each,
            academic_year=YEAR,
            curriculum_level=levels[(number + priority) % _LEVELS],
            priority=priority,
        )
        for number, each in enumerate(school_classes)
        for priority in (1, 2)
    )
    _fill_matrix(school_classes, _create_exams(levels))
    analyze()


def create_teacher(name: str, codes: Sequence[str]) -> str:
    """Create a teacher with FULL access to these classes, not a head teacher, and return a token."""
    user = User.objects.create(username=name)
    teacher = Teacher.objects.create(user=user, name=name)
    TeacherClassAssignment.objects.bulk_create(
        TeacherClassAssignment(teacher=teacher, school_class_id=code, access_level=AccessLevel.FULL)
        for code in codes
    )
    token, _ = create_token(user=user, name="Benchmark")
    return token


def delete_cells(year: int) -> None:
    """Delete all cells of ``year``."""
    ExamScheduleMatrix.objects.filter(academic_year=year).delete()


def review_exam_ids(count: int) -> list[int]:
    exams = Exam.objects.filter(type=ExamType.REVIEW).order_by("pk")
    return list(exams.values_list("pk", flat=True)[:count])


def analyze() -> None:
    """Update the database's statistics, so that it does not do so during a measurement."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _create_exams(levels: Sequence[CurriculumLevel]) -> dict[tuple[int, Period], list[Exam]]:
    """Create the exams and return them by level (its index in ``levels``) and period."""
    slots = [(number, period) for number in range(len(levels)) for period in PERIODS]
    exams = Exam.objects.bulk_create(
        Exam(
            name=f"{levels[number].name} 시험 {period} {letter}",
            type=EXAM_TYPE_OF_PERIOD[period.type],
            curriculum_level=levels[number],
            total_questions=20,
            timer_minutes=30,
        )
        for number, period in slots
        for letter in "AB"[:EXAMS_PER_CELL]
    )
    return {
        slot: exams[EXAMS_PER_CELL * index : EXAMS_PER_CELL * (index + 1)]
        for index, slot in enumerate(slots)
    }


def _fill_matrix(
    classes: Sequence[SchoolClass], exams: dict[tuple[int, Period], list[Exam]]
) -> None:
    now = timezone.now()
    ExamScheduleMatrix.objects.bulk_create(
        ExamScheduleMatrix(
            id=str(CellKey(each.code, YEAR, period)),
            school_class=each,
            academic_year=YEAR,
            period=period,
            status=CellStatus.SCHEDULED,
            version=1,
            created_at=now,
            updated_at=now,
        )
        for each in classes
        for period in PERIODS
    )
    MatrixCellExam.objects.bulk_create(
        MatrixCellExam(cell_id=str(CellKey(each.code, YEAR, period)), exam=exam)
        for number, each in enumerate(classes)
        for period in PERIODS
        for exam in exams[(number + 1) % _LEVELS, period]
    )
