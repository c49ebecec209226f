"""The matrix: a row a class, a cell a period."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field

import strawberry

from loaders.cells import Cell, CellRequest
from loaders.curriculum import ClassCurriculumData
from loaders.visible_classes import VisibleClass
from primepath.domain.period import Period, PeriodType, select_periods
from primepath.domain.school_class import AccessLevel
from schema.context import Info
from schema.execution.batch import BatchContext, batched
from schema.limits.list_sizes import period_count
from schema.metadata import SIZE_FROM_PARENT, list_size
from schema.types.arguments import OfPeriods, OfPeriodType
from schema.types.cell_batches import AnyCell
from schema.types.curriculum import ClassCurriculum
from schema.types.matrix_cell import MatrixCell, load_cells
from schema.types.school_class import SchoolClass, curriculum_of, curriculum_of_classes
from schema.types.sync_token import SyncToken


@dataclass(frozen=True, slots=True)
class Row:
    """A class in an academic year. It gives only the cells of the ``changed`` periods, unless that is None."""

    visible_class: VisibleClass
    academic_year: int
    changed: frozenset[Period] | None = None

    @property
    def school_class(self) -> VisibleClass:
        return self.visible_class

    @property
    def access_level(self) -> AccessLevel:
        return self.visible_class.access_level

    @property
    def can_edit(self) -> bool:
        return self.visible_class.can_edit

    def cells(self, periods: tuple[Period, ...]) -> CellRequest:
        """Its cells of these periods."""
        if self.changed is not None:
            periods = tuple(period for period in periods if period in self.changed)
        return CellRequest(self.visible_class, self.academic_year, periods)


def _curriculum_of_rows(
    batch: BatchContext, rows: Sequence[Row]
) -> Awaitable[list[ClassCurriculumData]]:
    return curriculum_of_classes(batch, [(row.visible_class, row.academic_year) for row in rows])


def _cells_of_rows(
    batch: BatchContext,
    rows: Sequence[Row],
    type: PeriodType | None = None,
    periods: list[Period] | None = None,
) -> Awaitable[list[list[Cell]]]:
    selected = select_periods(type, periods)
    return batch.context.loaders.cells.load_all([row.cells(selected) for row in rows])


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
    async def curriculum(self, info: Info, row: strawberry.Parent[Row]) -> ClassCurriculumData:
        return await curriculum_of(info, row.visible_class, row.academic_year)

    @strawberry.field(
        graphql_type=list[MatrixCell],
        description=(
            "The cells of this row: JAN to DEC, then Q1 to Q4. With `changesAfter`, those of them that have changed."
        ),
        metadata=batched(_cells_of_rows) | list_size(period_count),
    )
    async def cells(
        self,
        info: Info,
        row: strawberry.Parent[Row],
        type: OfPeriodType = None,
        periods: OfPeriods = None,
    ) -> list[AnyCell]:
        (cells,) = await load_cells(info, [row.cells(select_periods(type, periods))])
        return cells


@strawberry.type(description="The exam schedule of an academic year, a row for each class.")
class ScheduleMatrix:
    academic_year: int = strawberry.field(description="The academic year, a calendar year: 2026.")
    rows: list[MatrixRow] = strawberry.field(
        description=(
            "A row for each class, by division, grade and section. With `changesAfter`, the rows that have changed."
        ),
        metadata=list_size(SIZE_FROM_PARENT),
    )
    unavailable_class_codes: list[str] = strawberry.field(
        description=(
            "The codes that were asked for and have no row, because there is no such class "
            "or you may not see it. In the order asked for, each once."
        )
    )
    sync_token: str = strawberry.field(
        description=(
            "Keep it beside the matrix, and send it as `changesAfter` to be told what has changed since. "
            "Opaque: about 20 characters for each class."
        )
    )
    gained_class_codes: list[str] = strawberry.field(
        description=(
            "With `changesAfter`: the classes that you see now and did not have. They have rows with all cells."
        )
    )
    lost_class_codes: list[str] = strawberry.field(
        description=(
            "With `changesAfter`: the classes that you had, did not leave out of `classCodes`, and may not see any longer. "
            "Forget them. Those that were asked for by code are among `unavailableClassCodes` too."
        )
    )


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of one academic year, and the codes that have none.

    ``token`` is there where the document asks for it.
    """

    academic_year: int
    rows: list[Row]
    unavailable_class_codes: list[str]
    token: SyncToken | None
    gained_class_codes: list[str] = field(default_factory=list)
    lost_class_codes: list[str] = field(default_factory=list)

    @property
    def sync_token(self) -> str | None:
        return self.token and str(self.token)
