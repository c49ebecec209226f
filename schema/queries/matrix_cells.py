"""The query of cells across classes."""

from __future__ import annotations

import datetime
from typing import Annotated

import strawberry
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from loaders.registry import Loaders
from primepath import models
from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.period import Period, PeriodType, select_periods
from primepath.domain.school_class import Division
from primepath.school import planned_year
from schema.connections.pagination import Page, PageRequest, page_of_table
from schema.connections.types import After, Before, Connection, First, Last
from schema.context import Info
from schema.ids import parse_number
from schema.limits import check_list
from schema.types.cell_batches import AnyCell
from schema.types.matrix_cell import MatrixCell, load_cells_of_keys
from schema.types.matrix_cell_order import MatrixCellOrder, sort_values


@strawberry.input(
    description=(
        "Conditions for `matrixCells`. A cell matches if it fulfils all of them. Omitted and null conditions are ignored; an "
        "empty list matches nothing."
    )
)
class MatrixCellFilter:
    academic_year: int | None = strawberry.field(
        default=None,
        description=(
            "Filter by academic year. Defaults to the current one. A year outside "
            "`School.firstAcademicYear`–`lastAcademicYear` is a BAD_USER_INPUT error."
        ),
    )
    class_codes: list[str] | None = strawberry.field(
        default=None,
        description=f"Filter by class. Unknown classes match nothing. Maximum: {settings.MAX_LIST_LENGTH:,}.",
    )
    division: Division | None = strawberry.field(
        default=None, description="Filter by the division of the class."
    )
    grade: int | None = strawberry.field(
        default=None, description="Filter by the grade of the class."
    )
    type: PeriodType | None = strawberry.field(
        default=None, description="Months only, or quarters only."
    )
    periods: list[Period] | None = strawberry.field(default=None, description="Filter by period.")
    statuses: list[CellStatus] | None = strawberry.field(
        default=None, description="Filter by planning status."
    )
    scheduled_from: datetime.date | None = strawberry.field(
        default=None, description="First date. Cells without a date do not match."
    )
    scheduled_to: datetime.date | None = strawberry.field(
        default=None, description="Last date, included. Cells without a date do not match."
    )
    teacher_id: strawberry.ID | None = strawberry.field(
        default=None, description="Filter by a teacher who has access to the class now."
    )
    exam_id: strawberry.ID | None = strawberry.field(
        default=None, description="Filter by an assigned exam."
    )
    has_date: bool | None = strawberry.field(
        default=None, description="True: cells with a date only. False: cells without one only."
    )
    has_exams: bool | None = strawberry.field(
        default=None, description="True: cells with exams only. False: cells without exams only."
    )

    async def cells(self, loaders: Loaders) -> QuerySet[models.ExamScheduleMatrix]:
        """Return the query of the cells that match, of classes that the viewer can see.

        Raises `BadUserInputError` for a malformed id or a year that the school does not plan.
        """
        cells = models.ExamScheduleMatrix.objects.filter(
            academic_year=planned_year(self.academic_year), version__gte=1
        )
        if self.type is not None or self.periods is not None:
            cells = cells.filter(period__in=select_periods(self.type, self.periods))
        if self.statuses is not None:
            check_list("statuses", self.statuses)
            cells = cells.filter(status__in=set(self.statuses))
        if self.scheduled_from is not None:
            cells = cells.filter(scheduled_date__gte=self.scheduled_from)
        if self.scheduled_to is not None:
            cells = cells.filter(scheduled_date__lte=self.scheduled_to)
        if self.has_date is not None:
            cells = cells.filter(scheduled_date__isnull=not self.has_date)
        assigned = models.MatrixCellExam.objects.filter(cell=OuterRef("pk"))
        if self.exam_id is not None:
            exam_id = parse_number(self.exam_id, "Exam")
            cells = cells.filter(cell_exams__exam=exam_id)
        if self.has_exams is not None:
            cells = cells.filter(Exists(assigned) if self.has_exams else ~Exists(assigned))
        return cells.filter(school_class__key_in=await self._class_codes(loaders))

    async def _class_codes(self, loaders: Loaders) -> list[str]:
        """Return the codes of the visible classes that match."""
        check_list("classCodes", self.class_codes or ())
        teacher_id = None if self.teacher_id is None else parse_number(self.teacher_id, "Teacher")
        codes = {
            visible.code
            for visible in await loaders.classes.all_of(self.class_codes)
            if self.division in {None, visible.division} and self.grade in {None, visible.grade}
        }
        if teacher_id is not None:
            taught = await loaders.assignments_by_teacher.load(teacher_id)
            codes &= {each.school_class_id for each in taught}
        return sorted(codes)


@strawberry.type
class MatrixCellsQuery:
    @strawberry.field(
        graphql_type=Connection[MatrixCell] | None,
        description=(
            "Cells of all classes you can see, for example this week's exams or unfinished drafts. Only cells that were changed at "
            "least once: their `version` is 1 or greater."
        ),
    )
    async def matrix_cells(
        self,
        info: Info,
        filter: Annotated[
            MatrixCellFilter | None,
            strawberry.argument(
                description="Conditions. Defaults to all changed cells of the current academic year."
            ),
        ] = None,
        order_by: Annotated[
            MatrixCellOrder | None,
            strawberry.argument(description="Sort order. Defaults to SCHEDULE."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Page[AnyCell]:
        loaders = info.context.loaders
        order = (order_by or MatrixCellOrder.SCHEDULE).order
        request = PageRequest.parse(order, first=first, after=after, last=last, before=before)
        cells = await (filter or MatrixCellFilter()).cells(loaders)
        page = await page_of_table(loaders, sort_values(cells, order), request)
        keys = [key for key in (CellKey.parse(row.pk) for row in page.items) if key]
        return page.with_items(await load_cells_of_keys(info, keys))
