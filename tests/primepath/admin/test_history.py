"""The page of the history, and the history on the pages of what was changed."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from primepath.domain.history import FieldChange, HistoryAction, HistorySubject
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import CurriculumLevel, HistoryEntry
from primepath.services.access.assign_teacher import assign_teacher
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
    """One entry of each subject, beside the cell's that the row has."""
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


def test_the_list_says_what_changed_from_what_to_what(head: Client, row: Row) -> None:
    _change_everything(row)
    page = head.get(HISTORY).content.decode()
    renamed = CurriculumLevel.objects.with_names().get(pk=row.level.pk)
    for line in (
        "<strong>status</strong>: EMPTY → SCHEDULED",
        "<strong>exams</strong>: nothing → Second",
        "<strong>name</strong>: Exam 1 → Second",
        "<strong>is active</strong>: yes → no",
        f"<strong>levels</strong>: {renamed} → EDGE PHONICS L1, {renamed}",
        f"<strong>name</strong>: {row.level} → {row.level.subprogram} L5",
        "<strong>access level</strong>: FULL → VIEW",
        "<strong>expires at</strong>: nothing → 2100-01-01 09:00",
        "<strong>review note</strong>: nothing → xxx",
    ):
        assert line in page
    assert "x" * 121 not in page
    for obj in (row.cell, row.exam, row.level, row.assignment, row.access_request):
        assert change_url(obj) in page
    assert "curriculum/?academic_year=" in page


def test_an_entry_is_shown_in_full(head: Client, row: Row) -> None:
    _change_everything(row)
    page = head.get(change_url(HistoryEntry.objects.latest("pk"))).content.decode()
    assert "x" * 1_000 in page
    assert "Command line" in page


def test_names_of_people_are_no_html(head: Client, row: Row) -> None:
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


def test_the_history_button_leads_to_the_history_of_just_this(head: Client, row: Row) -> None:
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
        (row.assignment, "access level</strong>: FULL → VIEW"),
        (row.access_request, "review note</strong>: nothing → xxx"),
    ):
        assert change in head.get(change_url(obj)).content.decode()


def test_entries_are_neither_added_nor_changed_nor_deleted(head: Client, row: Row) -> None:
    before = HistoryEntry.objects.values().get()
    assert not filled(head, change_url(row.history))
    for url in (
        change_url(row.history),
        change_url(row.history).replace("/change/", "/delete/"),
        f"{HISTORY}add/",
    ):
        assert head.post(url, {"actor_name": "Somebody", "post": "yes"}).status_code == 403
    assert HistoryEntry.objects.values().get() == before
