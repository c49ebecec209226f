"""The same `rollOverYear` from two threads: the second waits for the first, and copies nothing again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.models import ClassCurriculumMapping, Exam
from tests.factories import YEAR, head_teacher, make_cell, make_class, make_exam, make_level
from tests.schema.mutations.documents import mutate
from tests.schema.mutations.locks import (
    TIMEOUT_SECONDS,
    wait_for_a_blocked_writer,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite has one writer at a time, and its test database one connection.",
    ),
]


def roll(viewer: Viewer, parts: list[str]) -> dict[str, Any]:
    return mutate("rollOverYear", viewer, fromYear=YEAR, toYear=YEAR + 1, parts=parts)


@pytest.mark.parametrize(
    ("parts", "first_counts", "second_counts"),
    [
        (["EXAMS"], [(1, 0)], [(0, 1)]),
        (["EXAMS", "SCHEDULE"], [(1, 0), (1, 0)], [(0, 1), (0, 1)]),
        (["CURRICULUM"], [(1, 0)], [(0, 1)]),
    ],
)
def test_second_call_waits_and_copies_nothing_again(
    parts: list[str], first_counts: list[tuple[int, int]], second_counts: list[tuple[int, int]]
) -> None:
    school_class, viewer = make_class("A"), head_teacher()
    make_cell(school_class, Period.JAN, exams=[make_exam(academic_year=YEAR)])
    ClassCurriculumMapping.objects.create(
        school_class=school_class, academic_year=YEAR, curriculum_level=make_level(), priority=1
    )

    def second() -> dict[str, Any]:
        try:
            return roll(viewer, parts)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = roll(viewer, parts)
            waiting = pool.submit(second)
            wait_for_a_blocked_writer()
        payloads = [first, waiting.result(TIMEOUT_SECONDS)]
    for payload, expected in zip(payloads, (first_counts, second_counts), strict=True):
        assert payload["userErrors"] == []
        assert [(each["copied"], each["skipped"]) for each in payload["report"]] == expected
    assert Exam.objects.filter(academic_year=YEAR + 1).count() == ("EXAMS" in parts)
    assert ClassCurriculumMapping.objects.count() == 1 + ("CURRICULUM" in parts)
