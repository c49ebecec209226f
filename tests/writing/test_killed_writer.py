"""Killed writers leave every cell as it was before the operation, or as it is after it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection

from primepath.domain.cell import CellKey
from primepath.domain.period import MONTHS
from primepath.domain.viewer import Viewer
from primepath.models import ExamScheduleMatrix, MatrixCellExam
from primepath.services.cells.assign_exams import assign_exams
from tests.factories import YEAR, head_teacher, make_class, make_exam
from tests.processes import product_process
from tests.writing.history import assert_history_leads_to_the_cells
from tests.writing.ipc import kill_after_timeout, read_line, send
from tests.writing.killed_writer import KillPoint

pytestmark = pytest.mark.django_db(transaction=True)

RANDOM_ROUNDS = 20
CLASSES = 8
CELLS = CLASSES * len(MONTHS)
# The writing statements of an operation: locks, exams of cells, cells, history.
WRITES = 4
OPERATION = ["begun", *["wrote"] * WRITES, "done"]
GONE_WITHIN = 20


class Progress(NamedTuple):
    """The number of operations that a writer completed before it was killed, and whether it was inside another one."""

    done: int
    in_the_middle: bool


class Scenario:
    """The viewer, exams and operations of a round, and the expected exams after each operation."""

    def __init__(self) -> None:
        self.viewer: Viewer = head_teacher()
        self.first, self.second = ([make_exam().pk for _ in range(4)] for _ in range(2))
        self.steps = [(True, self.first), (True, self.second)]
        self.steps += [(False, self.first), (False, self.second)]

    def exams_after(self, operations: int) -> list[int]:
        both = sorted(self.first + self.second)
        return [[], self.first, both, self.second][operations % len(self.steps)]


@pytest.fixture
def fork_server(shared_database: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that forks writers. Its standard error must stay empty."""
    log = tmp_path / "errors"
    with (
        log.open("wb") as errors,
        product_process(
            "-m", "tests.writing.killed_writer", database_url=shared_database, errors=errors
        ) as process,
        kill_after_timeout([process]),
    ):
        yield process
    stderr = log.read_text()
    assert not stderr, stderr


def new_cells() -> list[str]:
    """Return cells of new classes. The writer's first operation stores them."""
    codes = [make_class().code for _ in range(CLASSES)]
    return [str(CellKey(code, YEAR, month)) for code in codes for month in MONTHS]


def kill(
    fork_server: subprocess.Popen[str],
    kill_point: KillPoint,
    operation: int,
    written: int,
    delay: float,
) -> Progress:
    """Start a writer, and kill it ``delay`` seconds after statement number ``written`` of the ``operation``."""
    # The next connection to SQLite is then the only one, and has to recover the writer's journal.
    connection.close()
    send(fork_server, json.dumps(kill_point))
    pid, backend = map(int, read_line(fork_server).split())
    words: list[str] = []
    try:
        for expected in [*OPERATION * operation, *OPERATION[: 1 + written]]:
            words.append(read_line(fork_server))
            assert words[-1] == expected
        time.sleep(delay)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while (word := read_line(fork_server)) in OPERATION:
        words.append(word)
    assert word == f"died {-signal.SIGKILL}"
    if backend:
        _wait_until_gone(backend)
    return Progress(words.count("done"), words[-1] != "done")


def _wait_until_gone(backend: int) -> None:
    """Wait until PostgreSQL has ended the session of the killed writer. Until then, a COMMIT can still be running."""
    deadline = time.monotonic() + GONE_WITHIN
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [backend])
            if cursor.fetchone() is None:
                return
            assert time.monotonic() < deadline, "the session of the killed writer has not ended"
            time.sleep(0.01)


def operations_in(cells: list[str], scenario: Scenario) -> int:
    """Return the number of operations that changed the cells. Check that each one changed all cells completely."""
    stored = list(ExamScheduleMatrix.objects.filter(id__in=cells).order_by("id"))
    assert len(stored) in {0, CELLS}
    operations = stored[0].version if stored else 0
    exams: dict[str, list[int]] = {cell.id: [] for cell in stored}
    for cell_id, exam_id in MatrixCellExam.objects.filter(cell__in=cells).values_list(
        "cell_id", "exam_id"
    ):
        exams[cell_id].append(exam_id)
    expected = scenario.exams_after(operations)
    for cell in stored:
        assert cell.version == operations, cell.id
        assert sorted(exams[cell.id]) == expected, cell.id
        assert cell.status == ("SCHEDULED" if expected else "EMPTY"), cell.id
    return operations


@contextmanager
def no_waiting_for_locks() -> Iterator[None]:
    """Let statements in the block fail if they find a lock."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            begin, end = "SET lock_timeout = 1", "RESET lock_timeout"
        else:
            cursor.execute("PRAGMA busy_timeout")
            begin, end = "PRAGMA busy_timeout = 0", f"PRAGMA busy_timeout = {cursor.fetchone()[0]}"
        cursor.execute(begin)
        yield
        cursor.execute(end)


def assert_usable(cells: list[str], scenario: Scenario) -> None:
    """Check that the next writer does not wait for a lock, and that the versions continue."""
    operations = operations_in(cells, scenario)
    keys = [key for cell in cells if (key := CellKey.parse(cell))]
    exam_ids = [make_exam().pk]
    with no_waiting_for_locks():
        assign_exams(viewer=scenario.viewer, cells=keys, exam_ids=exam_ids)
    versions = ExamScheduleMatrix.objects.filter(id__in=cells).values_list("version", flat=True)
    assert list(versions) == [operations + 1] * CELLS


def assert_intact() -> None:
    connection.check_constraints()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]


def test_writer_killed_between_two_statements_changes_nothing(
    fork_server: subprocess.Popen[str],
) -> None:
    scenario = Scenario()
    for round_, operation in enumerate([0, 0, 0, 0, 1, 2, 3, 2]):
        cells, written = new_cells(), round_ % WRITES + 1
        kill_point: KillPoint = {
            "viewer": asdict(scenario.viewer),
            "cells": cells,
            "steps": scenario.steps,
            "pause_at": [operation, written],
        }
        progress = kill(fork_server, kill_point, operation, written, delay=0)
        assert progress == (operation, True)
        assert operations_in(cells, scenario) == operation
        # The rows that the first operation inserts in order to lock them are rolled back too.
        stored = ExamScheduleMatrix.objects.filter(id__in=cells)
        assert stored.count() == (CELLS if operation else 0)
        assert_usable(cells, scenario)
        assert_history_leads_to_the_cells()
    assert_intact()


def test_writers_killed_at_random_leave_no_partial_change_and_lose_no_completed_one(
    fork_server: subprocess.Popen[str],
) -> None:
    scenario = Scenario()
    random_source = random.Random()
    in_the_middle = 0
    for _ in range(RANDOM_ROUNDS):
        cells = new_cells()
        kill_point: KillPoint = {
            "viewer": asdict(scenario.viewer),
            "cells": cells,
            "steps": scenario.steps,
            "pause_at": None,
        }
        operation, written = random_source.randrange(6), random_source.randrange(WRITES)
        progress = kill(
            fork_server, kill_point, operation, written, delay=random_source.uniform(0, 0.04)
        )
        assert operations_in(cells, scenario) - progress.done in {0, int(progress.in_the_middle)}
        in_the_middle += progress.in_the_middle
        assert_usable(cells, scenario)
    assert_history_leads_to_the_cells()
    assert_intact()
    assert in_the_middle > RANDOM_ROUNDS / 2
