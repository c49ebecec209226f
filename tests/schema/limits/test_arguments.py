"""Limits on the length of lists in arguments."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client import answer
from tests.factories import head_teacher, make_class
from tests.schema.mutations.documents import at, document, key

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("mutation", "input"),
    [
        ("assignExams", {"cells": [at("A")] * 1_000, "examIds": ["Exam:99"] * 10}),
        ("assignExams", {"cells": [at("A")] * 10, "examIds": ["Exam:99"] * 1_000}),
        ("unassignExams", {"cells": [at("A")] * 100, "examIds": ["Exam:99"] * 100}),
        ("cloneCell", {"source": at("A"), "targets": [key("A", "FEB")] * 1_000}),
        ("shareCell", {"source": at("A"), "classCodes": ["B"] * 1_000}),
        (
            "setClassCurriculum",
            {"classCode": "A", "academicYear": 2026, "levelIds": ["CurriculumLevel:99"] * 1_000},
        ),
    ],
)
def test_list_of_maximum_length_is_read(mutation: str, input: dict[str, Any]) -> None:
    make_class("A")
    make_class("B")
    assert "errors" not in answer(document(mutation), head_teacher(), {"input": input})


@pytest.mark.parametrize(
    ("cells", "exams", "message"),
    [
        (1_001, 1, "`cells` has 1001 items, which exceeds the limit of 1000."),
        (1, 1_001, "`examIds` has 1001 items, which exceeds the limit of 1000."),
        (
            101,
            100,
            "100 exams × 101 cells = 10100 assignments, which exceeds the limit of 10000.",
        ),
    ],
)
def test_message_has_the_limit_and_the_length(cells: int, exams: int, message: str) -> None:
    input = {"cells": [at("A")] * cells, "examIds": ["Exam:99"] * exams}
    response = answer(document("assignExams"), head_teacher(), {"input": input})
    (error,) = response["errors"]
    assert error["message"] == message
    limit, actual = (10_000, cells * exams) if message[0] == "1" else (1_000, max(cells, exams))
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": limit, "actual": actual}


@pytest.mark.parametrize(
    ("document", "argument"),
    [
        (
            "query ($list: [String!]) { scheduleMatrix(classCodes: $list) { academicYear } }",
            "classCodes",
        ),
        ("query ($list: [ID!]!) { nodes(ids: $list) { id } }", "ids"),
    ],
)
def test_list_of_a_query_is_read_up_to_the_limit(document: str, argument: str) -> None:
    viewer = head_teacher()
    assert "errors" not in answer(document, viewer, {"list": ["Exam:1"] * 1_000})
    (error,) = answer(document, viewer, {"list": ["Exam:1"] * 1_001})["errors"]
    assert error["message"] == f"`{argument}` has 1001 items, which exceeds the limit of 1000."
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": 1_000, "actual": 1_001}
