"""The matrix: a row a class, a cell a period."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import strawberry

from loaders.cells import Cell, CellRequest
from loaders.curriculum import ClassCurriculum as LoadedCurriculum
from loaders.visible_classes import VisibleClass
from primepath.domain.period import Period, PeriodType, select_periods
from primepath.domain.school_class import AccessLevel
from schema.context import Info
from schema.execution.batch import Batch, batched
from schema.types.arguments import OfPeriods, OfPeriodType
from schema.types.cell_batches import AnyCell
from schema.types.curriculum import ClassCurriculum
from schema.types.matrix_cell import MatrixCell, cells_of_class
from schema.types.school_class import SchoolClass, curriculum_of, curriculum_of_classes


@dataclass(frozen=True, slots=True)
class Row:
    """A class in an academic year."""

    visible_class: VisibleClass
    academic_year: int

    @property
    def school_class(self) -> VisibleClass:
        return self.visible_class

    @property
    def access_level(self) -> AccessLevel:
        return self.visible_class.access_level

    @property
    def can_edit(self) -> bool:
        return self.visible_class.can_edit


def _curriculum_of_rows(batch: Batch, rows: Sequence[Row]) -> Awaitable[list[LoadedCurriculum]]:
    return curriculum_of_classes(batch, [(row.visible_class, row.academic_year) for row in rows])


def _cells_of_rows(
    batch: Batch,
    rows: Sequence[Row],
    type: PeriodType | None = None,
    periods: list[Period] | None = None,
) -> Awaitable[list[list[Cell]]]:
    selected = select_periods(type, periods)
    return batch.context.loaders.cells.load_all(
        [CellRequest(row.visible_class, row.academic_year, selected) for row in rows]
    )


@strawberry.type(description="One row of the matrix: a class in an academic year.")
class MatrixRow:
    school_class: SchoolClass = strawberry.field(description="The class.")
    academic_year: int = strawberry.field(description="The academic year, a calendar year: 2026.")
    access_level: AccessLevel = strawberry.field(description="What you may do in this class.")
    can_edit: bool = strawberry.field(description="Whether you may change cells of this row.")

    @strawberry.field(
        graphql_type=ClassCurriculum | None,
        description="What the class learns in this academic year.",
        metadata=batched(_curriculum_of_rows),
    )
    async def curriculum(self, info: Info, row: strawberry.Parent[Row]) -> LoadedCurriculum:
        return await curriculum_of(info, row.visible_class, row.academic_year)

    @strawberry.field(
        graphql_type=list[MatrixCell],
        description="The cells of this row: JAN to DEC, then Q1 to Q4.",
        metadata=batched(_cells_of_rows),
    )
    async def cells(
        self,
        info: Info,
        row: strawberry.Parent[Row],
        type: OfPeriodType = None,
        periods: OfPeriods = None,
    ) -> list[AnyCell]:
        return await cells_of_class(info, row.visible_class, row.academic_year, type, periods)


@strawberry.type(description="The exam schedule of an academic year, a row for each class.")
class ScheduleMatrix:
    academic_year: int = strawberry.field(description="The academic year, a calendar year: 2026.")
    rows: list[MatrixRow] = strawberry.field(
        description="A row for each class, by division, grade and section."
    )
    unavailable_class_codes: list[str] = strawberry.field(
        description=(
            "The codes that were asked for and have no row, because there is no such class "
            "or you may not see it. In the order asked for, each once."
        )
    )


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of one academic year, and the codes that have none."""

    academic_year: int
    rows: list[Row]
    unavailable_class_codes: list[str]
