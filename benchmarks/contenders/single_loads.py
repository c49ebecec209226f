"""Our schema with one `load` per cell and field, as most projects write it. The loaders merge the loads."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLResolveInfo

from benchmarks.product import (
    Cell,
    CellRequest,
    ExamRow,
    Period,
    Row,
    Schema,
    copy_of_schema,
    field,
    load_cells,
    load_exam_ids,
    load_exams,
    select_periods,
)


async def _cells(
    row: Row, info: GraphQLResolveInfo[Any], periods: list[Any] | None = None
) -> list[Cell]:
    selected = select_periods(periods=None if periods is None else map(Period, periods))
    requests = [CellRequest(row.visible_class, row.academic_year, (each,)) for each in selected]
    return [cell for (cell,) in await load_cells(info, requests)]


async def _exams(cell: Cell, info: GraphQLResolveInfo[Any]) -> list[ExamRow]:
    exams = await load_exams(info, await load_exam_ids(info, cell))
    return sorted(exams, key=lambda exam: (exam.name_order, exam.pk))


async def _exam_count(cell: Cell, info: GraphQLResolveInfo[Any]) -> int:
    return len(await load_exam_ids(info, cell))


def single_loads_schema() -> Schema:
    """Return the product's schema with separate loads for each cell, its exams and its exam count."""
    copy = copy_of_schema()
    field(copy, "MatrixRow", "cells").resolve = _cells
    field(copy, "MatrixCell", "exams").resolve = _exams
    field(copy, "MatrixCell", "examCount").resolve = _exam_count
    return copy
