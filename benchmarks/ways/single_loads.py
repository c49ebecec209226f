"""Our schema as most would write it: a load a cell and field, which the loaders then merge."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLResolveInfo

from benchmarks.ways.graphql_core import copy_of_schema, field
from loaders.cells import Cell, CellRequest
from primepath.domain.period import Period, select_periods
from primepath.models import Exam
from schema.build import Schema
from schema.types.schedule_matrix import Row


async def _cells(
    row: Row, info: GraphQLResolveInfo[Any], periods: list[Any] | None = None
) -> list[Cell]:
    selected = select_periods(periods=None if periods is None else map(Period, periods))
    requests = [CellRequest(row.visible_class, row.academic_year, (each,)) for each in selected]
    return [cell for (cell,) in await info.context.loaders.cells.load_many(requests)]


async def _exam_ids(cell: Cell, info: GraphQLResolveInfo[Any]) -> list[int]:
    links = await info.context.loaders.exam_links_by_cell.load(cell.pk)
    return [exam_id for _, exam_id in links]


async def _exams(cell: Cell, info: GraphQLResolveInfo[Any]) -> list[Exam]:
    exams = await info.context.loaders.exam_by_id.load_many(await _exam_ids(cell, info))
    return sorted(exams, key=lambda exam: (exam.name_key, exam.pk))


async def _exam_count(cell: Cell, info: GraphQLResolveInfo[Any]) -> int:
    return len(await _exam_ids(cell, info))


def single_loads_schema() -> Schema:
    """The product's schema, with a load for each cell, each cell's exams and each cell's number of exams."""
    copy = copy_of_schema()
    field(copy, "MatrixRow", "cells").resolve = _cells
    field(copy, "MatrixCell", "exams").resolve = _exams
    field(copy, "MatrixCell", "examCount").resolve = _exam_count
    return copy
