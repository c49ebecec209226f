"""``manage.py seed_demo``"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import F, Model
from django.utils import timezone
from pytest_django import Settings

from primepath.demo.accounts import (
    HEAD_TEACHER,
    NEWCOMER,
)
from primepath.demo.seed_demo import demo_years
from primepath.domain.academic_year import AcademicYears
from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.period import PERIODS
from primepath.domain.school_class import AccessLevel, AccessRequestStatus
from primepath.models import (
    ClassAccessRequest,
    ClassCurriculumMapping,
    CurriculumLevel,
    Exam,
    ExamScheduleMatrix,
    ExamSession,
    MatrixCellExam,
    SchoolClass,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.school.seed_school import seed_school

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
_YEARS = (2026, 2027)
_ALL_CELLS = 60 * len(PERIODS) * len(_YEARS)


@pytest.fixture(autouse=True)
def _in_2026(monkeypatch: pytest.MonkeyPatch) -> None:
    _live_in(2026, monkeypatch)


@pytest.fixture
def demo() -> None:
    _seed()


def _live_in(year: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: date(year, 11, 23))


def _seed() -> None:
    call_command("seed_demo", verbosity=0)


def _all_rows() -> dict[str, list[dict[str, Any]]]:
    models: list[type[Model]] = [User, *apps.get_app_config("primepath").get_models()]
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in models
    }


def _as_they_are_now(rows: Iterable[dict[str, Any]], model: Any) -> list[dict[str, Any]]:
    stored = model.objects.in_bulk([row["id"] for row in rows])
    return [{name: getattr(stored[row["id"]], name) for name in row} for row in rows]


def test_seeding_twice_changes_nothing(demo: None) -> None:
    before = _all_rows()

    _seed()

    assert _all_rows() == before


def test_seeding_again_keeps_changes_of_users(demo: None) -> None:
    head = User.objects.get(username=HEAD_TEACHER)
    head.set_password("a better one")
    head.save()
    Teacher.objects.filter(user__username=NEWCOMER).update(name="Zoë Martin")
    SchoolClass.objects.filter(code="HIGH_12A").update(name="Finalists", is_active=False)
    TeacherClassAssignment.objects.update(is_active=False, access_level=AccessLevel.VIEW)
    ClassAccessRequest.objects.filter(status=AccessRequestStatus.PENDING).update(
        status=AccessRequestStatus.WITHDRAWN
    )
    ClassCurriculumMapping.objects.filter(priority=2).delete()
    Exam.objects.update(name="Renamed", academic_year=None, version=3)
    MatrixCellExam.objects.all().delete()
    ExamSession.objects.all().delete()
    ExamScheduleMatrix.objects.filter(version__gte=1).update(
        status=CellStatus.EMPTY, version=F("version") + 1, notes="emptied"
    )
    before = _all_rows()

    _seed()

    assert _all_rows() == before


def test_seeding_a_year_later_adds_the_next_year(
    demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _all_rows()
    _live_in(2027, monkeypatch)

    _seed()

    for model in (ExamScheduleMatrix, Exam, MatrixCellExam, ClassCurriculumMapping, ExamSession):
        rows = before[model.__name__]
        assert _as_they_are_now(rows, model) == rows
    assert ExamScheduleMatrix.objects.filter(academic_year=2028).count() == 640
    added = Exam.objects.exclude(pk__in=[row["id"] for row in before["Exam"]])
    assert set(added.values_list("academic_year", flat=True)) == {2028}


def test_stored_empty_cells_are_planned(demo: None) -> None:
    before = _all_rows()
    MatrixCellExam.objects.all().delete()
    ExamSession.objects.all().delete()
    ExamScheduleMatrix.objects.all().delete()
    keys = [
        CellKey(code, year, period)
        for code in SchoolClass.objects.values_list("code", flat=True)
        for year in _YEARS
        for period in PERIODS
    ]
    ExamScheduleMatrix.objects.bulk_create(
        ExamScheduleMatrix(
            id=str(key),
            school_class_id=key.class_code,
            academic_year=key.academic_year,
            period=key.period,
        )
        for key in keys
    )

    _seed()

    planned = before["ExamScheduleMatrix"]
    assert _as_they_are_now(planned, ExamScheduleMatrix) == planned
    assert ExamScheduleMatrix.objects.count() == len(keys)
    assert MatrixCellExam.objects.count() == len(before["MatrixCellExam"])


def test_classes_with_new_levels_have_a_new_curriculum_version() -> None:
    seed_school()
    ClassCurriculumMapping.objects.bulk_create(
        ClassCurriculumMapping(
            school_class_id="HIGH_12F",
            academic_year=year,
            priority=1,
            curriculum_level=CurriculumLevel.objects.all()[0],
        )
        for year in _YEARS
    )
    before = dict(SchoolClass.objects.values_list("code", "curriculum_version"))

    _seed()

    after = dict(SchoolClass.objects.values_list("code", "curriculum_version"))
    assert [code for code in after if after[code] == before[code]] == ["HIGH_12F"]
    assert ClassCurriculumMapping.objects.filter(school_class="HIGH_12F").count() == 2


@pytest.mark.parametrize(
    ("today", "planned", "years"),
    [
        (2026, (2020, 2035), (2026, 2027)),
        (2035, (2020, 2035), (2034, 2035)),
        (2050, (2020, 2035), (2034, 2035)),
        (2019, (2020, 2035), (2020, 2021)),
        (2026, (2026, 2026), (2026,)),
    ],
)
def test_years_are_years_of_the_school(
    today: int, planned: tuple[int, int], years: tuple[int, ...]
) -> None:
    assert demo_years(today=today, planned=AcademicYears(*planned)) == years


def test_school_with_one_year_gets_a_demo_of_one_year(settings: Settings) -> None:
    settings.ACADEMIC_YEARS = AcademicYears(2026, 2026)

    _seed()

    years = set(ExamScheduleMatrix.objects.values_list("academic_year", flat=True))
    assert years == {2026}


def test_output_has_a_line_for_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo")
    first = capsys.readouterr().out.splitlines()
    call_command("seed_demo", verbosity=0)

    assert capsys.readouterr().out == ""
    steps = [line.partition(":")[0] for line in first]
    assert steps == [
        "School",
        "Accounts",
        "Assignments",
        "Access requests",
        "Curriculum",
        "Exams",
        "Cells",
        "Exam sessions",
    ]
