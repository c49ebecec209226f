"""The checker of the trial reads real rows, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import DjangoDbBlocker

from benchmarks.trial.checker.check import Findings, check
from benchmarks.trial.checker.connections import busy_sessions
from benchmarks.trial.checker.ledger import Ledger
from benchmarks.trial.checker.stored import read_stored
from primepath.demo.accounts import HEAD_TEACHER
from primepath.domain.cell import CellKey
from primepath.domain.exam import ExamType
from primepath.models import Exam
from primepath.services.accounts.viewers import viewer_of
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.cells.update_cell import update_cell
from tests.databases import connected_to, demo_template, own_database

pytestmark = pytest.mark.slow


class _School:
    year = 2026
    classes = ["PRIMARY_1A", "PRIMARY_1B"]


def test_changes_of_the_product_are_whole_and_damaged_ones_are_not(
    tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with (
        django_db_blocker.unblock(),
        own_database(tmp_path, demo_template()) as url,
        connected_to(url),
    ):
        ledger = Ledger()
        before = read_stored(url)
        _change(ledger)
        after = read_stored(url, after=before.last_entry)
        assert len(after.history) == 7
        assert ledger.acknowledged == 2
        assert check(ledger, before, after) == Findings()
        assert busy_sessions(url) == 0

        note = ledger.notes[0]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE primepath_examschedulematrix SET notes = 'other' WHERE id = %s", [note.cell]
            )
        damaged = check(ledger, before, read_stored(url, after=before.last_entry))
        assert damaged.half_written == [f"{note.cell}: the row differs from its history in notes"]
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM primepath_historyentry WHERE id > %s AND subject_key = %s",
                [before.last_entry, note.cell],
            )
        damaged = check(ledger, before, read_stored(url, after=before.last_entry))
        assert damaged.lost == [
            f"{note.cell}: acknowledged note {note.text} is in the history 0 times"
        ]


def test_a_transaction_that_is_left_open_is_found(
    tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), own_database(tmp_path) as url, connected_to(url):
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
            assert busy_sessions(url) == 1
            cursor.execute("ROLLBACK")
        assert busy_sessions(url) == 0


def _change(ledger: Ledger) -> None:
    viewer = viewer_of(User.objects.get(username=HEAD_TEACHER))
    assert viewer is not None
    note = ledger.new_note("PRIMARY_1A/2026/NOV")
    update_cell(viewer=viewer, cell=_key(note.cell), changes={"notes": note.text})
    note.done("served", b'"version": 1')
    bulk = ledger.bulk_of(_School(), 0)
    assert not bulk.next_removes()
    exam = Exam.objects.filter(type=ExamType.REVIEW, academic_year=None, is_active=True).first()
    exam = exam or Exam.objects.create(
        name="Trial A", type=ExamType.REVIEW, total_questions=10, timer_minutes=20
    )
    assign_exams(viewer=viewer, cells=[*map(_key, bulk.cells)], exam_ids=[exam.pk])
    bulk.done("served", b'"version": 1,' * len(bulk.cells))


def _key(id: str) -> CellKey:
    key = CellKey.parse(id)
    assert key is not None
    return key
