"""Cells that a service only reads are as they were at one moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.models import ExamScheduleMatrix, MatrixCellExam
from primepath.services.cells.writing import lock_cells
from tests.factories import YEAR, make_cell, make_class, make_exam

pytestmark = pytest.mark.django_db


def test_cells_that_are_only_read_have_the_exams_of_their_version() -> None:
    """Another process assigns an exam before a second statement, which PostgreSQL allows during every transaction that writes."""
    first, second = make_exam(), make_exam()
    a = make_class("A")
    cell = make_cell(a, Period.JAN, exams=[first], room="1")
    make_cell(a, Period.FEB, notes="No exam", status="DRAFT")
    statements = 0

    def assign() -> None:
        MatrixCellExam.objects.create(cell=cell, exam=second)
        ExamScheduleMatrix.objects.filter(pk=cell.pk).update(version=2)

    def assign_before_the_second(execute: Callable[..., Any], *call: Any) -> Any:
        nonlocal statements
        statements += 1
        if statements == 2:
            assign()
        return execute(*call)

    keys = [CellKey("A", YEAR, period) for period in (Period.JAN, Period.FEB, Period.MAR)]
    with connection.execute_wrapper(assign_before_the_second):
        found = lock_cells(keys, dry_run=True)
    assert [found[key].version for key in keys] == [1, 1, 0]
    assert [set(found[key].state.exam_ids) for key in keys] == [{first.pk}, set(), set()]
    assert [set(found[key].links) for key in keys] == [{first.pk}, set(), set()]
    assert [found[key].state.notes for key in keys] == ["", "No exam", ""]
    assert statements == 1
    assign()
    now = lock_cells(keys, dry_run=True)[keys[0]]
    assert (now.version, set(now.links)) == (2, {first.pk, second.pk})
