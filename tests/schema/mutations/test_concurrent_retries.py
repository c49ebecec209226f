"""The same `createExam` from two threads: the second waits for the first and returns the same exam."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from primepath.domain.viewer import Viewer
from primepath.models import Exam, HistoryEntry
from tests.factories import head_teacher
from tests.schema.mutations.documents import mutate
from tests.schema.mutations.locks import wait_for_a_blocked_writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite has one writer at a time, and its test database one connection.",
    ),
]

NEW = {"name": "New", "type": "REVIEW", "totalQuestions": 20, "timerMinutes": 30}
TIMEOUT_SECONDS = 20


def create(viewer: Viewer, name: str) -> dict[str, Any]:
    return mutate("createExam", viewer, **{**NEW, "name": name}, idempotencyKey="abc")


class RollbackError(Exception):
    """Rolls back the first creation."""


def create_concurrently(
    viewer: Viewer, name: str, *, roll_back_first: bool = False
) -> list[dict[str, Any]]:
    """Create "New", and ``name`` in a thread that waits for the first to be committed or rolled back. Return both payloads."""

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
                wait_for_a_blocked_writer()
                if roll_back_first:
                    raise RollbackError
        except RollbackError:
            pass
        return [first, waiting.result(TIMEOUT_SECONDS)]


def test_both_requests_return_the_same_exam() -> None:
    first, second = create_concurrently(head_teacher(), "New")
    assert first == second
    assert first["userErrors"] == []
    assert Exam.objects.count() == HistoryEntry.objects.count() == 1


def test_second_request_with_another_exam_is_rejected() -> None:
    _, second = create_concurrently(head_teacher(), "Other")
    assert second["exam"] is None
    assert [each["code"] for each in second["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert Exam.objects.count() == HistoryEntry.objects.count() == 1


def test_second_request_creates_the_exam_if_the_first_rolls_back() -> None:
    _, second = create_concurrently(head_teacher(), "Other", roll_back_first=True)
    assert second["exam"]["name"] == "Other"
    assert Exam.objects.count() == HistoryEntry.objects.count() == 1
