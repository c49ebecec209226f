"""The filter of cells across classes."""

from __future__ import annotations

import datetime
from dataclasses import fields

import strawberry
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from loaders.registry import Loaders
from primepath import models
from primepath.domain.cell import CellStatus
from primepath.domain.errors import LimitExceededError
from primepath.domain.period import Period, PeriodType, select_periods
from primepath.domain.room import fold_room
from primepath.domain.school_class import Division
from primepath.school import planned_year
from schema.ids import parse_number
from schema.limits import check_list

Cells = QuerySet[models.ExamScheduleMatrix]

_CLASSES_AND_PERIODS = {
    *("academic_year", "class_codes", "division", "grade", "teacher_id"),
    *("type", "periods"),
}


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
    invigilator_id: strawberry.ID | None = strawberry.field(
        default=None, description="Filter by the teacher who supervises the exams."
    )
    exam_id: strawberry.ID | None = strawberry.field(
        default=None, description="Filter by an assigned exam."
    )
    room: str | None = strawberry.field(
        default=None,
        description='Filter by room, in any spelling: `room  3` also finds "Room 3". Empty: cells without a room.',
    )
    has_date: bool | None = strawberry.field(
        default=None, description="True: cells with a date only. False: cells without one only."
    )
    has_exams: bool | None = strawberry.field(
        default=None, description="True: cells with exams only. False: cells without exams only."
    )
    has_warnings: bool | None = strawberry.field(
        default=None,
        description=(
            "True: cells with warnings only, accepted ones included. False: cells without warnings only. The other conditions "
            f"must match at most {settings.MAX_CELLS_PER_OPERATION:,} cells; else LIMIT_EXCEEDED."
        ),
    )

    async def cells(self, loaders: Loaders) -> Cells:
        """Return the query of the cells that match, of classes that the viewer can see.

        Raises `BadUserInputError` for a malformed id or a year that the school does not plan, and `LimitExceededError` for
        `has_warnings` with too many cells.
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
        if self.invigilator_id is not None:
            cells = cells.filter(invigilator=parse_number(self.invigilator_id, "Teacher"))
        assigned = models.MatrixCellExam.objects.filter(cell=OuterRef("pk"))
        if self.exam_id is not None:
            exam_id = parse_number(self.exam_id, "Exam")
            links = models.MatrixCellExam.objects.filter(exam=exam_id)
            # With a join, SQLite looks up each cell of the year: 25 ms instead of 5 with ten years of 600 classes.
            cells = cells.filter(pk__in=links.values("cell"))
        if self.has_exams is not None:
            cells = cells.filter(Exists(assigned) if self.has_exams else ~Exists(assigned))
        cells = cells.filter(school_class__key_in=await self.class_codes_in(loaders))
        if self.room is not None:
            cells = cells.filter(room__key_in=await _spellings(loaders, cells, self.room))
        if self.has_warnings is None:
            return cells
        return await _by_warnings(loaders, cells, has_warnings=self.has_warnings)

    @property
    def is_about_content(self) -> bool:
        """Return whether a condition concerns the content of cells, and not only their classes and periods."""
        given = {each.name for each in fields(self) if getattr(self, each.name) is not None}
        return not given <= _CLASSES_AND_PERIODS

    async def class_codes_in(self, loaders: Loaders) -> list[str]:
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


async def _spellings(loaders: Loaders, cells: Cells, room: str) -> list[str]:
    """Return the names in ``cells`` that mean the same room."""
    wanted = fold_room(room)
    if not wanted:
        return [""]
    used = cells.order_by().exclude(room="").values_list("room", flat=True).distinct()
    names = await loaders.call(lambda: list(used))
    return sorted(name for name in names if fold_room(name) == wanted)


async def _by_warnings(loaders: Loaders, cells: Cells, *, has_warnings: bool) -> Cells:
    """Return the cells that have a warning, or the others."""
    limit = settings.MAX_CELLS_PER_OPERATION
    columns = ("pk", "school_class_id", "academic_year", "scheduled_date")
    rows = cells.order_by().values_list(*columns)
    places = await loaders.call(lambda: list(rows[: limit + 1]))
    if len(places) > limit:
        count = await loaders.call(cells.count)
        template = _(
            "The other conditions match {count} cells, which exceeds the limit of {limit} for `hasWarnings`. Add conditions."
        )
        message = template.format(count=count, limit=limit)
        raise LimitExceededError(message, limit=limit, actual=count)
    warned = await loaders.cells_with_warnings(places)
    wanted = [id for id, *_place in places if (id in warned) is has_warnings]
    return cells.filter(pk__key_in=sorted(wanted))
