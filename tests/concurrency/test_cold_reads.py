"""Many processes read the same missing matrix at the same time. All succeed, and each cell is stored once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from primepath.domain.period import PERIODS
from primepath.models import ExamScheduleMatrix
from tests.client import data
from tests.concurrency.reader import Job, Reading
from tests.concurrency.readers import Readers, started_readers
from tests.factories import YEAR, head_teacher, make_cell, make_classes, make_teacher

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PROCESSES, THREADS = 8, 4
CLASSES = 60
READERS = PROCESSES * THREADS
MATRIX = """
query ($year: Int) {
  scheduleMatrix(academicYear: $year) {
    rows { schoolClass { code } cells { id status version notes } }
  }
}
"""
# Cells are read in the requested order. Without sorting, they would be stored in that order too.
CELLS = """
query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on MatrixCell { status version notes } } }
"""
EMPTY = {"status": "EMPTY", "version": 0, "notes": ""}


@pytest.fixture(scope="module")
def _log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readers") / "errors"


@pytest.fixture(scope="module")
def _readers(database_url: str, _log: Path) -> Iterator[Readers]:
    with started_readers(PROCESSES, database_url=database_url, log=_log) as readers:
        yield readers


@pytest.fixture
def readers(shared_database: str, _readers: Readers, _log: Path) -> Iterator[Readers]:
    """Processes that log nothing."""
    yield _readers
    assert _log.read_text() == ""


def jobs(document: str, variables: list[dict[str, Any]]) -> list[Job]:
    """Return one job per process. The variables are distributed to them."""
    assert len(variables) == READERS == 32
    user_id = make_teacher(head=True).user.pk
    return [
        {
            "document": document,
            "user_id": user_id,
            "variables": variables[first : first + THREADS],
        }
        for first in range(0, READERS, THREADS)
    ]


def data_of(reading: Reading) -> Any:
    assert "errors" not in reading["answer"], reading["answer"]["errors"]
    return reading["answer"]["data"]


def cell_id(code: str, period: str) -> str:
    return f"MatrixCell:{code}/{YEAR}/{period}"


def assert_all_overlapped(readings: list[Reading]) -> None:
    """Assert that at one moment every reader had begun and none had ended."""
    assert len(readings) == READERS
    assert max(each["begun"] for each in readings) < min(each["ended"] for each in readings)


def assert_each_cell_is_stored_once() -> None:
    stored = list(ExamScheduleMatrix.objects.values_list("school_class", "academic_year", "period"))
    assert len(stored) == len(set(stored)) == CLASSES * len(PERIODS) == 960


def test_cold_reads_of_one_matrix_store_each_cell_once(readers: Readers) -> None:
    codes = [each.code for each in make_classes(CLASSES)]
    readings = readers.read(jobs(MATRIX, [{"year": YEAR}] * READERS))
    expected = [
        {
            "schoolClass": {"code": code},
            "cells": [{"id": cell_id(code, period), **EMPTY} for period in PERIODS],
        }
        for code in codes
    ]
    assert all(data_of(each)["scheduleMatrix"]["rows"] == expected for each in readings)
    assert_all_overlapped(readings)
    assert_each_cell_is_stored_once()


def test_cold_reads_in_opposite_orders_do_not_deadlock(
    readers: Readers,
) -> None:
    codes = [each.code for each in make_classes(CLASSES)]
    ids = [cell_id(code, period) for code in codes for period in PERIODS]
    parts = []
    for reader in range(READERS):
        begin = reader * len(ids) // READERS
        part = [*ids[begin:], *ids[:begin]][: 3 * len(ids) // 4]
        parts.append(part[::-1] if reader % 2 else part)
    readings = readers.read(jobs(CELLS, [{"ids": part} for part in parts]))
    for part, reading in zip(parts, readings, strict=True):
        assert data_of(reading)["nodes"] == [{"id": id, **EMPTY} for id in part]
    assert_all_overlapped(readings)
    # A reader that would have waited for another has stored nothing.
    data(MATRIX, head_teacher(), {"year": YEAR})
    assert_each_cell_is_stored_once()


def test_cold_reads_do_not_change_stored_cells(readers: Readers) -> None:
    classes = make_classes(CLASSES)
    for each in classes[::2]:
        make_cell(each, PERIODS[3], notes="Ours")
    readings = readers.read(jobs(MATRIX, [{"year": YEAR}] * READERS))
    assert all(data_of(each) == data_of(readings[0]) for each in readings)
    for index, row in enumerate(data_of(readings[0])["scheduleMatrix"]["rows"]):
        notes = [cell["notes"] for cell in row["cells"]]
        assert notes == ["", "", "", "" if index % 2 else "Ours", *[""] * 12]
    assert_all_overlapped(readings)
    assert_each_cell_is_stored_once()
