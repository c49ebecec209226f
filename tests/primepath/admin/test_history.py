"""The page of the history, and the history on the pages of changed objects."""

from __future__ import annotations

import datetime

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from primepath.admin.common.history_pages import WithHistory
from primepath.domain.history import FieldChange, HistoryAction, HistorySubject
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import ClassCurriculumMapping, CurriculumLevel, HistoryEntry
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.accounts.administer_tokens import withdraw_token
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.exams.update_exam import update_exam
from primepath.services.history import Recorded, record
from tests.factories import make_level
from tests.primepath.admin.pages import change_url, filled, list_url
from tests.primepath.admin.school import Row, make_row

HISTORY = list_url(HistoryEntry)


def _subjects(client: Client, **filters: str) -> list[str]:
    entries = client.get(HISTORY, filters).context["cl"].result_list
    return [f"{entry.subject} {entry.subject_key}" for entry in entries]


def _change_everything(row: Row) -> None:
    """Create one entry of each subject, in addition to the cell's entry."""
    viewer = COMMAND_LINE
    update_exam(viewer=viewer, exam_id=row.exam.pk, values={"is_active": False, "name": "Second"})
    set_class_curriculum(
        viewer=viewer,
        class_code=row.school_class.pk,
        academic_year=row.mapping.academic_year,
        level_ids=[make_level(program="EDGE").pk, row.level.pk],
    )
    assign_teacher(
        viewer=viewer,
        teacher_id=row.teacher.pk,
        class_code=row.school_class.pk,
        access_level=AccessLevel.VIEW,
        expires_at=datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC),
    )
    with track_level_changes(viewer=viewer, levels=CurriculumLevel.objects.filter(pk=row.level.pk)):
        CurriculumLevel.objects.filter(pk=row.level.pk).update(level_number=5)
    record(
        viewer=viewer,
        action=HistoryAction.DENY_CLASS_ACCESS_REQUEST,
        subject=HistorySubject.ACCESS_REQUEST,
        at=timezone.now(),
        entries=[
            Recorded(str(row.access_request.pk), [FieldChange("review_note", "", "x" * 1_000)])
        ],
    )


def test_list_shows_old_and_new_values(head: Client, row: Row) -> None:
    _change_everything(row)
    page = head.get(HISTORY).content.decode()
    renamed = CurriculumLevel.objects.with_names().get(pk=row.level.pk)
    for line in (
        "<strong>status</strong>: Empty → Scheduled",
        "<strong>exams</strong>: nothing → Second",
        "<strong>name</strong>: Exam 1 → Second",
        "<strong>is active</strong>: yes → no",
        f"<strong>levels</strong>: {renamed} → EDGE PHONICS L1, {renamed}",
        f"<strong>name</strong>: {row.level} → {row.level.subprogram} L5",
        "<strong>access level</strong>: Full → View",
        "<strong>expires at</strong>: nothing → 1 January 2100, 09:00",
        "<strong>review note</strong>: nothing → xxx",
    ):
        assert line in page
    assert "x" * 121 not in page
    for obj in (row.cell, row.exam, row.level, row.assignment, row.access_request):
        assert change_url(obj) in page
    assert "curriculum/?academic_year=" in page


def test_entry_is_shown_in_full(head: Client, row: Row) -> None:
    _change_everything(row)
    page = head.get(change_url(HistoryEntry.objects.latest("pk"))).content.decode()
    assert "x" * 1_000 in page
    assert "Command line" in page


