"""A plan that fails leaves nothing behind: the response is the one without plans, errors and their order included."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from primepath.domain.period import PERIODS
from primepath.domain.viewer import Viewer
from tests.client import answer
from tests.factories import fill_matrix, head_teacher, make_classes

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CLASSES, ROOTS = 3, 10
FIELDS = (
    "id period periodType status color icon version notes canEdit scheduledDate startTime endTime"
)
CODES = '["C000", "C001", "C002"]'
CELL_VALUES = 14
LIMIT = ROOTS * CLASSES * len(PERIODS) * (CELL_VALUES + 6)


def matrices(field: str) -> str:
    """Ten matrices, one below the other."""
    roots = " ".join(
        f"m{number}: scheduleMatrix(academicYear: {2024 + number}, classCodes: {CODES}) {{ rows {{ schoolClass {{ code }} "
        f"cells {{ {FIELDS} {field} }} }} }}"
        for number in range(ROOTS)
    )
    return f"{{ {roots} }}"


def fail(_ids: list[str]) -> None:
    raise RuntimeError("The table of sessions is gone.")


@pytest.fixture
def viewer() -> Viewer:
    fill_matrix(make_classes(CLASSES), 2026)
    return head_teacher()


def both(document: str, viewer: Viewer) -> tuple[dict[str, Any], dict[str, Any]]:
    responses = []
    for compiled in (True, False):
        with override_settings(COMPILED_EXECUTION=compiled, MAX_ANSWER_VALUES=LIMIT):
            responses.append(answer(document, viewer))
    return responses[0], responses[1]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("completion { completionRate }", "INTERNAL"),
        ("availableExams(first: 101) { totalCount }", "LIMIT_EXCEEDED"),
    ],
)
def test_failing_field_fails_alone(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch, field: str, code: str
) -> None:
    monkeypatch.setattr("loaders.completion.completion_of_cells", fail)
    compiled, plain = both(matrices(field), viewer)
    assert compiled == plain
    assert None not in compiled["data"].values()
    assert len(compiled["errors"]) == ROOTS * CLASSES * len(PERIODS)
    assert {each["extensions"]["code"] for each in compiled["errors"]} == {code}


def test_errors_are_in_the_order_of_the_response(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loaders.completion.completion_of_cells", fail)
    document = """
    {
      second: node(id: "nothing") { id }
      first: schoolClass(code: "C001") {
        cells(periods: [JAN, FEB]) { availableExams(first: 101) { totalCount } completion { completed } }
      }
      third: node(id: "nothing") { id }
    }
    """
    compiled, plain = both(document, viewer)
    assert compiled == plain
    cells = [
        ["first", "cells", index, field]
        for index in range(2)
        for field in ("availableExams", "completion")
    ]
    assert [each["path"] for each in compiled["errors"]] == [["second"], *cells, ["third"]]
