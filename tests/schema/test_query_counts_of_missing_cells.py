"""Statement count of a matrix with missing cells, which are stored: the same for any number of classes."""

from __future__ import annotations

import pytest

from primepath.domain.period import Period
from primepath.models import ExamScheduleMatrix
from tests.client import data
from tests.factories import YEAR, head_teacher, make_classes
from tests.query_counts import recorded_statements
from tests.schema.matrix_documents import FULL_MATRIX

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("size", [1, 5, 60, 600])
def test_full_matrix_with_all_cells_missing(size: int) -> None:
    make_classes(size)
    viewer = head_teacher()
    with recorded_statements("full matrix with exams and curriculum, all cells missing"):
        rows = data(FULL_MATRIX, viewer, {"year": YEAR})["scheduleMatrix"]["rows"]
    assert {cell["status"] for row in rows for cell in row["cells"]} == {"EMPTY"}
    assert ExamScheduleMatrix.objects.count() == size * len(Period)
