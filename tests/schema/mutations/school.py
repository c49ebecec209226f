"""A small school with fixed keys, so that tables of inputs can name its objects.

Mina has FULL access to A, CO_TEACHER to C and VIEW of B; Juno has no class; Hana and Haru are head teachers.
Neither Mina nor Juno can see the class OTHER. CLOSED is an inactive class.
Mina has a calendar feed, and Haru has as many as one can have.
"""

from __future__ import annotations

from datetime import time

from django.contrib.auth.models import User
from django.utils import timezone

from primepath.domain.cell import CellStatus
from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import (
    CalendarFeed,
    ClassAccessRequest,
    Exam,
    SchoolClass,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.calendars.create_calendar_feed import MAX_FEEDS
from tests.factories import YEAR, as_viewer, make_cell, make_class

REVIEW, QUARTERLY, NEXT_YEAR, INACTIVE, OF_MINA = (
    f"Exam:{1_000_001 + number}" for number in range(5)
)
NO_EXAM, NO_TEACHER, NO_LEVEL = "Exam:9999999", "Teacher:9999999", "CurriculumLevel:9999999"
NO_REQUEST, NO_ASSIGNMENT = "ClassAccessRequest:9999999", "TeacherClassAssignment:9999999"
MINA, JUNO, HANA = "Teacher:1000001", "Teacher:1000002", "Teacher:1000003"
OF_JUNO, DENIED, OF_HANA, MINAS_REQUEST = (
    f"ClassAccessRequest:{1_000_001 + number}" for number in range(4)
)
FEED, OF_HARU = "CalendarFeed:1000001", "CalendarFeed:1000002"
MINA_IN_A, HANA_IN_A, IN_CLOSED = (
    f"TeacherClassAssignment:{1_000_001 + number}" for number in range(3)
)
ACCESS = {"A": AccessLevel.FULL, "C": AccessLevel.CO_TEACHER, "B": AccessLevel.VIEW}


def build_school() -> dict[str, Viewer]:
    """Store the school and return its viewers: mina, juno, hana, haru, and office, who is staff without a profile."""
    teachers = {
        name: Teacher.objects.create(
            pk=1_000_001 + number,
            user=User.objects.create(username=name),
            name=name.title(),
            is_head_teacher=name.startswith("ha"),
        )
        for number, name in enumerate(("mina", "juno", "hana", "haru"))
    }
    classes = {
        code: make_class(code, is_active=code != "CLOSED")
        for code in ("A", "B", "C", "OTHER", "CLOSED")
    }
    _build_access(teachers, classes)
    _build_cells(_build_exams(teachers["mina"]), classes)
    _build_feeds(teachers["mina"], teachers["haru"])
    office = User.objects.create(username="office", is_staff=True)
    return {
        **{name: as_viewer(each) for name, each in teachers.items()},
        "office": as_viewer(office),
    }


def _build_access(teachers: dict[str, Teacher], classes: dict[str, SchoolClass]) -> None:
    for key, name, code, level in (
        (1_000_001, "mina", "A", "FULL"),
        (1_000_002, "hana", "A", "VIEW"),
        (1_000_003, "juno", "CLOSED", "FULL"),
        (1_000_004, "mina", "B", "VIEW"),
        (1_000_005, "mina", "C", "CO_TEACHER"),
    ):
        TeacherClassAssignment.objects.create(
            pk=key, teacher=teachers[name], school_class=classes[code], access_level=level
        )
    for key, name, code, status in (
        (1_000_001, "juno", "A", "PENDING"),
        (1_000_002, "juno", "B", "DENIED"),
        (1_000_003, "hana", "B", "PENDING"),
        (1_000_004, "mina", "OTHER", "PENDING"),
    ):
        ClassAccessRequest.objects.create(
            pk=key,
            teacher=teachers[name],
            school_class=classes[code],
            requested_access_level="CO_TEACHER",
            reason="Standing in",
            status=status,
            reviewed_at=timezone.now() if status == "DENIED" else None,
        )


def _build_exams(mina: Teacher) -> list[Exam]:
    kinds: list[dict[str, object]] = [
        {"name": "Review"},
        {"name": "Quarterly", "type": "QUARTERLY"},
        {"name": "Next year's", "academic_year": YEAR + 1},
        {"name": "Inactive", "is_active": False},
        {"name": "Mina's own", "created_by": mina},
    ]
    defaults = {"type": "REVIEW", "total_questions": 20, "timer_minutes": 30, "version": 1}
    return [
        Exam.objects.create(pk=1_000_001 + number, **{**defaults, **values})
        for number, values in enumerate(kinds)
    ]


def _build_cells(exams: list[Exam], classes: dict[str, SchoolClass]) -> None:
    """Store cells of A: JAN is scheduled with times, FEB in progress, MAR a draft, APR has an inactive exam, Q1 a quarterly one."""
    review, quarterly, next_years, inactive, _ = exams
    a = classes["A"]
    make_cell(a, Period.JAN, exams=[review], start_time=time(9), end_time=time(10))
    make_cell(a, Period.FEB, exams=[review], status=CellStatus.IN_PROGRESS)
    make_cell(a, Period.MAR, status=CellStatus.DRAFT)
    make_cell(a, Period.APR, exams=[inactive])
    make_cell(a, Period.Q1, exams=[quarterly])
    make_cell(a, Period.JAN, YEAR + 1, exams=[next_years])
    make_cell(classes["B"], Period.JAN, exams=[review])


def _build_feeds(mina: Teacher, haru: Teacher) -> None:
    owners = [mina] + MAX_FEEDS * [haru]
    CalendarFeed.objects.bulk_create(
        CalendarFeed(pk=1_000_001 + number, user_id=owner.user_id, name="Exams", digest=str(number))
        for number, owner in enumerate(owners)
    )
