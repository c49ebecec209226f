"""Every column that a field uses is declared at the field: a forgotten declaration is an error and never a default."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_leaf_type

from loaders.cells import CELL_COLUMNS, Cell, CellRequest
from loaders.columns import UnreadColumnError
from loaders.dispatch import Dispatcher
from loaders.exams import EXAM_COLUMNS, exam_rows
from loaders.read_options import ReadOptions
from loaders.registry import Loaders
from primepath.domain.cell import CellStatus
from primepath.domain.period import Period
from primepath.models import ExamScheduleMatrix
from schema.build import schema
from schema.operation.columns import columns_of
from schema.operation.document import document_cache
from tests.client import answer, data, error_codes
from tests.factories import head_teacher, make_cell, make_class, make_exam, make_teacher

CELL = 'matrixCell(at: {classCode: "A", academicYear: 2026, period: MAR})'
# Exams are read as rows of columns if they are read for cells.
DOCUMENTS = {
    "MatrixCell": f"{{ {CELL} {{ %s }} }}",
    "Exam": f"{{ {CELL} {{ exams {{ %s }} }} }}",
}
TYPES: dict[str, Any] = schema._schema.type_map


def _selection(name: str, field: GraphQLField) -> str:
    """Return ``name`` with the smallest possible selection."""
    below = get_named_type(field.type)
    if is_leaf_type(below):
        return name
    assert isinstance(below, GraphQLObjectType)
    return f"{name} {{ {'totalCount' if 'totalCount' in below.fields else '__typename'} }}"


def _fields() -> Iterator[tuple[str, str]]:
    for type_name in DOCUMENTS:
        for name, field in TYPES[type_name].fields.items():
            yield type_name, _selection(name, field)


def _found(type_name: str, response: dict[str, Any]) -> dict[str, Any]:
    cell: dict[str, Any] = response["matrixCell"]
    return cell["exams"][0] if type_name == "Exam" else cell


@pytest.fixture
def stored_cell() -> ExamScheduleMatrix:
    """A cell and its exam, without any default value."""
    mina, now = make_teacher("mina"), datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    exam = make_exam("Phonics", instructions="Read aloud.", created_by=mina)
    return make_cell(
        make_class("A"),
        Period.MAR,
        exams=[exam],
        status=CellStatus.COMPLETED,
        scheduled_date=datetime.date(2026, 3, 14),
        start_time=datetime.time(9, 30),
        end_time=datetime.time(10, 15),
        notes="Bring pencils.",
        version=5,
        created_by=mina,
        modified_by=mina,
        created_at=now,
        updated_at=now,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("type_name", "selection"), list(_fields()))
def test_field_selected_alone_has_its_value(
    stored_cell: ExamScheduleMatrix, type_name: str, selection: str
) -> None:
    viewer = head_teacher()
    everything = [each for of_type, each in _fields() if of_type == type_name]
    alone = _found(type_name, data(DOCUMENTS[type_name] % selection, viewer))
    name = selection.split(" ", 1)[0]
    assert (
        alone[name]
        == _found(type_name, data(DOCUMENTS[type_name] % " ".join(everything), viewer))[name]
    )


def test_every_column_of_cells_and_exams_is_used_by_a_field() -> None:
    names = [name for type_name in DOCUMENTS for name in TYPES[type_name].fields]
    assert columns_of(names) == CELL_COLUMNS | EXAM_COLUMNS


@pytest.mark.django_db
@pytest.mark.parametrize("column", sorted(CELL_COLUMNS))
def test_unread_column_of_a_cell_raises(stored_cell: ExamScheduleMatrix, column: str) -> None:
    dispatcher = Dispatcher()
    options = ReadOptions(columns=CELL_COLUMNS - {column}, report_missing=None)
    loaders = Loaders(dispatcher, head_teacher(), options)

    async def read() -> Cell:
        visible = await loaders.classes.get("A")
        assert visible is not None
        ((cell,),) = await loaders.cells.load_many([CellRequest(visible, 2026, (Period.MAR,))])
        return cell

    cell = dispatcher.run(read())
    assert cell.pk == stored_cell.pk
    with pytest.raises(UnreadColumnError, match=column):
        getattr(cell, column)


@pytest.mark.django_db
@pytest.mark.parametrize("column", sorted(EXAM_COLUMNS))
def test_unread_column_of_an_exam_raises(column: str) -> None:
    (row,) = exam_rows([make_exam("Phonics").pk], columns=())
    with pytest.raises(UnreadColumnError, match=column):
        getattr(row, column)


@pytest.mark.django_db
def test_forgotten_declaration_is_an_internal_error(
    stored_cell: ExamScheduleMatrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schema.operation.document.columns_of", lambda _names: frozenset())
    document_cache.clear()
    response = answer(DOCUMENTS["MatrixCell"] % "notes", head_teacher())
    document_cache.clear()
    assert error_codes(response) == {"matrixCell.notes": "INTERNAL"}