def test_names_of_people_are_escaped(head: Client, row: Row) -> None:
    update_exam(viewer=COMMAND_LINE, exam_id=row.exam.pk, values={"name": "<script>"})
    for url in (HISTORY, change_url(row.exam)):
        page = head.get(url).content.decode()
        assert "→ &lt;script&gt;" in page
        assert "→ <script>" not in page


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"q": "primary_1a/"}, True),
        ({"q": "PRIMARY_1A"}, True),
        ({"q": "MÜLLER"}, True),
        ({"q": "Mu\u0308ller"}, True),
        ({"q": "colleague-1"}, True),
        ({"q": "HIGH_"}, False),
        ({"action__exact": "ASSIGN_EXAMS"}, True),
        ({"action__exact": "UPDATE_CELL"}, False),
        ({"subject__exact": "CELL"}, True),
        ({"subject__exact": "EXAM"}, False),
        ({"at__gte": "2020-01-01 00:00:00+00:00"}, True),
        ({"at__lt": "2020-01-01 00:00:00+00:00"}, False),
    ],
)
def test_entries_are_found(head: Client, row: Row, filters: dict[str, str], found: bool) -> None:
    row.teacher.name = "Anna Müller"
    row.teacher.save()
    assert bool(_subjects(head, **filters)) is found


def test_history_button_filters_by_the_object(head: Client, row: Row) -> None:
    _change_everything(row)
    make_row(2)
    for obj, subject in (
        (row.cell, "CELL"),
        (row.exam, "EXAM"),
        (row.level, "LEVEL"),
        (row.assignment, "ASSIGNMENT"),
        (row.access_request, "ACCESS_REQUEST"),
    ):
        button = change_url(obj).replace("/change/", "/history/")
        assert button in head.get(change_url(obj)).content.decode()
        response = head.get(button, follow=True)
        entries = response.context["cl"].result_list
        assert [(entry.subject, entry.subject_key) for entry in entries] == [(subject, str(obj.pk))]


def test_pages_show_their_latest_changes(head: Client, row: Row) -> None:
    _change_everything(row)
    for obj, change in (
        (row.cell, "exams</strong>: nothing → Second"),
        (row.exam, "name</strong>: Exam 1 → Second"),
        (row.assignment, "access level</strong>: Full → View"),
        (row.access_request, "review note</strong>: nothing → xxx"),
    ):
        assert change in head.get(change_url(obj)).content.decode()


def test_entries_cannot_be_added_changed_or_deleted(head: Client, row: Row) -> None:
    before = HistoryEntry.objects.values().get()
    assert not filled(head, change_url(row.history))
    for url in (
        change_url(row.history),
        change_url(row.history).replace("/change/", "/delete/"),
        f"{HISTORY}add/",
    ):
        assert head.post(url, {"actor_name": "Somebody", "post": "yes"}).status_code == 403
    assert HistoryEntry.objects.values().get() == before


def test_every_list_counts_its_rows_in_the_plural() -> None:
    with override("en"):
        names = {
            str(model._meta.verbose_name): str(model._meta.verbose_name_plural)
            for model in admin.site._registry
        }
    # "history entry" and "history entries", "class curriculum" and "class curricula".
    assert [name for name, plural in names.items() if not plural.startswith(name[:-2])] == []


def test_every_subject_has_a_page() -> None:
    pages = [page for page in admin.site._registry.values() if isinstance(page, WithHistory)]
    assert sorted(page.history_subject for page in pages) == sorted(HistorySubject)


