"""`matrixCells` in a large school: the years before and after the requested one cost next to nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from primepath.db.bulk import insert_rows
from primepath.domain.period import PERIODS
from primepath.domain.viewer import Viewer
from primepath.models import ExamScheduleMatrix
from tests.client import data
from tests.factories import YEAR, head_teacher, make_classes
from tests.query_counts import of_cells

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CLASSES, YEARS = 600, range(YEAR - 5, YEAR + 5)
RUNS = 3
# PostgreSQL names the index, and SQLite its columns.
INDEXES = ("cell_by_schedule", "cell_once_a_class_year_and_period", "academic_year=?")
WEEK = {"scheduledFrom": f"{YEAR}-03-02", "scheduledTo": f"{YEAR}-03-08"}
FILTERS: dict[str, dict[str, object]] = {
    "a year by schedule": {"academicYear": YEAR},
    "a week": {"academicYear": YEAR, **WEEK},
    "undated drafts": {"academicYear": YEAR, "statuses": ["DRAFT"], "hasDate": False},
    "one class": {"academicYear": YEAR, "classCodes": ["C007"]},
}
DOCUMENT = """
query ($filter: MatrixCellFilter) {
  matrixCells(filter: $filter, first: 50) { edges { node { id status scheduledDate } } }
}
"""


def store(codes: list[str], years: Iterable[int]) -> None:
    """Store all cells of the classes and years, each with a date of its period."""
    now = timezone.now()
    rows = []
    for year in years:
        for period in PERIODS:
            first, last = period.dates(year)
            for number, code in enumerate(codes):
                day = first + (last - first) * (number % 28) // 28
                row = (f"{code}/{year}/{period}", code, year, period, "DRAFT", day, "", 1, now, now)
                rows.append(row)
    columns = (
        *("id", "class_code", "academic_year", "period", "status", "scheduled_date"),
        *("notes", "version", "created_at", "updated_at"),
    )
    insert_rows(ExamScheduleMatrix, columns, rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def milliseconds(viewer: Viewer, filter: dict[str, object]) -> float:
    """Return the shortest time of a few runs."""

    def run() -> float:
        start = time.perf_counter()
        data(DOCUMENT, viewer, {"filter": filter})
        return (time.perf_counter() - start) * 1_000

    return min(run() for _ in range(RUNS))


def plan(sql: str) -> str:
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        cursor.execute(f"{explain} {sql}".replace("%", "%%"))
        return "\n".join(str(row) for row in cursor.fetchall())


def test_ten_years_cost_less_than_twice_as_much_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    """The times are printed, and the plans are asserted: a time on a busy machine proves nothing."""
    viewer = head_teacher()
    codes = [each.code for each in make_classes(CLASSES)]
    store(codes, [YEAR])
    one = {name: milliseconds(viewer, filter) for name, filter in FILTERS.items()}
    store(codes, [year for year in YEARS if year != YEAR])
    ten = {name: milliseconds(viewer, filter) for name, filter in FILTERS.items()}
    with capsys.disabled():
        for name in FILTERS:
            ratio = ten[name] / one[name]
            sys.stdout.write(
                f"\n{name}: {one[name]:.1f} ms, ten years {ten[name]:.1f} ms: {ratio:.2f}x"
            )
    for filter in FILTERS.values():
        with CaptureQueriesContext(connection) as captured:
            data(DOCUMENT, viewer, {"filter": filter})
        statements = of_cells([each["sql"] for each in captured.captured_queries])
        ids = next(each for each in statements if "ORDER BY" in each)
        steps = plan(ids)
        assert any(name in steps for name in INDEXES), steps
        assert "Seq Scan on primepath_examschedulematrix" not in steps, steps
        assert "SCAN primepath_examschedulematrix" not in steps, steps
