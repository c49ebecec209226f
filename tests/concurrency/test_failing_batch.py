"""A batch that raises, through the whole API: its own fields fail, the rest succeeds, and nothing is left."""

from __future__ import annotations

import gc
from typing import Any, NoReturn

import pytest
from django.db import DatabaseError

from primepath.domain.viewer import Viewer
from tests.client import answer, data, error_codes
from tests.factories import YEAR, fill_matrix, head_teacher, make_classes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_assert_nothing_left")]

SECRET = 'relation "primepath_secret" does not exist'
PERIODS = 16


class Failure:
    """A database that fails for one table, with the number of statements on that table."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        self.calls += 1
        raise DatabaseError(SECRET)


@pytest.fixture
def failure() -> Failure:
    return Failure()


@pytest.fixture
def viewer() -> Viewer:
    fill_matrix(make_classes(1))
    return head_teacher()


def assert_logged_once(log: pytest.LogCaptureFixture) -> None:
    # asyncio logs an exception that was never retrieved when it deletes the future.
    gc.collect()
    (record,) = log.records
    assert (record.name, record.levelname) == ("primepath.errors", "ERROR")
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == SECRET


def test_failing_batch_nulls_only_its_own_fields(
    failure: Failure,
    viewer: Viewer,
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = "rows { curriculum { label } cells { id exams { name } %s } }"
    document = f"query ($year: Int) {{ scheduleMatrix(academicYear: $year) {{ {rows} }} }}"
    (healthy,) = data(document % "", viewer, {"year": YEAR})["scheduleMatrix"]["rows"]

    monkeypatch.setattr("loaders.completion.completion_of_cells", failure)
    response = answer(document % "completion { completed }", viewer, {"year": YEAR})

    (row,) = response["data"]["scheduleMatrix"]["rows"]
    assert [cell.pop("completion") for cell in row["cells"]] == [None] * PERIODS
    assert row == healthy
    assert error_codes(response) == {
        f"scheduleMatrix.rows.0.cells.{number}.completion": "INTERNAL" for number in range(PERIODS)
    }
    assert SECRET not in str(response)
    assert failure.calls == 1
    assert_logged_once(log)


def test_failing_non_null_field_nulls_the_nearest_nullable_parent(
    failure: Failure,
    viewer: Viewer,
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loaders.exams._links_by_cell", failure)
    document = """
    query ($year: Int!) {
      first: matrixCell(at: {classCode: "C000", academicYear: $year, period: JAN}) { examCount }
      second: matrixCell(at: {classCode: "C000", academicYear: $year, period: FEB}) { status }
      school { name }
      schoolClass(code: "C000") { name cells(academicYear: $year) { examCount completion { completed } } }
    }
    """
    response = answer(document, viewer, {"year": YEAR})
    assert response["data"]["first"] is None
    assert response["data"]["second"] == {"status": "SCHEDULED"}
    assert response["data"]["school"] is not None
    assert response["data"]["schoolClass"] == {"name": "Class 0", "cells": None}
    assert set(error_codes(response).values()) == {"INTERNAL"}
    assert "first.examCount" in error_codes(response)
    assert SECRET not in str(response)
    assert_logged_once(log)


def test_classes_are_returned_if_cells_cannot_be_read(
    failure: Failure,
    viewer: Viewer,
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loaders.cells.Cells._read", failure)
    document = """
    query ($year: Int) {
      schoolClass(code: "C000") {
        code
        cells(academicYear: $year) { status schoolClass { cells(academicYear: $year) { id status } } }
      }
      exams(first: 1) { edges { node { cells { status } } } }
      nodes(ids: ["SchoolClass:C000", "MatrixCell:C000/2026/JAN"]) { id }
    }
    """
    response = answer(document, viewer, {"year": YEAR})
    assert response["data"]["schoolClass"] == {"code": "C000", "cells": None}
    assert response["data"]["exams"] == {"edges": [{"node": {"cells": None}}]}
    assert response["data"]["nodes"] == [{"id": "SchoolClass:C000"}, None]
    assert set(error_codes(response).values()) == {"INTERNAL"}
    assert failure.calls == 1
    assert_logged_once(log)


def test_every_failure_is_reported_and_logged_once(
    failure: Failure,
    viewer: Viewer,
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for batch in (
        "completion.completion_of_cells",
        "curriculum.get_class_curriculum_mapping",
        "exams.active_exams_of_kinds",
        "exams._links_by_cell",
    ):
        monkeypatch.setattr(f"loaders.{batch}", failure)
    document = """
    query ($year: Int) {
      scheduleMatrix(academicYear: $year) {
        rows { curriculum { label } cells { completion { completed } availableExams { totalCount } } }
      }
    }
    """
    response = answer(document, viewer, {"year": YEAR})
    (row,) = response["data"]["scheduleMatrix"]["rows"]
    assert row == {
        "curriculum": None,
        "cells": [{"completion": None, "availableExams": None}] * PERIODS,
    }
    assert set(error_codes(response).values()) == {"INTERNAL"}
    assert failure.calls == 4
    gc.collect()
    assert {record.name for record in log.records} == {"primepath.errors"}
    assert len(log.records) == 3
