"""Exams."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from django.conf import settings

from loaders.cells import CellRequest
from primepath import models
from primepath.domain.cell import CellKey
from primepath.domain.errors import ForbiddenError
from primepath.domain.exam import ExamType
from primepath.domain.history import HistorySubject
from primepath.domain.period import Period, select_periods
from primepath.domain.school_class import school_order
from primepath.services.exams.update_exam import may_change_exam
from schema.connections.history import page_of_history
from schema.connections.pagination import Page
from schema.connections.types import After, First
from schema.context import Info
from schema.execution.batch import BatchContext, batched
from schema.metadata import list_size
from schema.types.cell_batches import AnyCell, AnyExam, teachers
from schema.types.curriculum import CurriculumLevel
from schema.types.matrix_cell import MatrixCell, load_cells
from schema.types.node import Node
from schema.types.teacher import Teacher

if TYPE_CHECKING:
    from schema.types.history import HistoryConnection

_HistoryConnection = Annotated["HistoryConnection", strawberry.lazy("schema.types.history")]


async def _levels(
    batch: BatchContext, exams: Sequence[AnyExam]
) -> list[models.CurriculumLevel | None]:
    ids = [exam.curriculum_level_id for exam in exams]
    keys = [key for key in dict.fromkeys(ids) if key is not None]
    levels = await batch.context.loaders.level_by_id.load_all(keys)
    by_id = dict(zip(keys, levels, strict=True))
    return [None if key is None else by_id[key] for key in ids]


def _creators(
    batch: BatchContext, exams: Sequence[AnyExam]
) -> Awaitable[list[models.Teacher | None]]:
    return teachers(batch.context, [exam.created_by_id for exam in exams])


def _may_change(batch: BatchContext, exams: Sequence[AnyExam]) -> list[bool]:
    viewer = batch.context.require_viewer()
    return [may_change_exam(viewer, exam) for exam in exams]


@strawberry.type(description="An exam, which can be put into any number of cells.")
class Exam(Node):
    name: str = strawberry.field(description="The name for people.")
    type: ExamType = strawberry.field(
        description="Whether it goes into months (REVIEW) or quarters (QUARTERLY)."
    )
    academic_year: int | None = strawberry.field(
        description="The only academic year it goes into; null where it goes into any."
    )
    total_questions: int = strawberry.field(description="How many questions it has.")
    timer_minutes: int = strawberry.field(description="How long a pupil has, in minutes.")
    passing_score: int | None = strawberry.field(
        description="What a pupil needs to pass, in per cent, 0 to 100; null where none is set."
    )
    instructions: str = strawberry.field(description="What pupils are told; may be empty.")
    is_active: bool = strawberry.field(
        description="Whether it can be put into further cells. It stays in those it is in."
    )
    version: int = strawberry.field(
        description="One more with every change. Send it as `expectedVersion` to change only what you have seen."
    )
    created_at: datetime.datetime = strawberry.field(description="When it was created.")
    updated_at: datetime.datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(
        graphql_type=CurriculumLevel | None,
        description="The level of the curriculum it belongs to; null where it belongs to none.",
        metadata=batched(_levels),
    )
    async def curriculum_level(
        self, info: Info, exam: strawberry.Parent[AnyExam]
    ) -> models.CurriculumLevel | None:
        return await info.context.loaders.level_by_id.find(exam.curriculum_level_id)

    @strawberry.field(
        graphql_type=list[MatrixCell] | None,
        description="The cells it is in, of classes that you may see: by year, class and period.",
        metadata=list_size(10),
    )
    async def cells(
        self,
        info: Info,
        exam: strawberry.Parent[AnyExam],
        academic_year: Annotated[
            int | None,
            strawberry.argument(description="Only cells of this academic year; all unless told."),
        ] = None,
    ) -> list[AnyCell]:
        loaders = info.context.loaders
        keys = [
            CellKey.parse(cell_id) for _, cell_id in await loaders.cell_links_by_exam.load(exam.pk)
        ]
        periods: defaultdict[tuple[int, str], list[Period]] = defaultdict(list)
        for key in keys:
            if key is None or key.academic_year not in settings.ACADEMIC_YEARS:
                continue
            if academic_year in {None, key.academic_year}:
                periods[key.academic_year, key.class_code].append(key.period)
        visible = await loaders.classes.get_many(code for _, code in periods)
        requests = [
            CellRequest(visible[code], year, select_periods(periods=selected))
            for (year, code), selected in periods.items()
            if code in visible
        ]
        requests.sort(
            key=lambda request: (request.academic_year, school_order(request.visible_class))
        )
        return [cell for cells in await load_cells(info, requests) for cell in cells]

    @strawberry.field(
        description="Whether you may change this exam: you created it, or you administer the school.",
        metadata=batched(_may_change),
    )
    def can_edit(self, info: Info, exam: strawberry.Parent[AnyExam]) -> bool:
        return may_change_exam(info.context.require_viewer(), exam)

    @strawberry.field(
        graphql_type=_HistoryConnection | None,
        description=(
            "Who changed what in this exam, the newest change first. FORBIDDEN unless you created it or administer "
            "the school."
        ),
    )
    async def history(
        self,
        info: Info,
        exam: strawberry.Parent[AnyExam],
        first: First = None,
        after: After = None,
    ) -> Page[models.HistoryEntry]:
        if not may_change_exam(info.context.require_viewer(), exam):
            raise ForbiddenError("Only those who may change an exam see its history.")
        return await page_of_history(
            info.context.loaders, HistorySubject.EXAM, str(exam.pk), first, after
        )

    @strawberry.field(
        graphql_type=Teacher | None,
        description="Who created it; null where it was no teacher.",
        metadata=batched(_creators),
    )
    async def created_by(
        self, info: Info, exam: strawberry.Parent[AnyExam]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(exam.created_by_id)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, AnyExam)
