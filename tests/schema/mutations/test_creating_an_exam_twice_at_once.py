"""The same creation from two threads at once: the second waits for the first, and gives what it gave."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from primepath.domain.viewer import Viewer
from primepath.models import Exam, HistoryEntry
from tests.factories import head_teacher
from tests.schema.mutations.documents import mutate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite has one writer at a time, and its test database one connection.",
    ),
]

NEW = {"name": "New", "type": "REVIEW", "totalQuestions": 20, "timerMinutes": 30}
PATIENCE = 20


def create(viewer: Viewer, name: str) -> dict[str, Any]:
    return mutate("createExam", viewer, **{**NEW, "name": name}, idempotencyKey="abc")


class UndoneError(Exception):
    """Undoes the first creation."""


def create_at_once(viewer: Viewer, name: str, *, undo_first: bool = False) -> list[dict[str, Any]]:
    """What the two answer: of "New", which is first, and of ``name``, which waits for it to be committed or undone."""

    def second() -> dict[str, Any]:
        try:
            return create(viewer, name)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        try:
            with transaction.atomic():
                first = create(viewer, "New")
                waiting = pool.submit(second)
                wait_for_a_waiting_writer()
                if undo_first:
                    raise UndoneError
        except UndoneError:
            pass
        return [first, waiting.result(PATIENCE)]


def wait_for_a_waiting_writer() -> None:
    """Until somebody waits for a lock of ours."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.01)
    raise AssertionError("The two never met.")


def test_both_are_given_the_same_exam() -> None:
    first, second = create_at_once(head_teacher(), "New")
    assert first == second
    assert first["userErrors"] == []
    assert Exam.objects.count() == HistoryEntry.objects.count() == 1


def test_the_second_is_refused_where_it_is_another_exam() -> None:
    _, second = create_at_once(head_teacher(), "Other")
    assert second["exam"] is None
    assert [each["code"] for each in second["userErrors"]] == ["DUPLICATE"]
    assert Exam.objects.count() == HistoryEntry.objects.count() == 1


def test_the_second_creates_it_where_the_first_is_undone() -> None:
    _, second = create_at_once(head_teacher(), "Other", undo_first=True)
    assert second["exam"]["name"] == "Other"
    assert Exam.objects.count() == HistoryEntry.objects.count() == 1
