"""Two writers do a thousand operations each on the same cells at the same time. Nothing fails and no change is lost."""

from __future__ import annotations

import json
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from primepath.domain.cell import CellKey
from primepath.domain.period import MONTHS
from primepath.models import ExamScheduleMatrix, HistoryEntry
from tests.factories import YEAR, head_teacher, make_classes, make_exam
from tests.processes import product_process
from tests.writing.concurrent_reader import ReaderJob
from tests.writing.history import assert_history_leads_to_the_cells, recorded_cells
from tests.writing.ipc import kill_after_timeout, read_line, send
from tests.writing.writer import OPERATIONS_PER_ROUND, Report, WriterJob

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 40
SHARED_CLASSES = 4
NOW_WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@pytest.fixture
def processes(shared_database: str, tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Two writers and a reader. Their standard error must stay empty."""
    log = tmp_path / "errors"
    with ExitStack() as stack:
        errors = stack.enter_context(log.open("wb"))
        yield [
            stack.enter_context(
                product_process("-m", module, database_url=shared_database, errors=errors)
            )
            for module in (
                "tests.writing.writer",
                "tests.writing.writer",
                "tests.writing.concurrent_reader",
            )
        ]
    stderr = log.read_text()
    assert not stderr, stderr


def ids(class_code: str) -> list[str]:
    return [str(CellKey(class_code, YEAR, month)) for month in MONTHS]


def jobs() -> tuple[list[WriterJob], ReaderJob]:
    """Return the jobs of both writers and of the reader."""
    codes = [each.code for each in make_classes(SHARED_CLASSES + ROUNDS)]
    shared, cold = codes[:SHARED_CLASSES], codes[SHARED_CLASSES:]
    writers: list[WriterJob] = []
    for name, own_field in (("A", "scheduled_date"), ("B", "start_time")):
        writers.append(
            {
                "viewer": asdict(head_teacher()),
                "name": name,
                "own_field": own_field,
                "exam_ids": [make_exam().pk for _ in range(3)],
                "backwards": name == "B",
                "cells": [id for code in shared for id in ids(code)],
                "cold_cells": [ids(code) for code in cold],
            }
        )
    reader_job: ReaderJob = {
        "viewer": asdict(head_teacher()),
        "year": YEAR,
        "class_codes": shared,
        "cold_class_codes": cold,
    }
    return writers, reader_job


def run(processes: Sequence[subprocess.Popen[str]], work: Sequence[Any]) -> list[Any]:
    """Run all rounds, each started together, and return the reports."""
    with kill_after_timeout(processes):
        for process, job in zip(processes, work, strict=True):
            send(process, json.dumps(job))
        for _ in range(ROUNDS):
            assert [read_line(each) for each in processes] == ["ready"] * len(processes)
            for process in processes:
                send(process, "go on")
        return [json.loads(read_line(each)) for each in processes]


@contextmanager
def lock_waits(database_url: str) -> Iterator[list[int]]:
    """Sample the number of PostgreSQL sessions that wait for a lock. Zeros are left out."""
    seen: list[int] = []
    done = threading.Event()

    def sample() -> None:
        with psycopg.connect(database_url, autocommit=True) as session:
            while not done.wait(0.01):
                row = session.execute(NOW_WAITING).fetchone()
                if row and row[0]:
                    seen.append(row[0])

    if connection.vendor != "postgresql":
        yield seen
        return
    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield seen
    finally:
        done.set()
        sampler.join()


def deadlocks() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCKS)
        return int(cursor.fetchone()[0])


def test_two_writers_lose_no_change_and_never_deadlock(
    processes: list[subprocess.Popen[str]], shared_database: str
) -> None:
    writers, reader_job = jobs()
    before = deadlocks()
    with lock_waits(shared_database) as waits:
        *reports, inserts_of_reader = run(processes, [*writers, reader_job])
    assert (
        [each["operations"] for each in reports]
        == [ROUNDS * OPERATIONS_PER_ROUND] * 2
        == [1000] * 2
    )
    assert deadlocks() == before
    assert_nothing_is_lost(reports)
    assert_versions_add_up(writers, reports)
    assert_history_leads_to_the_cells()

    assert all(each["stale"] > 0 for each in reports), "no writer saw a stale version"
    if connection.vendor == "postgresql":
        assert waits, "no writer waited for a lock"
    else:
        assert all(each["waits"] > 0 for each in reports), "no writer waited for the other"
    assert inserts_of_reader > 0, "every cell was stored before the reader read it"


def assert_nothing_is_lost(reports: Sequence[Report]) -> None:
    """Check that each cell has the last values of both writers, and all appended words in order."""
    cells = recorded_cells()
    for id, cell in cells.items():
        exam_ids = sorted(exam for each in reports for exam in each["exam_ids"].get(id, []))
        assert cell["exams"] == exam_ids, id
        assert cell["status"] == ("SCHEDULED" if exam_ids else "EMPTY"), id
        assert cell["scheduledDate"] == reports[0]["own"].get(id), id
        assert cell["startTime"] == reports[1]["own"].get(id), id
        words = cell["notes"].split()
        appended = [each["appended"].get(id, []) for each in reports]
        assert len(words) == sum(map(len, appended)), id
        for own in appended:
            assert [word for word in words if word in own] == own, id
    assert {id for each in reports for id in each["changes"]} <= cells.keys()


def assert_versions_add_up(writers: Sequence[WriterJob], reports: Sequence[Report]) -> None:
    """Check that each version is the number of changes of both writers, and that the history has an entry for each."""
    versions: Counter[str] = Counter()
    for writer, report in zip(writers, reports, strict=True):
        versions.update(report["changes"])
        entries = HistoryEntry.objects.filter(actor_id=writer["viewer"]["user_id"])
        assert entries.count() == sum(report["changes"].values())
    assert +versions == Counter(
        dict(ExamScheduleMatrix.objects.filter(version__gt=0).values_list("id", "version"))
    )
