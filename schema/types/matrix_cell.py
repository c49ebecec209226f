"""Cells of the matrix."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry
from django.conf import settings

from loaders.cells import Cell, CellRequest
from loaders.completion import CompletionData
from loaders.exams import ExamRow
from loaders.sittings import SITTING_COLUMNS
from loaders.visible_classes import VisibleClass
from loaders.warnings import VisibleWarning
from primepath import models
from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.history import HistorySubject
from primepath.domain.period import Period, PeriodType, select_periods
from schema.connections.history import page_of_history
from schema.connections.pagination import Page
from schema.connections.types import After, First
from schema.context import Context, Info
from schema.execution.batch import batched, resolve_one
from schema.execution.lookahead import leads_back_to
from schema.metadata import Fact, columns, depends_on, list_size
from schema.types.cell_batches import (
    AnyCell,
    available_exams_of_cells,
    completion_of_cells,
    creators_of_cells,
    exam_counts_of_cells,
    exams_of_cells,
    invigilators_of_cells,
    modifiers_of_cells,
)
from schema.types.node import Identified, Node
from schema.types.phrases import ACADEMIC_YEAR, PERIOD, SEND_AS_EXPECTED_VERSION
from schema.types.schedule_warning import ScheduleWarning, warnings_of_cells

if TYPE_CHECKING:
    from schema.types.exam import Exam, ExamConnection
    from schema.types.history import HistoryConnection
    from schema.types.school_class import SchoolClass
    from schema.types.teacher import Teacher

_Exam = Annotated["Exam", strawberry.lazy("schema.types.exam")]
_ExamConnection = Annotated["ExamConnection", strawberry.lazy("schema.types.exam")]
_HistoryConnection = Annotated["HistoryConnection", strawberry.lazy("schema.types.history")]
_SchoolClass = Annotated["SchoolClass", strawberry.lazy("schema.types.school_class")]
_Teacher = Annotated["Teacher", strawberry.lazy("schema.types.teacher")]


async def load_cells(info: Info, requests: Sequence[CellRequest]) -> list[list[AnyCell]]:
    """Load the cells of each request, together with all other cells of the operation.

    If the document selects more cells below these, return pending cells, so that one query reads both.
    """
    cells = info.context.loaders.cells
    if leads_back_to("MatrixCell", info):
        return [list(cells.pending(request)) for request in requests]
    return [list(loaded) for loaded in await cells.load_many(requests)]


async def load_cells_of_keys(info: Info, keys: Iterable[CellKey]) -> list[AnyCell]:
    """Load the cells of ``keys``, in the same order and without duplicates.

    Skip keys with an academic year outside the school's range, or a class the viewer cannot see.
    """
    return [cell for (cell,) in await load_cells(info, await _requests(info.context, keys))]


async def load_cells_in(context: Context, keys: Iterable[CellKey]) -> list[Cell]:
    """Load the same cells for a batch of many objects."""
    requests = await _requests(context, keys)
    return [cell for (cell,) in await context.loaders.cells.load_many(requests)]


async def _requests(context: Context, keys: Iterable[CellKey]) -> list[CellRequest]:
    wanted = list(dict.fromkeys(keys))
    classes = await context.loaders.classes.get_many(key.class_code for key in wanted)
    return [
        CellRequest(classes[key.class_code], key.academic_year, (key.period,))
        for key in wanted
        if key.class_code in classes and key.academic_year in settings.ACADEMIC_YEARS
    ]


async def load_cell(info: Info, key: CellKey) -> AnyCell | None:
    """Load one cell. Return None if it does not exist or the viewer cannot see it."""
    return next(iter(await load_cells_of_keys(info, [key])), None)


async def cells_of_class(
    info: Info,
    visible: VisibleClass,
    academic_year: int,
    period_type: PeriodType | None,
    periods: list[Period] | None,
) -> list[AnyCell]:
    """Load the cells of a class and year that match the filters, in calendar order."""
    selected = select_periods(period_type, periods)
    (cells,) = await load_cells(info, [CellRequest(visible, academic_year, selected)])
    return cells


@strawberry.type(description="Pupils' progress on the exams in a cell.")
class CompletionStats(Identified, parse_key=CellKey.parse, key="cell_id"):
    total_sessions: int = strawberry.field(description="Number of exam sessions.")
    completed: int = strawberry.field(description="Number of completed sessions.")
    in_progress: int = strawberry.field(description="Number of sessions in progress.")
    not_started: int = strawberry.field(description="Number of sessions that have not started.")
    completion_rate: float = strawberry.field(
        description="Completed sessions divided by all sessions. Range: 0–1. 0 if there are no sessions."
    )


@strawberry.type(
    description=(
        "One cell of the matrix: a class in one period of an academic year. Cells always exist; an unused "
        "one has status EMPTY and version 0."
    )
)
class MatrixCell(Node, source=AnyCell, parse_key=CellKey.parse, fact=Fact.CELL):
    academic_year: int = strawberry.field(description=ACADEMIC_YEAR)
    period: Period = strawberry.field(description=PERIOD)
    period_type: PeriodType = strawberry.field(description="Type of the period: month or quarter.")
    status: CellStatus = strawberry.field(description="Planning status.")
    color: str = strawberry.field(
        description="Background colour of the status, as `#RRGGBB`, for example `#E3F2FD`.",
        metadata=columns("status"),
    )
    icon: str = strawberry.field(description="Emoji of the status.", metadata=columns("status"))
    scheduled_date: datetime.date | None = strawberry.field(
        description="Date of the exams, within the period. Null if not set."
    )
    start_time: datetime.time | None = strawberry.field(
        description="Start of the exams, in the school's time zone. Null if not set."
    )
    end_time: datetime.time | None = strawberry.field(
        description="End of the exams, after `startTime`. Null if not set."
    )
    room: str = strawberry.field(description="Room of the exams. Empty if none is set.")
    notes: str = strawberry.field(description="Teachers' notes. Empty if there are no notes.")
    can_edit: bool = strawberry.field(description="True if you can change this cell.")
    version: int = strawberry.field(
        description=(
            "0 until the first change, then increases by 1 with each change. "
            + SEND_AS_EXPECTED_VERSION
        )
    )
    created_at: datetime.datetime | None = strawberry.field(
        description="Time of the first change. Null if the cell was never changed."
    )
    updated_at: datetime.datetime | None = strawberry.field(
        description="Time of the last change. Null if the cell was never changed."
    )

    school_class: _SchoolClass = strawberry.field(description="Class of the cell.")

    @strawberry.field(
        graphql_type=list[_Exam],
        description="Assigned exams, by name.",
        metadata=batched(exams_of_cells) | depends_on(Fact.CELL) | list_size(3),
    )
    async def exams(self, info: Info, cell: strawberry.Parent[AnyCell]) -> list[ExamRow]:
        return await resolve_one(exams_of_cells, info, cell)

    @strawberry.field(
        description="Number of assigned exams.",
        metadata=batched(exam_counts_of_cells) | depends_on(Fact.CELL),
    )
    async def exam_count(self, info: Info, cell: strawberry.Parent[AnyCell]) -> int:
        return await resolve_one(exam_counts_of_cells, info, cell)

    @strawberry.field(
        graphql_type=_ExamConnection | None,
        description=(
            "Exams that can be assigned to this cell, by name. They are active, of the cell's type, and not assigned yet. "
            "Their academic year is the cell's or null."
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
        description="Pupils' progress on the exams in this cell.",
        metadata=batched(completion_of_cells),
    )
    async def completion(self, info: Info, cell: strawberry.Parent[AnyCell]) -> CompletionData:
        return await resolve_one(completion_of_cells, info, cell)

    @strawberry.field(
        graphql_type=_HistoryConnection | None,
        description="Changes to this cell, newest first.",
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
        description="Teacher who made the first change. Null if the cell was never changed, or not by a teacher.",
        metadata=batched(creators_of_cells) | depends_on(Fact.CELL) | columns("created_by_id"),
    )
    async def created_by(
        self, info: Info, cell: strawberry.Parent[AnyCell]
    ) -> models.Teacher | None:
        return await resolve_one(creators_of_cells, info, cell)

    @strawberry.field(
        graphql_type=_Teacher | None,
        description="Teacher who made the last change. Null if the cell was never changed, or not by a teacher.",
        metadata=batched(modifiers_of_cells) | depends_on(Fact.CELL) | columns("modified_by_id"),
    )
    async def modified_by(
        self, info: Info, cell: strawberry.Parent[AnyCell]
    ) -> models.Teacher | None:
        return await resolve_one(modifiers_of_cells, info, cell)

    @strawberry.field(
        graphql_type=_Teacher | None,
        description="Teacher who supervises the exams. Null if none is set.",
        metadata=batched(invigilators_of_cells) | depends_on(Fact.CELL) | columns("invigilator_id"),
    )
    async def invigilator(
        self, info: Info, cell: strawberry.Parent[AnyCell]
    ) -> models.Teacher | None:
        return await resolve_one(invigilators_of_cells, info, cell)

    @strawberry.field(
        graphql_type=list[ScheduleWarning] | None,
        description="Warnings about this cell, by code. See also `scheduleWarnings`.",
        metadata=batched(warnings_of_cells, reads_objects=True)
        | columns(*SITTING_COLUMNS)
        | list_size(1),
    )
    async def warnings(
        self, info: Info, cell: strawberry.Parent[AnyCell]
    ) -> Sequence[VisibleWarning]:
        return await resolve_one(warnings_of_cells, info, cell)

    @classmethod
    async def load(cls, info: Info, key: CellKey) -> AnyCell | None:
        return await load_cell(info, key)
