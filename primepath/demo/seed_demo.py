"""Fill the database with the demo school."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from primepath.demo.access_requests import seed_access_requests
from primepath.demo.accounts import seed_accounts
from primepath.demo.assignments import seed_assignments
from primepath.demo.cells import seed_cells
from primepath.demo.curriculum import seed_curriculum
from primepath.demo.exams import seed_exams
from primepath.demo.sessions import seed_sessions
from primepath.domain.academic_year import AcademicYears
from primepath.models import CurriculumLevel
from primepath.services.school.seed_school import seed_school


@transaction.atomic
def seed_demo(*, report: Callable[[str], None]) -> None:
    """Add the missing data of the demo school. Call ``report`` with a line about each step.

    Stored data is never changed. Only the academic years depend on the current date: running it again a year later adds
    the next year.
    """
    school = seed_school(overwrite=False)
    report(f"School: {len(school['classes'])} classes and {len(school['programs'])} programs.")
    _wait_for_other_seedings()
    years = demo_years(today=timezone.localdate().year, planned=settings.ACADEMIC_YEARS)
    teachers = seed_accounts(report=report)
    seed_assignments(school=school, teachers=teachers, report=report)
    seed_access_requests(school=school, teachers=teachers, report=report)
    levels = seed_curriculum(school=school, years=years, report=report)
    exams = seed_exams(school=school, years=years, teachers=teachers, report=report)
    planned = seed_cells(
        school=school, years=years, teachers=teachers, levels=levels, exams=exams, report=report
    )
    seed_sessions(school=school, planned=planned, report=report)


def demo_years(*, today: int, planned: AcademicYears) -> tuple[int, ...]:
    """Return the year ``today`` and the next one, or the two nearest years of the school."""
    first = max(planned.first, min(today, planned.last - 1))
    return tuple(year for year in (first, first + 1) if year in planned)


def _wait_for_other_seedings() -> None:
    """Wait until a concurrent run has ended, because no unique key prevents it from adding the same exams.

    The levels are locked. This also prevents renaming a level while it is assigned to classes. On SQLite the
    transaction itself prevents both.
    """
    list(CurriculumLevel.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
