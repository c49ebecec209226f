"""A small school with every kind of object, under primary keys that are known in advance."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from primepath.domain.academic_year import AcademicYears
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.models import (
    ClassAccessRequest,
    ClassCurriculumMapping,
    CurriculumLevel,
    Exam,
    ExamSession,
    HistoryEntry,
    Program,
    SubProgram,
    Teacher,
    TeacherClassAssignment,
)
from tests.factories import as_viewer, make_cell, make_class

PLANNED_YEARS = AcademicYears(first=2025, last=2026)
"""Few and early years, so that the last one is the current year on every day from now on."""

CLASSES = {
    "PRIMARY_1A": ("PRIMARY", 1),
    "PRIMARY_1B": ("PRIMARY", 1),
    "MIDDLE_7A": ("MIDDLE", 7),
    "HIGH_12F": ("HIGH", 12),
    "CLOSED": ("PRIMARY", 1),
}
VIEWERS = ("head", "mixed", "standing-in", "staff", "no-class", "nobody")
"""The viewers, ordered from the most to the least access."""


def make_school() -> dict[str, Viewer | None]:
    """Store the school and return its viewers by name."""
    _make_teachers()
    _make_curriculum()
    _make_exams()
    _make_classes()
    _make_access()
    _make_history()
    viewers = {each.user.username: as_viewer(each) for each in Teacher.objects.all()}
    staff = as_viewer(User.objects.create(username="staff", is_staff=True))
    return {**viewers, "staff": staff, "nobody": None}


def _make_teachers() -> None:
    names = {"head": "Ärztin", "mixed": "bob", "standing-in": "Alice", "no-class": "Bob"}
    for number, (username, name) in enumerate(names.items(), start=1):
        user = User.objects.create(username=username)
        Teacher.objects.create(pk=number, user=user, name=name, is_head_teacher=username == "head")


def _make_curriculum() -> None:
    for number, (name, position) in enumerate((("CORE", 1), ("PLUS", 0)), start=1):
        Program.objects.create(pk=number, name=name, position=position, grade_from=1, grade_to=12)
    for number, (program, name) in enumerate(((1, "PHONICS"), (1, "WRITING"), (2, "DEBATE")), 1):
        SubProgram.objects.create(pk=number, program_id=program, name=name)
    for number, (subprogram, level) in enumerate(((1, 2), (1, 1), (2, 1), (3, 1)), start=1):
        CurriculumLevel.objects.create(pk=number, subprogram_id=subprogram, level_number=level)


def _make_exams() -> None:
    exams = (
        # name, type, year, creator, level, is active
        ("alpha", "REVIEW", None, 2, 1, True),
        ("Élan", "REVIEW", 2026, 1, 3, True),
        ("Alpha", "REVIEW", 2025, None, None, True),
        ("Beta", "QUARTERLY", None, 3, 4, True),
        ("gamma", "REVIEW", None, 2, 1, False),
        ("élan vital", "QUARTERLY", 2026, 4, None, True),
    )
    for number, (name, type_, year, creator, level, is_active) in enumerate(exams, start=1):
        Exam.objects.create(
            pk=number,
            name=name,
            type=type_,
            academic_year=year,
            created_by_id=creator,
            curriculum_level_id=level,
            is_active=is_active,
            total_questions=10 * number,
            timer_minutes=45,
            passing_score=None if number % 2 else 60,
        )


def _make_classes() -> None:
    classes = {
        code: make_class(
            code,
            division=division,
            grade=grade,
            is_active=code != "CLOSED",
            lesson_days="SAT SUN" if code == "HIGH_12F" else "",
        )
        for code, (division, grade) in CLASSES.items()
    }
    curriculum = (
        # class, year, priority, level
        ("PRIMARY_1A", 2026, 1, 1),
        ("PRIMARY_1A", 2026, 2, 4),
        ("PRIMARY_1A", 2025, 1, 2),
        ("PRIMARY_1B", 2026, 2, 3),
        ("MIDDLE_7A", 2025, 3, 2),
        ("MIDDLE_7A", 2025, 1, 4),
    )
    for code, year, priority, level in curriculum:
        ClassCurriculumMapping.objects.create(
            school_class=classes[code],
            academic_year=year,
            priority=priority,
            curriculum_level_id=level,
        )
    cells = (
        # class, year, period, exams
        ("PRIMARY_1A", 2026, Period.JAN, (1, 2)),
        ("PRIMARY_1A", 2026, Period.FEB, (2,)),
        ("PRIMARY_1A", 2026, Period.Q1, (4,)),
        ("PRIMARY_1A", 2025, Period.JAN, (1, 3)),
        ("PRIMARY_1A", 2025, Period.FEB, ()),
        ("PRIMARY_1B", 2026, Period.JAN, (5, 1)),
        ("PRIMARY_1B", 2026, Period.Q1, (4, 6)),
        ("PRIMARY_1B", 2025, Period.Q1, ()),
        ("MIDDLE_7A", 2026, Period.JAN, (5,)),
        ("MIDDLE_7A", 2026, Period.FEB, (2,)),
        ("MIDDLE_7A", 2026, Period.Q4, (4,)),
        ("MIDDLE_7A", 2025, Period.FEB, (3,)),
        ("HIGH_12F", 2026, Period.JAN, (1,)),
        ("HIGH_12F", 2026, Period.MAR, (5, 2)),
        ("HIGH_12F", 2025, Period.JAN, (3,)),
        ("CLOSED", 2026, Period.JAN, (1,)),
    )
    exams = {each.pk: each for each in Exam.objects.all()}
    for code, year, period, numbers in cells:
        inside = [exams[number] for number in numbers]
        room = {"PRIMARY_1A": "Room 10", "HIGH_12F": "Room 9"}.get(code, "")
        place: Any = {"room": room, "invigilator_id": 2} if inside else {}
        make_cell(classes[code], period, year, exams=inside, **place)
    make_cell(
        classes["PRIMARY_1A"],
        Period.MAR,
        notes="Bring a pen.",
        scheduled_date=datetime.date(2026, 3, 14),
        start_time=datetime.time(9, 30),
        end_time=datetime.time(10, 15, 30),
        created_by_id=2,
        modified_by_id=1,
    )
    states = ("COMPLETED", "COMPLETED", "IN_PROGRESS", "NOT_STARTED")
    for cell, pupils in (("PRIMARY_1A/2026/JAN", 4), ("MIDDLE_7A/2026/FEB", 3)):
        for pupil, state in enumerate(states[:pupils]):
            ExamSession.objects.create(cell_id=cell, exam_id=2, pupil=str(pupil), status=state)


def _make_access() -> None:
    now = timezone.now()
    day = datetime.timedelta(days=1)
    assignments = (
        # teacher, class, level, expiry, is active
        (1, "PRIMARY_1B", "VIEW", None, True),
        (2, "PRIMARY_1A", "FULL", None, True),
        (2, "MIDDLE_7A", "VIEW", now + day, True),
        (2, "HIGH_12F", "FULL", now - day, True),
        (2, "CLOSED", "FULL", None, True),
        (3, "PRIMARY_1A", "SUBSTITUTE", None, True),
        (3, "PRIMARY_1B", "FULL", None, False),
    )
    for number, (teacher, code, level, expires_at, is_active) in enumerate(assignments, start=1):
        TeacherClassAssignment.objects.create(
            pk=number,
            teacher_id=teacher,
            school_class_id=code,
            access_level=level,
            expires_at=expires_at,
            is_active=is_active,
        )
    decided = {"reviewed_at": now, "review_note": "Welcome."}
    ClassAccessRequest.objects.create(
        pk=1, teacher_id=2, school_class_id="PRIMARY_1B", requested_access_level="VIEW", reason="?"
    )
    ClassAccessRequest.objects.create(
        pk=2,
        teacher_id=4,
        school_class_id="HIGH_12F",
        requested_access_level="FULL",
        reason="!",
        status="APPROVED",
        reviewed_by_id=1,
        **decided,
    )
    ClassAccessRequest.objects.create(
        pk=3,
        teacher_id=2,
        school_class_id="MIDDLE_7A",
        requested_access_level="FULL",
        reason="",
        status="DENIED",
        **decided,
    )


def _make_history() -> None:
    entries: tuple[tuple[str, str, int | None, list[Any]], ...] = (
        # subject, its key, teacher, changes
        ("CELL", "PRIMARY_1A/2026/JAN", 2, [("exams", [], [1, 3]), ("status", None, "SCHEDULED")]),
        ("CELL", "PRIMARY_1A/2026/JAN", 1, [("exams", [3, 1], [2, 1])]),
        (
            "CELL",
            "PRIMARY_1A/2026/MAR",
            None,
            [("notes", "", "Bring a pen."), ("invigilatorId", None, 2)],
        ),
        ("CELL", "MIDDLE_7A/2026/FEB", 1, [("exams", [], [2]), ("startTime", None, "09:30:00")]),
        ("CELL", "HIGH_12F/2026/JAN", 1, [("scheduledDate", "2026-01-02", None)]),
        ("CELL", "MIDDLE_7A/2026/JAN", 1, [("exams", [2], [5])]),
        ("CELL", "PRIMARY_1A/2026/FEB", 2, [("exams", [], [2])]),
        ("EXAM", "1", 2, [("name", None, "alpha"), ("curriculumLevelId", None, 1)]),
        ("EXAM", "1", 1, [("isActive", False, True), ("curriculumLevelId", 1, 4)]),
        ("EXAM", "2", 1, [("type", None, "REVIEW"), ("timerMinutes", 50, 45)]),
    )
    for subject, key, teacher, changes in entries:
        HistoryEntry.objects.create(
            at=timezone.now(),
            action="UPDATE_CELL" if subject == "CELL" else "UPDATE_EXAM",
            subject=subject,
            subject_key=key,
            teacher_id=teacher,
            actor_name="Somebody",
            changes=changes,
        )
