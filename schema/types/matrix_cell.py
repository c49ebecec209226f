"""Cells of the matrix."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from django.conf import settings

from loaders.cells import CellRequest
from loaders.completion import CompletionData
from loaders.visible_classes import VisibleClass
from primepath import models
from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.history import HistorySubject
from primepath.domain.period import Period, PeriodType, select_periods
from schema.connections.history import page_of_history
from schema.connections.pagination import Page
from schema.connections.types import After, Connection, First
from schema.context import Info
from schema.execution.batch import batched, resolve_one
from schema.execution.lookahead import leads_back_to
from schema.metadata import columns, list_size
from schema.types.cell_batches import (
    AnyCell,
    AnyExam,
    available_exams_of_cells,
    completion_of_cells,
    creators_of_cells,
    exam_counts_of_cells,
    exams_of_cells,
    modifiers_of_cells,
)
from schema.types.node import Node

if TYPE_CHECKING:
    from schema.types.exam import Exam
    from schema.types.history import HistoryConnection
    from schema.types.school_class import SchoolClass
    from schema.types.teacher import Teacher

_Exam = Annotated["Exam", strawberry.lazy("schema.types.exam")]
_HistoryConnection = Annotated["HistoryConnection", strawberry.lazy("schema.types.history")]
_SchoolClass = Annotated["SchoolClass", strawberry.lazy("schema.types.school_class")]
_Teacher = Annotated["Teacher", strawberry.lazy("schema.types.teacher")]


async def load_cells(info: Info, requests: Sequence[CellRequest]) -> list[list[AnyCell]]:
    """The cells of each request, read with all other cells of the operation.

    Where the document goes on from these cells to further cells, they are not waited for: the further ones
    are to be in the same query.
    """
    cells = info.context.loaders.cells
    if leads_back_to("MatrixCell", info):
        return [list(cells.pending(request)) for request in requests]
    return [list(loaded) for loaded in await cells.load_many(requests)]


async def load_cells_of_keys(info: Info, keys: Iterable[CellKey]) -> list[AnyCell]:
    """The cells of ``keys``, in their order, each once, without those of which there is no such class or year, or
    the viewer may not see it.
    """
    wanted = list(dict.fromkeys(keys))
    classes = await info.context.loaders.classes.get_many(key.class_code for key in wanted)
    requests = [
        CellRequest(classes[key.class_code], key.academic_year, (key.period,))
        for key in wanted
        if key.class_code in classes and key.academic_year in settings.ACADEMIC_YEARS
    ]
    return [cell for (cell,) in await load_cells(info, requests)]


async def load_cell(info: Info, key: CellKey) -> AnyCell | None:
    """The cell of ``key``; None where there is no such class or year, or the viewer may not see it."""
    return next(iter(await load_cells_of_keys(info, [key])), None)


async def cells_of_class(
    info: Info,
    visible: VisibleClass,
    academic_year: int,
    period_type: PeriodType | None,
    periods: list[Period] | None,
) -> list[AnyCell]:
    """The cells of one class and year that match the filters, in the order of the columns."""
    selected = select_periods(period_type, periods)
    (cells,) = await load_cells(info, [CellRequest(visible, academic_year, selected)])
    return cells


@strawberry.type(description="How far the pupils are with the exams of a cell.")
class CompletionStats:
    total_sessions: int = strawberry.field(description="Pupils' sessions in all.")
    completed: int = strawberry.field(description="Sessions that are completed.")
    in_progress: int = strawberry.field(description="Sessions that are running.")
    not_started: int = strawberry.field(description="Sessions that have not begun.")
    completion_rate: float = strawberry.field(
        description="Completed sessions divided by all: 0 to 1, and 0 where there are none."
    )


@strawberry.type(
    description=(
        "One field of the matrix: a class in a period of an academic year. Every class has a cell for every period "
        "of every year the school plans; one that nobody has touched is EMPTY, with version 0."
    )
)
class MatrixCell(Node):
    academic_year: int = strawberry.field(description="The academic year, a calendar year: 2026.")
    period: Period = strawberry.field(description="The month or quarter.")
    period_type: PeriodType = strawberry.field(
        description="Whether the period is a month or a quarter."
    )
    status: CellStatus = strawberry.field(description="How far the planning has come.")
    color: str = strawberry.field(
        description="The background in which the status is shown, `#RRGGBB`: `#E3F2FD`.",
        metadata=columns("status"),
    )
    icon: str = strawberry.field(
        description="The emoji that stands for the status.", metadata=columns("status")
    )
    scheduled_date: datetime.date | None = strawberry.field(
        description="The day of the exams, within the period; null while none is set."
    )
    start_time: datetime.time | None = strawberry.field(
        description="When the exams begin, in the school's time zone; null while none is set."
    )
    end_time: datetime.time | None = strawberry.field(
        description="When the exams end, after `startTime`; null while none is set."
    )
    notes: str = strawberry.field(description="Notes of the teachers; empty where there are none.")
    can_edit: bool = strawberry.field(description="Whether you may change this cell.")
    version: int = strawberry.field(
        description=(
            "0 until somebody changes the cell, then one more with every change. "
            "Send it as `expectedVersion` to change only what you have seen."
        )
    )
    created_at: datetime.datetime | None = strawberry.field(
        description="When it was first changed; null until then."
    )
    updated_at: datetime.datetime | None = strawberry.field(
        description="When it was last changed; null until somebody changes it."
    )

    school_class: _SchoolClass = strawberry.field(description="The class.")

    @strawberry.field(
        graphql_type=list[_Exam],
        description="The exams in this cell, by name.",
        metadata=batched(exams_of_cells) | list_size(3),
    )
    async def exams(self, info: Info, cell: strawberry.Parent[AnyCell]) -> list[AnyExam]:
        return await resolve_one(exams_of_cells, info, cell)

    @strawberry.field(
        description="How many exams are in this cell.", metadata=batched(exam_counts_of_cells)
    )
    async def exam_count(self, info: Info, cell: strawberry.Parent[AnyCell]) -> int:
        return await resolve_one(exam_counts_of_cells, info, cell)

    @strawberry.field(
        graphql_type=Connection[_Exam] | None,
        description=(
            "The exams that could be put into this cell, by name: active, of its type, "
            "of its academic year or of none, and not in it yet."
        ),
        metadata=batched(available_exams_of_cells),
    )
    async def available_exams(
        self,
        info: Info,
        cell: strawberry.Parent[AnyCell],
        first: First = None,
        after: After = None,
    ) -> Page[models.Exam]:
        return await resolve_one(available_exams_of_cells, info, cell, first=first, after=after)

    @strawberry.field(
        graphql_type=CompletionStats | None,
        description="How far the pupils are with the exams of this cell.",
        metadata=batched(completion_of_cells),
    )
    async def completion(self, info: Info, cell: strawberry.Parent[AnyCell]) -> CompletionData:
        return await resolve_one(completion_of_cells, info, cell)

    @strawberry.field(
        graphql_type=_HistoryConnection | None,
        description="Who changed what in this cell, the newest change first.",
    )
    async def history(
        self,
        info: Info,
        cell: strawberry.Parent[AnyCell],
        first: First = None,
        after: After = None,
    ) -> Page[models.HistoryEntry]:
        return await page_of_history(
            info.context.loaders, HistorySubject.CELL, cell.pk, first, after
        )

    @strawberry.field(
        graphql_type=_Teacher | None,
        description="Who first changed it; null until somebody does, and where it was no teacher.",
        metadata=batched(creators_of_cells) | columns("created_by_id"),
    )
    async def created_by(
        self, info: Info, cell: strawberry.Parent[AnyCell]
    ) -> models.Teacher | None:
        return await resolve_one(creators_of_cells, info, cell)

    @strawberry.field(
        graphql_type=_Teacher | None,
        description="Who last changed it; null until somebody does, and where it was no teacher.",
        metadata=batched(modifiers_of_cells) | columns("modified_by_id"),
    )
    async def modified_by(
        self, info: Info, cell: strawberry.Parent[AnyCell]
    ) -> models.Teacher | None:
        return await resolve_one(modifiers_of_cells, info, cell)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, AnyCell)
