"""Plans complete the matrix, and save tasks and compilations."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from loaders.dispatch import OperationLoop
from primepath.domain.period import Period
from schema.operation.document import document_cache
from tests.client import answer, data
from tests.factories import YEAR, fill_matrix, head_teacher, make_classes
from tests.query_counts import statements
from tests.schema.execution.completion_counts import count_completions
from tests.schema.execution.real_documents import QUERIES
from tests.schema.matrix_documents import FULL_MATRIX

pytestmark = pytest.mark.django_db

CONDITIONAL = """
query ($year: Int, $exams: Boolean!, $few: Boolean = false) {
  scheduleMatrix(academicYear: $year) { rows { schoolClass { code } cells {
    id exams @include(if: $exams) { name } examCount @skip(if: $few)
    completion @include(if: $exams) { completionRate }
    createdBy @include(if: false) { name }
    ... @include(if: $exams) { availableExams(first: 1) { totalCount } }
  } } }
}
"""


@pytest.fixture(autouse=True)
def _empty_document_cache() -> None:
    document_cache.clear()


def test_plans_complete_the_full_matrix() -> None:
    fill_matrix(make_classes(20))
    viewer = head_teacher()
    with count_completions() as counts:
        rows = data(FULL_MATRIX, viewer, {"year": YEAR})["scheduleMatrix"]["rows"]
    assert sum(len(row["cells"]) for row in rows) == 20 * len(Period)
    # The cells, the rows, their classes, and each exam once, even if it is in many cells.
    assert counts["compiled"] > 20 * (len(Period) + 2)
    assert counts.share >= 0.95


@pytest.mark.parametrize("name", ["directives with variables", "merged fields"])
def test_plans_complete_directives_and_merged_fields(name: str) -> None:
    fill_matrix(make_classes(5), 2026)
    text, *variables = QUERIES[name]
    with count_completions() as counts:
        data(text, head_teacher(), variables[0] if variables else None)
    assert counts.share >= 0.95


def test_setting_turns_plans_off() -> None:
    fill_matrix(make_classes(2))
    viewer = head_teacher()
    with count_completions() as counts:
        compiled = answer(FULL_MATRIX, viewer, {"year": YEAR})
    assert counts["core"] <= 1
    with override_settings(COMPILED_EXECUTION=False), count_completions() as counts:
        assert answer(FULL_MATRIX, viewer, {"year": YEAR}) == compiled
    assert (counts["compiled"], counts["compilations"]) == (0, 0)
    assert counts["core"] > 2 * len(Period)


def test_document_is_compiled_once_for_each_selection() -> None:
    fill_matrix(make_classes(1))
    viewer = head_teacher()

    def compilations(**variables: Any) -> int:
        with count_completions() as counts:
            data(CONDITIONAL, viewer, variables)
        return counts["compilations"]

    first = compilations(year=YEAR, exams=True)
    assert first > 0
    assert compilations(year=YEAR, exams=True) == 0
    # Other arguments, the same selection.
    assert compilations(year=YEAR + 1, exams=True) == 0
    assert compilations(year=YEAR, exams=True, few=False) == 0
    # Another selection.
    assert compilations(year=YEAR, exams=False) == first
    assert compilations(year=YEAR, exams=True, few=True) == first
    assert compilations(year=YEAR, exams=False) == 0


def test_unsupported_selection_is_compiled_once() -> None:
    fill_matrix(make_classes(2))
    text = "{ scheduleMatrix { rows { cells { schoolClass { cells(periods: [JAN]) { id } } } } } }"
    with count_completions() as counts:
        data(text, head_teacher())
    tried = counts["compilations"]
    with count_completions() as counts:
        data(text, head_teacher())
    assert tried > 0
    assert counts["compilations"] == 0


def test_excluded_fields_load_no_batch() -> None:
    fill_matrix(make_classes(2))
    viewer = head_teacher()
    bare = "{ scheduleMatrix { rows { schoolClass { code } cells { id status } } } }"
    excluded = """
    query ($no: Boolean = false) { scheduleMatrix { rows {
      schoolClass { code } curriculum @include(if: $no) { label }
      cells {
        id status exams @include(if: false) { name } examCount @skip(if: true)
        ... @include(if: $no) { completion { completed } createdBy { name } availableExams { totalCount } }
        ...Nothing @include(if: $no)
      }
    } } }
    fragment Nothing on MatrixCell { modifiedBy { name } history { totalCount } }
    """
    read = []
    for text in (bare, excluded):
        cache.clear()
        with CaptureQueriesContext(connection) as captured, count_completions() as counts:
            found = data(text, viewer)
        tables = [sql.split(" FROM ", 1)[1].split(None, 1)[0] for sql in statements(captured)]
        read.append((tables, found))
        assert counts.share >= 0.9
    assert read[0] == read[1]


def tasks_of(size: int, text: str, variables: dict[str, Any]) -> int:
    """Return the number of tasks that an operation starts for this number of classes."""
    fill_matrix(make_classes(size))
    started = 0
    create_task = OperationLoop.create_task

    def count_task(loop: OperationLoop, *arguments: Any, **options: Any) -> Any:
        nonlocal started
        started += 1
        return create_task(loop, *arguments, **options)

    with patch.object(OperationLoop, "create_task", count_task):
        rows = data(text, head_teacher(), variables)["scheduleMatrix"]["rows"]
    assert len(rows) == size
    return started


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        (FULL_MATRIX, {"year": YEAR}),
        (CONDITIONAL, {"year": YEAR, "exams": True}),
        (CONDITIONAL, {"year": YEAR, "exams": False}),
    ],
)
def test_number_of_tasks_does_not_grow_with_the_cells(text: str, variables: dict[str, Any]) -> None:
    found = []
    for size in (5, 60):
        with transaction.atomic():
            found.append(tasks_of(size, text, variables))
            transaction.set_rollback(True)
        cache.clear()
    assert found[0] == found[1]
