"""Any JSON value at any place of the input is valid, or a precise error of that input."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from schema.limits.cost import QueryCost
from schema.operation.document import document_cache
from tests.client import answer
from tests.factories import YEAR, head_teacher, make_cell, make_class, make_exam
from tests.schema.operation.json_shapes import SHAPES, Place, places

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PLACES = {place.name: place for place in places()}
CODES = {"BAD_USER_INPUT", "FORBIDDEN"}


@pytest.fixture(autouse=True)
def _every_operation_is_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the variables of all operations. Most cannot exceed the limit, and are not estimated again."""
    original = QueryCost.__init__

    def init(self: Any, *args: Any) -> None:
        original(self, *args)
        self._upper_bounds = dict.fromkeys(self._upper_bounds, 10**9)

    document_cache.clear()
    monkeypatch.setattr(QueryCost, "__init__", init)


@pytest.fixture
def school() -> Any:
    make_cell(make_class("A"), year=YEAR, exams=[make_exam("Exam")])
    return head_teacher()


def test_every_kind_of_place_is_found() -> None:
    assert len(PLACES) > 100
    assert {
        "Query.scheduleMatrix(classCodes).0",
        "MatrixRow.cells(type)",
        "SchoolClass.cells(periods).0",
        "MatrixCell.history(after)",
        "Query.exams(filter).nameContains",
        "Mutation.updateCell(input).cell.at.period",
        "Mutation.cloneCell(input).targets.0.academicYear",
    } <= set(PLACES)


@pytest.mark.parametrize("name", PLACES)
def test_no_shape_is_an_internal_error_or_exceeds_a_limit(
    name: str, school: Any, caplog: pytest.LogCaptureFixture
) -> None:
    place: Place = PLACES[name]
    with caplog.at_level(logging.ERROR):
        for shape in SHAPES:
            response = answer(place.document, school, place.variables(shape))
            codes = {each["extensions"]["code"] for each in response.get("errors", ())}
            assert codes <= CODES, (shape, response)
    assert not caplog.records


@pytest.mark.parametrize("type_", [["MONTHLY"], {"a": 1}, [[]], 1.5, True])
def test_a_wrong_value_of_an_enum_is_explained(school: Any, type_: Any) -> None:
    document = """
      query ($codes: [String!], $type: PeriodType) {
        scheduleMatrix(classCodes: $codes) {
          rows {
            cells(type: $type) {
              id period periodType status color icon notes scheduledDate startTime endTime version
              exams { id name type academicYear totalQuestions timerMinutes passingScore }
            }
          }
        }
      }
    """
    response = answer(document, school, {"type": type_})
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"].startswith("Variable '$type' has invalid value: ")
    assert response["data"] is None
