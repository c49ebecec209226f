"""The pages of cells and of exam sessions."""

from __future__ import annotations

from django.test import Client

from primepath.domain.period import Period
from primepath.models import ExamScheduleMatrix, ExamSession
from primepath.school import current_academic_year
from tests.factories import make_cell, make_exam
from tests.primepath.admin.pages import change_url, list_url
from tests.primepath.admin.school import Row


def test_a_cell_shows_its_exams_and_how_far_the_pupils_are(head: Client, row: Row) -> None:
    for number, status in enumerate(["COMPLETED", "COMPLETED", "IN_PROGRESS"], start=2):
        ExamSession.objects.create(
            cell=row.cell, exam=row.exam, pupil=f"Pupil {number}", status=status
        )
    row.cell.links.create(exam=make_exam("Nobody sits it"))
    page = head.get(change_url(row.cell)).content.decode()
    assert page.count("2 of 4 (50 %)") == 2
    assert "Nobody sits it" in page
    assert "Scheduled" in page


def test_a_cell_leads_to_its_sessions(head: Client, row: Row) -> None:
    other = make_cell(row.school_class, Period.FEB)
    ExamSession.objects.create(cell=other, exam=row.exam, pupil="Another")
    url = f"{list_url(ExamSession)}?cell={row.cell.pk}"
    assert url in head.get(change_url(row.cell)).content.decode()
    assert list(head.get(url).context["cl"].result_list) == [row.session]


def test_cells_are_listed_in_the_order_of_the_matrix(head: Client, row: Row) -> None:
    for period in (Period.Q1, Period.APR, Period.FEB):
        make_cell(row.school_class, period, current_academic_year())
    listed = head.get(list_url(ExamScheduleMatrix)).context["cl"].result_list
    assert [cell.period for cell in listed] == ["JAN", "FEB", "APR", "Q1"]


def test_nothing_of_a_cell_is_a_field(head: Client, row: Row) -> None:
    context = head.get(change_url(row.cell)).context
    assert not context["adminform"].form.fields
    assert not any(
        inline.has_add_permission or inline.has_change_permission
        for inline in context["inline_admin_formsets"]
    )