def test_how_a_field_is_shown_follows_from_its_model(head: Client, row: Row) -> None:
    """These fields of a cell are recorded nowhere else: no table of the site knows them."""
    at = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
    changes = [
        FieldChange("created_by_id", None, row.teacher.pk),
        FieldChange("created_at", None, at),
        FieldChange("academic_year", 2026, 2027),
        FieldChange("some_new_field", "", "x"),
    ]
    record(
        viewer=COMMAND_LINE,
        action=HistoryAction.UPDATE_CELL,
        subject=HistorySubject.CELL,
        at=timezone.now(),
        entries=[Recorded(row.cell.pk, changes)],
    )
    page = head.get(HISTORY).content.decode()
    for line in (
        f"<strong>created by</strong>: nothing → {row.teacher.name}",
        "<strong>created at</strong>: nothing → 1 January 2100, 09:00",
        "<strong>academic year</strong>: 2026 → 2027",
        "<strong>some new field</strong>: nothing → x",
    ):
        assert line in page


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            (
                "<strong>status</strong>: GONE → Scheduled",
                "<strong>scheduled date</strong>: nothing → 12 March 2026",
                "<strong>end time</strong>: 12:30 → 13:00",
                "<strong>updated at</strong>: 9999-12-31T23:59:59+00:00 → 1 January 2100, 09:00",
                "<strong>link expires at</strong>: nothing → 1 January 2100, 09:00",
                "<strong>has password</strong>: nothing → yes",
            ),
        ),
        (
            "ko",
            (
                "<strong>상태</strong>: GONE → 예정",
                "<strong>시험 날짜</strong>: 없음 → 2026년 3월 12일",
                "<strong>종료 시각</strong>: 12:30 → 13:00",
                "<strong>링크 만료 일시</strong>: 없음 → 2100년 1월 1일 09:00",
                "<strong>비밀번호 있음</strong>: 없음 → 예",
                "<strong>상세 내용</strong>: 없음 → x",
            ),
        ),
    ],
)
def test_values_are_shown_as_in_the_lists(
    head: Client, row: Row, language: str, lines: tuple[str, ...]
) -> None:
    """The last moment of the year 9999 is in the year 10000 in Seoul. Access could end then, in earlier versions."""
    at = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
    last = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
    changes = [
        FieldChange("status", "GONE", "SCHEDULED"),
        FieldChange("scheduled_date", None, datetime.date(2026, 3, 12)),
        FieldChange("end_time", datetime.time(12, 30), datetime.time(13)),
        FieldChange("updated_at", last, at),
        FieldChange("link_expires_at", None, at),
        FieldChange("has_password", None, True),
        FieldChange("details", None, "x"),
    ]
    record(
        viewer=COMMAND_LINE,
        action=HistoryAction.UPDATE_CELL,
        subject=HistorySubject.CELL,
        at=at,
        entries=[Recorded(row.cell.pk, changes)],
    )
    head.cookies["primepath_language"] = language
    for url in (HISTORY, change_url(row.cell)):
        page = head.get(url).content.decode()
        for line in lines:
            assert line in page
    assert ("2100년 1월 1일 09:00, " if language == "ko" else "1 January 2100, 09:00, ") in page


def test_new_subjects_are_named_and_linked(head: Client, row: Row) -> None:
    parts: list[tuple[Model, str]] = [
        (row.program, "program"),
        (row.subprogram, "sub-program"),
    ]
    for part, name in parts:
        url = change_url(part)
        assert head.post(url, filled(head, url) | {"name": f"NEW {name}"}).status_code == 302
    renamed: list[Model] = [row.school_class, row.teacher]
    for obj in renamed:
        url = change_url(obj)
        assert head.post(url, filled(head, url) | {"name": "Renamed"}).status_code == 302
        assert "Renamed" in head.get(url).content.decode()
    withdraw_token(viewer=COMMAND_LINE, token_id=row.token.pk)
    page = head.get(HISTORY).content.decode()
    for obj in (row.program, row.subprogram, row.token, *renamed):
        assert change_url(obj) in page
    # The key of a class is readable. Other keys are not.
    for name in ("NEW program", "NEW program NEW sub-program", "PRIMARY_1A", "Renamed", "Phone"):
        assert f">{name}</a>" in page


def test_the_history_of_a_curriculum_is_found_from_each_of_its_levels(
    head: Client, row: Row
) -> None:
    _change_everything(row)
    mapping = ClassCurriculumMapping.objects.latest("priority")
    button = change_url(mapping).replace("/change/", "/history/")
    (entry,) = head.get(button, follow=True).context["cl"].result_list
    assert entry.subject_key == f"{row.school_class.pk}/{row.mapping.academic_year}"
