"""Cells of any class and year are opened in the admin site, although they do not exist yet."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from primepath.domain.academic_year import AcademicYears
from primepath.models import ExamScheduleMatrix, SchoolClass
from primepath.school import current_academic_year
from tests.primepath.admin.pages import change_url, filled, list_url
from tests.primepath.admin.school import Row

FIND = "/admin/primepath/examschedulematrix/find/"
YEAR = current_academic_year()
FURTHEST = settings.ACADEMIC_YEARS[1]


def _find(client: Client, row: Row, **values: Any) -> Any:
    data = {"school_class": row.school_class.code, "academic_year": YEAR, "period": ""}
    return client.post(FIND, data | values)


def test_list_has_a_button_to_the_page(head: Client, row: Row) -> None:
    assert f'<a href="{FIND}">' in head.get(list_url(ExamScheduleMatrix)).content.decode()
    assert filled(head, FIND) == {"school_class": "", "academic_year": str(YEAR), "period": ""}


def test_cell_that_nobody_opened_is_found_and_changed(head: Client, row: Row) -> None:
    response = _find(head, row, academic_year=FURTHEST, period="DEC")
    cell = ExamScheduleMatrix.objects.get(academic_year=FURTHEST)
    assert response.headers["Location"] == change_url(cell)
    data = filled(head, change_url(cell))
    assert head.post(change_url(cell), data | {"notes": "Early"}).status_code == 302
    cell.refresh_from_db()
    assert (cell.notes, cell.version, cell.period) == ("Early", 1, "DEC")


def test_all_periods_of_a_year_are_listed(head: Client, row: Row) -> None:
    response = _find(head, row, academic_year=FURTHEST)
    listed = head.get(response.headers["Location"]).context["cl"].result_list
    assert {(cell.school_class_id, cell.academic_year) for cell in listed} == {
        (row.school_class.code, FURTHEST)
    }
    assert len(listed) == 16


def test_stored_cell_is_kept(head: Client, row: Row) -> None:
    assert _find(head, row, period="JAN").headers["Location"] == change_url(row.cell)
    row.cell.refresh_from_db()
    assert (row.cell.version, row.cell.status) == (1, "SCHEDULED")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"school_class": "NO_SUCH"}, "school_class"),
        ({"school_class": "\0"}, "school_class"),
        ({"school_class": ""}, "school_class"),
        ({"academic_year": "1850"}, "academic_year"),
        ({"academic_year": "x"}, "academic_year"),
        ({"period": "MAY2"}, "period"),
    ],
)
def test_invalid_input_stores_nothing(
    head: Client, row: Row, values: dict[str, str], field: str
) -> None:
    response = _find(head, row, **values)
    assert list(response.context["form"].errors) == [field]
    assert ExamScheduleMatrix.objects.count() == 1


def test_inactive_class_and_unplanned_year_have_no_cells_to_open(
    head: Client, row: Row, settings: Any
) -> None:
    settings.ACADEMIC_YEARS = AcademicYears(YEAR, YEAR)
    assert "academic_year" in _find(head, row, academic_year=YEAR + 1).context["form"].errors
    SchoolClass.objects.update(is_active=False)
    errors = _find(head, row).context["form"].errors
    assert "inactive" in errors["school_class"][0]
    assert ExamScheduleMatrix.objects.count() == 1


def test_page_is_for_administrators_and_needs_a_csrf_token(
    head: Client, head_teacher: Any, row: Row
) -> None:
    assert _find(Client(), row).headers["Location"].startswith("/admin/login/")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(head_teacher.user)
    assert _find(strict, row).status_code == 403
    assert ExamScheduleMatrix.objects.count() == 1
