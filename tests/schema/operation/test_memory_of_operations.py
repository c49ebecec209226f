"""An operation frees all that it has read when it ends. The garbage collector finds nothing, so it need not run."""

from __future__ import annotations

import gc
from collections import Counter

import pytest

from tests.client import data
from tests.factories import YEAR, fill_matrix, head_teacher, make_classes

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OPERATIONS = {
    "matrix": """{ scheduleMatrix(academicYear: 2026) { rows { schoolClass { code curriculum { label } } cells {
      id status warnings { message } exams { id name } history(first: 1) { edges { node { id } } } } } } }""",
    "one class": """{ classDirectory(first: 1) { edges { node { code } } }
      scheduleMatrix(academicYear: 2026) { rows { cells(periods: [MAR]) { exams { id } } } } }""",
    "exams": "{ exams(first: 2) { totalCount edges { node { name cells { status } } } } }",
    "viewer": "{ viewer { username teacher { name } } school { name } }",
    "mutation": """mutation { updateCell(input: {cell: {id: "MatrixCell:CODE/2026/MAR"}, notes: "Bring a ruler."}) {
      cell { id version notes } } }""",
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_leaves_nothing_to_the_garbage_collector(name: str) -> None:
    classes = make_classes(3)
    fill_matrix(classes, YEAR)
    viewer = head_teacher()
    document = OPERATIONS[name].replace("CODE", classes[0].code)
    for _ in range(2):
        # What later operations use too is made now.
        data(document, viewer)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        data(document, viewer)
        gc.collect()
        found = Counter(type(each).__qualname__ for each in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert found == Counter()
