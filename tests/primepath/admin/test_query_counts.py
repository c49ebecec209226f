"""Pages take the same number of queries for 5 and for 50 rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from primepath.domain.cell import CellKey
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import HistoryEntry, Teacher
from primepath.services.cells.assign_exams import assign_exams
from tests.factories import assign, make_cell, make_class, make_exam, make_level, make_teacher
from tests.primepath.admin.pages import change_url, every_page, list_url
from tests.primepath.admin.school import Row, make_row

pytestmark = pytest.mark.slow

FEW, MANY = 5, 50


def _queries(client: Client, url: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in captured]


def _assert_constant(client: Client, url: str, grow: Callable[[int], object]) -> None:
    """Compare the queries of ``url`` with few and with many rows, after one request that fills Django's caches."""
    client.get(url)
    for number in range(FEW):
        grow(number)
    few = _queries(client, url)
    for number in range(FEW, MANY):
        grow(number)
    many = _queries(client, url)
    assert len(few) == len(many), "\n".join(many)


@every_page
def test_list(head: Client, page: type[Model]) -> None:
    _assert_constant(head, list_url(page), make_row)


def test_list_of_accounts(superuser: Client) -> None:
    url = reverse("admin:auth_user_changelist")
    _assert_constant(superuser, url, lambda n: User.objects.create(username=f"user-{n}"))


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("exam", "curriculum_level"),
        ("teacherclassassignment", "teacher"),
        ("teacherclassassignment", "school_class"),
        ("curriculumlevel", "subprogram"),
        ("subprogram", "program"),
        ("examschedulematrix", "exams"),
    ],
)
def test_autocomplete(head: Client, model: str, field: str) -> None:
    url = f"/admin/autocomplete/?app_label=primepath&model_name={model}&field_name={field}&term="
    _assert_constant(head, url, make_row)


def test_teachers_on_the_page_of_a_class(head: Client, row: Row) -> None:
    _assert_constant(
        head,
        change_url(row.school_class),
        lambda n: assign(make_teacher(), row.school_class),
    )


def test_classes_on_the_page_of_a_teacher(head: Client, row: Row) -> None:
    _assert_constant(
        head,
        change_url(row.teacher),
        lambda n: assign(row.teacher, make_class()),
    )


def test_exams_on_the_page_of_a_cell(head: Client, row: Row) -> None:
    _assert_constant(
        head, change_url(row.cell), lambda n: row.cell.cell_exams.create(exam=make_exam())
    )


def test_history_on_the_page_of_a_cell_and_in_its_list(head: Client, row: Row) -> None:
    def change(number: int) -> None:
        exams = [make_exam().pk, make_exam().pk]
        assign_exams(viewer=COMMAND_LINE, cells=[CellKey.parse(row.cell.pk)], exam_ids=exams)

    _assert_constant(head, change_url(row.cell), change)
    _assert_constant(head, list_url(HistoryEntry), change)


def test_cells_on_the_page_of_an_exam(head: Client, row: Row) -> None:
    _assert_constant(
        head,
        change_url(row.exam),
        lambda n: make_cell(make_class(), exams=[row.exam]),
    )


def test_levels_on_the_page_of_a_subprogram(head: Client, row: Row) -> None:
    _assert_constant(
        head,
        change_url(row.subprogram),
        lambda n: make_level(row.subprogram.name, n + 2, row.program.name),
    )


def test_subprograms_on_the_page_of_a_program(head: Client, row: Row) -> None:
    _assert_constant(
        head, change_url(row.program), lambda n: make_level(f"PART {n}", program=row.program.name)
    )


def test_authentication_reads_the_profile_with_the_user(
    head: Client, head_teacher: Teacher
) -> None:
    assert head_teacher.is_head_teacher
    profile = [sql for sql in _queries(head, "/admin/") if "primepath_teacher" in sql]
    assert len(profile) == 1
