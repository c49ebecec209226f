"""Statement counts of cell mutations: the same for any number of cells and exams."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from primepath.domain.cell import CellStatus
from primepath.domain.period import MONTHS, Period
from primepath.models import Exam, HistoryEntry, SchoolClass
from tests.client import data
from tests.factories import head_teacher, make_cell, make_classes, make_exam
from tests.query_counts import recorded_statements, statements
from tests.schema.mutations.documents import ENTRY, at, errors_of, id_of, key, result_of

pytestmark = pytest.mark.django_db

CELLS = [1, 96]
EXAMS = [1, 10]
sizes = pytest.mark.parametrize(
    ("cells", "exams"), [(cells, exams) for cells in CELLS for exams in EXAMS]
)


def cell_keys(cells: int) -> list[tuple[SchoolClass, Period]]:
    """Return this many months of a few classes."""
    months = [(each, month) for each in make_classes(8) for month in MONTHS]
    return months[:cells]


def refs(where: list[tuple[SchoolClass, Period]]) -> list[dict[str, Any]]:
    return [at(school_class, period) for school_class, period in where]


def store(where: list[tuple[SchoolClass, Period]], exams: list[Exam]) -> None:
    for school_class, period in where:
        make_cell(school_class, period, exams=exams)


def exams_of(count: int) -> list[Exam]:
    return [make_exam() for _ in range(count)]


@sizes
@pytest.mark.parametrize("stored", [False, True])
def test_assigning_exams(cells: int, exams: int, stored: bool) -> None:
    where, viewer = cell_keys(cells), head_teacher()
    if stored:
        store(where, [make_exam()])
    ids = [id_of(exam) for exam in exams_of(exams)]
    with recorded_statements("assignExams, payload with exams"):
        changed = result_of("assignExams", viewer, cells=refs(where), examIds=ids)
    assert {len(cell["exams"]) for cell in changed} == {exams + stored}
    assert len(changed) == HistoryEntry.objects.count() == cells


def test_assigning_ten_exams_to_96_cells_stays_within_the_limit() -> None:
    where, viewer = cell_keys(96), head_teacher()
    ids = [id_of(exam) for exam in exams_of(10)]
    with CaptureQueriesContext(connection) as captured:
        result_of("assignExams", viewer, cells=refs(where), examIds=ids)
    sql = statements(captured)
    selects = [each for each in sql if each.startswith("SELECT")]
    assert len(selects) <= 7
    assert len(sql) - len(selects) <= 4


@sizes
def test_assigning_exams_again(cells: int, exams: int) -> None:
    where, viewer = cell_keys(cells), head_teacher()
    present = exams_of(exams)
    store(where, present)
    with recorded_statements("assignExams, nothing to change"):
        result_of(
            "assignExams", viewer, cells=refs(where), examIds=[id_of(each) for each in present]
        )
    assert not HistoryEntry.objects.exists()


@sizes
def test_rejected_assignment(cells: int, exams: int) -> None:
    where, viewer = cell_keys(cells), head_teacher()
    ids = [id_of(make_exam(type="QUARTERLY")) for _ in range(exams)]
    with recorded_statements("assignExams, refused"):
        errors = errors_of("assignExams", viewer, cells=refs(where), examIds=ids)
    assert len(errors) == cells


@sizes
def test_unassigning_exams(cells: int, exams: int) -> None:
    where, viewer = cell_keys(cells), head_teacher()
    removed = exams_of(exams)
    store(where, [*removed, make_exam()])
    with recorded_statements("unassignExams, payload with exams"):
        changed = result_of(
            "unassignExams", viewer, cells=refs(where), examIds=[id_of(each) for each in removed]
        )
    assert {len(cell["exams"]) for cell in changed} == {1}


@pytest.mark.parametrize("exams", [0, 1, 10])
@pytest.mark.parametrize("stored", [False, True])
def test_updating_a_cell(exams: int, stored: bool) -> None:
    (place,), viewer = cell_keys(1), head_teacher()
    if stored or exams:
        store([place], exams_of(exams))
    with recorded_statements(f"updateCell, payload with {'' if exams else 'no '}exams"):
        cell = result_of(
            "updateCell",
            viewer,
            cell=at(*place),
            status="DRAFT",
            scheduledDate="2026-01-15",
            startTime="09:00",
            endTime="10:00",
            notes="Bring a pen.",
        )
    assert len(cell["exams"]) == exams


@sizes
@pytest.mark.parametrize("on_existing", ["MERGE", "REPLACE"])
def test_cloning_a_cell(cells: int, exams: int, on_existing: str) -> None:
    where, viewer = cell_keys(cells), head_teacher()
    store(where, [make_exam()])
    (other,) = SchoolClass.objects.bulk_create(
        [SchoolClass(code="SOURCE", name="Source", division="PRIMARY", grade=2, section="A")]
    )
    make_cell(other, exams=exams_of(exams), status=CellStatus.IN_PROGRESS)
    with recorded_statements(f"cloneCell, {on_existing}, payload with exams"):
        changed = result_of(
            "cloneCell",
            viewer,
            source=at(other),
            targets=[key(*place) for place in where],
            onExisting=on_existing,
        )
    assert {len(cell["exams"]) for cell in changed} == {exams + (on_existing == "MERGE")}


@sizes
def test_sharing_a_cell(cells: int, exams: int) -> None:
    source, *others = make_classes(cells + 1)
    viewer = head_teacher()
    make_cell(source, exams=exams_of(exams))
    with recorded_statements("shareCell, payload with exams"):
        changed = result_of(
            "shareCell", viewer, source=at(source), classCodes=[each.code for each in others]
        )
    assert [len(cell["exams"]) for cell in changed] == [exams] * cells


@pytest.mark.slow
@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("entries", [1, 10])
def test_history_of_many_cells_is_one_query(cells: int, entries: int) -> None:
    where, viewer = cell_keys(cells), head_teacher()
    for number in range(entries):
        exam = make_exam(f"Exam {number}")
        result_of("assignExams", viewer, cells=refs(where), examIds=[id_of(exam)])
    document = f"""
      query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on MatrixCell {{
        history(first: 50) {{ totalCount edges {{ node {{ {ENTRY} }} }} }}
      }} }} }}
    """
    ids = [f"MatrixCell:{each.code}/2026/{period}" for each, period in where]
    with (
        recorded_statements("history of cells, with people, exams and totals"),
        CaptureQueriesContext(connection) as captured,
    ):
        nodes = data(document, viewer, {"ids": ids})["nodes"]
    assert {node["history"]["totalCount"] for node in nodes} == {entries}
    assert {len(node["history"]["edges"]) for node in nodes} == {entries}
    pages = [sql for sql in statements(captured) if "ROW_NUMBER" in sql]
    assert len(pages) == 1
