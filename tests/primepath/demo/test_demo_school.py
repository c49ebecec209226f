"""The demo school, as ``manage.py seed_demo`` stores it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import Count, F, Q
from django.utils import timezone

from primepath.demo.accounts import (
    ADMINISTRATOR,
    DEMO_PASSWORD,
    HEAD_TEACHER,
    NEWCOMER,
    TEACHER,
    TEACHERS,
)
from primepath.domain.cell import CellStatus
from primepath.domain.exam import EXAM_TYPE_OF_PERIOD, ExamType, SessionStatus
from primepath.domain.period import PERIODS, Period
from primepath.domain.school_class import AccessLevel, AccessRequestStatus
from primepath.models import (
    ClassAccessRequest,
    ClassCurriculumMapping,
    Exam,
    ExamScheduleMatrix,
    ExamSession,
    MatrixCellExam,
    SchoolClass,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.accounts.sign_in import sign_in
from tests.databases import count_rows
from tests.demo_day import DAY
from tests.stored_once import StoreOnce

pytestmark = pytest.mark.usefixtures("_demo", "db")
_YEARS = (2026, 2027)
_ALL_CELLS = 60 * len(PERIODS) * len(_YEARS)


@pytest.fixture(scope="module")
def _demo(store_once: StoreOnce) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "localdate", lambda: DAY)
        store_once(partial(call_command, "seed_demo", verbosity=0))
        store_once(count_rows)
        yield


def test_school_has_its_people() -> None:
    assert SchoolClass.objects.filter(is_active=True).count() == 60
    assert Teacher.objects.count() == len(TEACHERS) == 20
    assert list(
        Teacher.objects.filter(is_head_teacher=True).values_list("user__username", flat=True)
    ) == [HEAD_TEACHER]
    administrator = User.objects.get(is_staff=True)
    assert administrator.username == ADMINISTRATOR
    assert administrator.is_superuser
    assert not hasattr(administrator, "teacher")
    assert any(name.isascii() for name in TEACHERS.values())
    assert any("가" <= name[0] <= "힣" for name in TEACHERS.values())


def test_every_account_has_the_demo_password() -> None:
    for username in (HEAD_TEACHER, TEACHER, NEWCOMER, ADMINISTRATOR):
        _, _, viewer = sign_in(username=username, password=DEMO_PASSWORD, address="")
        assert viewer.is_administrator == (username in {HEAD_TEACHER, ADMINISTRATOR})


def test_teacher_has_five_classes_and_one_expired_assignment() -> None:
    assignments = TeacherClassAssignment.objects.filter(teacher__user__username=TEACHER)

    assert assignments.count() == 5
    assert assignments.filter(expires_at__lt=timezone.now()).count() == 1
    valid = assignments.giving_access().values_list("access_level", flat=True)
    assert sorted(valid) == sorted(AccessLevel)


def test_newcomer_has_no_class_and_the_others_have_a_few() -> None:
    classes = {
        teacher.user.username: teacher.assignments.count()
        for teacher in Teacher.objects.select_related("user")
    }

    assert classes.pop(NEWCOMER) == 0
    assert classes.pop(HEAD_TEACHER) == 0
    assert min(classes.values()) >= 2
    assert max(classes.values()) <= 10
    full = TeacherClassAssignment.objects.giving_access().filter(access_level=AccessLevel.FULL)
    assert full.values("school_class").distinct().count() == 60


def test_access_requests_have_each_status_and_approved_ones_grant_access() -> None:
    statuses = set(ClassAccessRequest.objects.values_list("status", flat=True))
    assert statuses == set(AccessRequestStatus)
    for request in ClassAccessRequest.objects.filter(status=AccessRequestStatus.APPROVED):
        assert TeacherClassAssignment.objects.filter(
            teacher=request.teacher,
            school_class=request.school_class,
            access_level=request.requested_access_level,
        ).exists()


def test_every_class_has_two_levels_of_its_grade_in_both_years() -> None:
    mappings = ClassCurriculumMapping.objects.all()

    assert mappings.count() == 60 * 2 * 2
    assert set(mappings.values_list("academic_year", "priority")) == {
        (year, priority) for year in _YEARS for priority in (1, 2)
    }
    assert not mappings.exclude(
        school_class__grade__gte=F("curriculum_level__subprogram__program__grade_from"),
        school_class__grade__lte=F("curriculum_level__subprogram__program__grade_to"),
    ).exists()


def test_exams_are_of_every_kind_and_differ() -> None:
    exams = list(Exam.objects.all())

    assert len(exams) == 400
    assert len({(exam.name, exam.type, exam.academic_year) for exam in exams}) == 400
    assert {exam.type for exam in exams} == set(ExamType)
    assert {exam.academic_year for exam in exams} == {None, *_YEARS}
    assert {exam.is_active for exam in exams} == {True, False}
    for field in ("curriculum_level_id", "created_by_id", "passing_score"):
        without = [exam for exam in exams if getattr(exam, field) is None]
        assert 0 < len(without) < len(exams) / 3


def test_a_third_of_the_cells_is_missing() -> None:
    assert ExamScheduleMatrix.objects.count() == _ALL_CELLS * 2 / 3
    by_class = Counter(ExamScheduleMatrix.objects.values_list("school_class", "academic_year"))
    assert set(by_class.values()) == {10, 11}


def test_every_status_is_present_and_only_empty_cells_are_unchanged() -> None:
    statuses = Counter(ExamScheduleMatrix.objects.values_list("status", flat=True))

    assert set(statuses) == set(CellStatus)
    assert min(statuses.values()) >= 20
    untouched = ExamScheduleMatrix.objects.filter(version=0)
    assert 0 < untouched.count() < statuses[CellStatus.EMPTY]
    assert not untouched.exclude(status=CellStatus.EMPTY).exists()


def test_cells_have_about_two_exams_unless_empty() -> None:
    cells = ExamScheduleMatrix.objects.annotate(number=Count("cell_exams"))

    assert not cells.filter(status=CellStatus.EMPTY, number__gt=0).exists()
    may_have_none = [CellStatus.EMPTY, CellStatus.DRAFT]
    assert not cells.filter(number=0).exclude(status__in=may_have_none).exists()
    numbers = cells.exclude(status=CellStatus.EMPTY).values_list("number", flat=True)
    assert 1.8 < sum(numbers) / len(numbers) < 2.2


def test_exams_match_the_type_and_year_of_their_cells() -> None:
    for period in PERIODS:
        links = MatrixCellExam.objects.filter(cell__period=period)
        assert links.exists()
        assert not links.exclude(exam__type=EXAM_TYPE_OF_PERIOD[period.type]).exists()
    assert not MatrixCellExam.objects.exclude(
        Q(exam__academic_year=None) | Q(exam__academic_year=F("cell__academic_year")),
        exam__is_active=True,
    ).exists()


def test_dates_are_in_their_periods() -> None:
    dated = list(ExamScheduleMatrix.objects.exclude(scheduled_date=None))

    assert len(dated) > 500
    for cell in dated:
        first_day, last_day = Period(cell.period).dates(cell.academic_year)
        assert cell.scheduled_date is not None
        assert first_day <= cell.scheduled_date <= last_day
    assert ExamScheduleMatrix.objects.exclude(end_time=None).count() > 400
    assert not ExamScheduleMatrix.objects.filter(updated_at__lt=F("created_at")).exists()
    assert not ExamScheduleMatrix.objects.filter(updated_at__gt=timezone.now()).exists()


def test_ten_to_twenty_five_pupils_sit_the_exams_of_some_cells() -> None:
    pupils = ExamSession.objects.values_list("cell", "exam").annotate(Count("pk"))
    assert {number for *_, number in pupils} <= set(range(10, 26))
    statuses = set(ExamSession.objects.values_list("cell__status", "status").distinct())
    assert statuses == {
        (CellStatus.SCHEDULED, SessionStatus.NOT_STARTED),
        (CellStatus.IN_PROGRESS, SessionStatus.NOT_STARTED),
        (CellStatus.IN_PROGRESS, SessionStatus.IN_PROGRESS),
        (CellStatus.IN_PROGRESS, SessionStatus.COMPLETED),
        (CellStatus.COMPLETED, SessionStatus.COMPLETED),
        (CellStatus.COMPLETED, SessionStatus.NOT_STARTED),
    }
    assert not ExamSession.objects.exclude(exam__exam_cells__cell=F("cell")).exists()
