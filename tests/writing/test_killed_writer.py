"""A writer that is killed in the middle leaves every cell wholly before or wholly after."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
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
from tests.writing.conversation import answer_of, patience, tell
from tests.writing.doomed import Doom
from tests.writing.history import assert_history_leads_to_the_cells

pytestmark = pytest.mark.django_db(transaction=True)

RANDOM_ROUNDS = 20
CLASSES = 8
CELLS = CLASSES * len(MONTHS)
# Locks, links, cells, history: the statements of an operation that write.
WRITES = 4
OPERATION = ["begun", *["wrote"] * WRITES, "done"]
GONE_WITHIN = 20


class Death(NamedTuple):
    """How far a writer had come: the operations it had ended, and whether it had begun one more."""

    done: int
    in_the_middle: bool


class Cast:
    """Whom and what a round writes with, and what all cells must be after each number of operations."""

    def __init__(self) -> None:
        self.viewer: Viewer = head_teacher()
        self.first, self.second = ([make_exam().pk for _ in range(4)] for _ in range(2))
        self.steps = [(True, self.first), (True, self.second)]
        self.steps += [(False, self.first), (False, self.second)]

    def exams_after(self, operations: int) -> list[int]:
        both = sorted(self.first + self.second)
        return [[], self.first, both, self.second][operations % len(self.steps)]


@pytest.fixture
def nursery(shared_database: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Forks writers, which complain of nothing."""
    log = tmp_path / "errors"
    with (
        log.open("wb") as errors,
        product_process(
            "-m", "tests.writing.doomed", database_url=shared_database, errors=errors
        ) as process,
        patience([process]),
    ):
        yield process
    complaints = log.read_text()
    assert not complaints, complaints


def new_cells() -> list[str]:
    """Cells of new classes: the writer's first operation stores them."""
    codes = [make_class().code for _ in range(CLASSES)]
    return [str(CellKey(code, YEAR, month)) for code in codes for month in MONTHS]


def kill(
    nursery: subprocess.Popen[str], doom: Doom, operation: int, written: int, delay: float
) -> Death:
    """Starts a writer, and kills it ``delay`` seconds after statement number ``written`` of the ``operation``."""
    # SQLite's next connection is then the only one, and has to recover what the writer left.
    connection.close()
    tell(nursery, json.dumps(doom))
    pid, backend = map(int, answer_of(nursery).split())
    words: list[str] = []
    try:
        for expected in [*OPERATION * operation, *OPERATION[: 1 + written]]:
            words.append(answer_of(nursery))
            assert words[-1] == expected
        time.sleep(delay)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while (word := answer_of(nursery)) in OPERATION:
        words.append(word)
    assert word == f"died {-signal.SIGKILL}"
    if backend:
        _wait_until_gone(backend)
    return Death(words.count("done"), words[-1] != "done")


def _wait_until_gone(backend: int) -> None:
    """PostgreSQL ends the session of a writer when it next talks to it: until then a COMMIT may be under way."""
    deadline = time.monotonic() + GONE_WITHIN
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [backend])
            if cursor.fetchone() is None:
                return
            assert time.monotonic() < deadline, "the session of the killed writer lives on"
            time.sleep(0.01)


def operations_in(cells: list[str], cast: Cast) -> int:
    """How many operations the cells have seen; all of them the same, and all of each operation."""
    stored = list(ExamScheduleMatrix.objects.filter(id__in=cells).order_by("id"))
    assert len(stored) in {0, CELLS}
    operations = stored[0].version if stored else 0
    exams: dict[str, list[int]] = {cell.id: [] for cell in stored}
    for cell_id, exam_id in MatrixCellExam.objects.filter(cell__in=cells).values_list(
        "cell_id", "exam_id"
    ):
        exams[cell_id].append(exam_id)
    expected = cast.exams_after(operations)
    for cell in stored:
        assert cell.version == operations, cell.id
        assert sorted(exams[cell.id]) == expected, cell.id
        assert cell.status == ("SCHEDULED" if expected else "EMPTY"), cell.id
    return operations


def assert_usable(cells: list[str], cast: Cast) -> None:
    """The next writer is not kept waiting, and history goes on where the cells are."""
    operations = operations_in(cells, cast)
    keys = [key for cell in cells if (key := CellKey.parse(cell))]
    exam_ids = [make_exam().pk]
    begun = time.monotonic()
    assign_exams(viewer=cast.viewer, cells=keys, exam_ids=exam_ids)
    assert time.monotonic() - begun < GONE_WITHIN
    versions = ExamScheduleMatrix.objects.filter(id__in=cells).values_list("version", flat=True)
    assert list(versions) == [operations + 1] * CELLS


def assert_intact() -> None:
    connection.check_constraints()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]


def test_a_writer_killed_between_two_statements_has_written_nothing_of_that_change(
    nursery: subprocess.Popen[str],
) -> None:
    cast = Cast()
    for round_, operation in enumerate([0, 0, 0, 0, 1, 2, 3, 2]):
        cells, written = new_cells(), round_ % WRITES + 1
        doom: Doom = {
            "viewer": asdict(cast.viewer),
            "cells": cells,
            "steps": cast.steps,
            "hold": [operation, written],
        }
        death = kill(nursery, doom, operation, written, delay=0)
        assert death == (operation, True)
        assert operations_in(cells, cast) == operation
        # Nor is there what the first operation stores only to lock it.
        stored = ExamScheduleMatrix.objects.filter(id__in=cells)
        assert stored.count() == (CELLS if operation else 0)
        assert_usable(cells, cast)
        assert_history_leads_to_the_cells()
    assert_intact()


def test_writers_killed_at_random_moments_leave_no_change_by_half_and_lose_none_that_was_done(
    nursery: subprocess.Popen[str],
) -> None:
    cast = Cast()
    dice = random.Random()
    in_the_middle = 0
    for _ in range(RANDOM_ROUNDS):
        cells = new_cells()
        doom: Doom = {
            "viewer": asdict(cast.viewer),
            "cells": cells,
            "steps": cast.steps,
            "hold": None,
        }
        operation, written = dice.randrange(6), dice.randrange(WRITES)
        death = kill(nursery, doom, operation, written, delay=dice.uniform(0, 0.04))
        assert operations_in(cells, cast) - death.done in {0, int(death.in_the_middle)}
        in_the_middle += death.in_the_middle
        assert_usable(cells, cast)
    assert_history_leads_to_the_cells()
    assert_intact()
    assert in_the_middle > RANDOM_ROUNDS / 2
