"""Exams."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry
from django.conf import settings
from django.utils.translation import gettext as _

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
from schema.connections.types import After, Connection, First, SyncedPage
from schema.context import Info
from schema.execution.batch import BatchContext, batched
from schema.metadata import Fact, depends_on, list_size
from schema.types.cell_batches import AnyCell, AnyExam, teachers
from schema.types.curriculum import CurriculumLevel
from schema.types.matrix_cell import MatrixCell, load_cells
from schema.types.node import Node
from schema.types.phrases import CREATOR_OR_ADMINISTRATORS, SEND_AS_EXPECTED_VERSION
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


@strawberry.type(description="An exam. It can be assigned to any number of cells.")
class Exam(Node, source=AnyExam, fact=Fact.EXAM):
    name: str = strawberry.field(description="Display name.")
    type: ExamType = strawberry.field(
        description="Type of exam. REVIEW exams are for months, QUARTERLY exams for quarters."
    )
    academic_year: int | None = strawberry.field(
        description="Academic year in which the exam can be used. Null if it can be used in any year."
    )
    total_questions: int = strawberry.field(description="Number of questions.")
    timer_minutes: int = strawberry.field(description="Time limit for pupils, in minutes.")
    passing_score: int | None = strawberry.field(
        description="Score needed to pass, in %. Range: 0–100. Null if not set."
    )
    instructions: str = strawberry.field(
        description="Instructions for pupils. Empty if there are no instructions."
    )
    is_active: bool = strawberry.field(
        description="False if the exam can no longer be assigned to cells. Existing assignments remain."
    )
    version: int = strawberry.field(
        description="Starts at 1 and increases by 1 with each change. " + SEND_AS_EXPECTED_VERSION
    )
    created_at: datetime.datetime = strawberry.field(description="Time of creation.")
    updated_at: datetime.datetime = strawberry.field(description="Time of the last change.")

    @strawberry.field(
        graphql_type=CurriculumLevel | None,
        description="Curriculum level of the exam. Null if not set.",
        metadata=batched(_levels) | depends_on(Fact.EXAM),
    )
    async def curriculum_level(
        self, info: Info, exam: strawberry.Parent[AnyExam]
    ) -> models.CurriculumLevel | None:
        return await info.context.loaders.level_by_id.find(exam.curriculum_level_id)

    @strawberry.field(
        graphql_type=list[MatrixCell] | None,
        description="Cells that contain this exam, by year, class and period. Only classes you can see.",
        metadata=list_size(10),
    )
    async def cells(
        self,
        info: Info,
        exam: strawberry.Parent[AnyExam],
        academic_year: Annotated[
            int | None,
            strawberry.argument(description="Filter by academic year. Defaults to all years."),
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
        description="True if you can change this exam. " + CREATOR_OR_ADMINISTRATORS,
        metadata=batched(_may_change) | depends_on(Fact.EXAM),
    )
    def can_edit(self, info: Info, exam: strawberry.Parent[AnyExam]) -> bool:
        return may_change_exam(info.context.require_viewer(), exam)

    @strawberry.field(
        graphql_type=_HistoryConnection | None,
        description=(
            "Changes to this exam, newest first. Only the creator, head teachers and staff can read them. Other "
            "users get a FORBIDDEN error."
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
            raise ForbiddenError(
                _("Only its creator, head teachers and staff can see the history of this exam.")
            )
        return await page_of_history(
            info.context.loaders, HistorySubject.EXAM, str(exam.pk), first, after
        )

    @strawberry.field(
        graphql_type=Teacher | None,
        description="Teacher who created the exam. Null if its creator is not a teacher.",
        metadata=batched(_creators) | depends_on(Fact.EXAM),
    )
    async def created_by(
        self, info: Info, exam: strawberry.Parent[AnyExam]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(exam.created_by_id)

    @classmethod
    async def load(cls, info: Info, key: int) -> AnyExam | None:
        return await info.context.loaders.exam_by_id.load(key)


@strawberry.type(description="A page of exams.")
class ExamConnection(Connection[Exam], SyncedPage):
    pass
