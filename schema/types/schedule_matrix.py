"""The matrix: one row for each class, one cell for each period."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import strawberry

from loaders.cells import Cell, CellRequest
from loaders.curriculum import ClassCurriculumData
from loaders.visible_classes import VisibleClass
from primepath.domain.cell import CLASS_CODE_PATTERN
from primepath.domain.period import Period, PeriodType, select_periods
from primepath.domain.school_class import AccessLevel
from schema.context import Info
from schema.execution.batch import BatchContext, batched
from schema.ids import DIGEST_PATTERN, key_parser
from schema.limits.list_sizes import period_count
from schema.metadata import SIZE_FROM_PARENT, Fact, depends_on, list_size
from schema.types.arguments import OfPeriods, OfPeriodType
from schema.types.cell_batches import AnyCell, cells_of_requests
from schema.types.curriculum import ClassCurriculum
from schema.types.matrix_cell import MatrixCell, load_cells
from schema.types.node import Identified
from schema.types.phrases import ACADEMIC_YEAR
from schema.types.school_class import SchoolClass, curriculum_of, curriculum_of_classes
from schema.types.sync_token import TOKEN_LENGTH, SyncToken


@dataclass(frozen=True, slots=True)
class Row:
    """A class in an academic year. If ``changed`` is set, the row has only the cells of these periods.

    ``delta`` identifies the token of a delta; None without one. A row of a delta can lack cells, so it is another
    object than the whole row.
    """

    visible_class: VisibleClass
    academic_year: int
    delta: str | None = None
    changed: frozenset[Period] | None = None

    @property
    def pk(self) -> str:
        key = f"{self.visible_class.code}/{self.academic_year}"
        return key if self.delta is None else f"{key}/{self.delta}"

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
        """Return the request for the cells of these periods."""
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
    return cells_of_requests(batch, [row.cells(selected) for row in rows])


@strawberry.type(description="One row of the matrix: a class in an academic year.")
class MatrixRow(
    Identified,
    parse_key=key_parser(rf"{CLASS_CODE_PATTERN}/[0-9]{{4}}(/{DIGEST_PATTERN})?"),
):
    fact: ClassVar = Fact.CLASS

    school_class: SchoolClass = strawberry.field(description="Class of the row.")
    academic_year: int = strawberry.field(description=ACADEMIC_YEAR)
    access_level: AccessLevel = strawberry.field(description="Your access to the class.")
    can_edit: bool = strawberry.field(description="True if you can change cells of this row.")

    @strawberry.field(
        graphql_type=ClassCurriculum | None,
        description="Curriculum of the class in this academic year.",
        metadata=batched(_curriculum_of_rows) | depends_on(Fact.CLASS),
    )
    async def curriculum(self, info: Info, row: strawberry.Parent[Row]) -> ClassCurriculumData:
        return await curriculum_of(info, row.visible_class, row.academic_year)

    @strawberry.field(
        graphql_type=list[MatrixCell],
        description="Cells of this row, JAN to DEC, then Q1 to Q4. With `changesAfter`: changed cells only.",
        metadata=batched(_cells_of_rows) | depends_on() | list_size(period_count),
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


@strawberry.type(description="Exam schedule of an academic year, with one row for each class.")
class ScheduleMatrix(Identified, parse_key=key_parser(rf"[0-9]{{4}}(/{DIGEST_PATTERN})?")):
    fact: ClassVar = Fact.CLASS

    academic_year: int = strawberry.field(description=ACADEMIC_YEAR)
    rows: list[MatrixRow] = strawberry.field(
        description="One row for each class, by division, grade and section. With `changesAfter`: changed rows only.",
        metadata=list_size(SIZE_FROM_PARENT),
    )
    unavailable_class_codes: list[str] = strawberry.field(
        description=(
            "Requested class codes that do not exist or that you do not have access to. In the order of the "
            "request, without duplicates."
        )
    )
    sync_token: str = strawberry.field(
        description=(
            "Opaque token for `changesAfter`. Store it with the matrix. Maximum length: "
            f"{TOKEN_LENGTH} characters."
        )
    )
    gained_class_codes: list[str] = strawberry.field(
        description=(
            "Classes that are new since `changesAfter`. Their rows contain all cells. Empty without "
            "`changesAfter`."
        )
    )
    lost_class_codes: list[str] = strawberry.field(
        description=(
            "Classes you can no longer see. Remove them from your copy. Classes left out of `classCodes` are "
            "not listed. Empty without `changesAfter`."
        )
    )


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of one academic year, and the requested codes without a row.

    ``token`` is None if the document does not select it. ``selection`` identifies what was requested: some classes,
    or changes; None for the whole matrix of the year.
    """

    academic_year: int
    rows: list[Row]
    unavailable_class_codes: list[str]
    token: SyncToken | None
    gained_class_codes: list[str] = field(default_factory=list)
    lost_class_codes: list[str] = field(default_factory=list)
    selection: str | None = None

    @property
    def pk(self) -> str:
        return f"{self.academic_year}" + ("" if self.selection is None else f"/{self.selection}")

    @property
    def sync_token(self) -> str | None:
        return self.token and str(self.token)
