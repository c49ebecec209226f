"""Classes."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from loaders.cells import Cell, CellRequest
from loaders.curriculum import ClassCurriculumData, CurriculumKey
from loaders.visible_classes import VisibleClass
from primepath import models
from primepath.domain.period import Period, PeriodType, select_periods
from primepath.domain.school_class import Division, school_order
from primepath.domain.weekday import Weekday, split_days
from primepath.school import planned_year
from schema.connections.pagination import Column, CursorValues, Order
from schema.context import Info
from schema.execution.batch import BatchContext, batched
from schema.ids import parse_class_code
from schema.limits.list_sizes import period_count
from schema.metadata import Fact, depends_on, list_size
from schema.types.arguments import AcademicYear, OfPeriods, OfPeriodType
from schema.types.cell_batches import AnyCell, cells_of_requests
from schema.types.curriculum import ClassCurriculum
from schema.types.matrix_cell import MatrixCell, cells_of_class
from schema.types.node import Node

if TYPE_CHECKING:
    from schema.types.teacher_class_assignment import TeacherClassAssignment

_TeacherClassAssignment = Annotated[
    "TeacherClassAssignment", strawberry.lazy("schema.types.teacher_class_assignment")
]


class _SchoolOrder(Order):
    def cursor_values(self, row: Any) -> CursorValues:
        return school_order(row)


CLASSES_IN_SCHOOL_ORDER = _SchoolOrder(
    "classes in natural order",
    (
        Column("division", int),
        Column("grade", int),
        Column("section_order", str),
        Column("code_order", str),
        Column("code", str),
    ),
    former_name="classes",
)


async def curriculum_of(
    info: Info, visible: VisibleClass, academic_year: int
) -> ClassCurriculumData:
    key = CurriculumKey(visible.code, academic_year, visible.curriculum_version)
    return await info.context.loaders.curriculum_by_class.load(key)


def curriculum_of_classes(
    batch: BatchContext, classes: Sequence[tuple[VisibleClass, int]]
) -> Awaitable[list[ClassCurriculumData]]:
    """Load the curriculum of each pair of class and academic year."""
    return batch.context.loaders.curriculum_by_class.load_all(
        [
            CurriculumKey(visible.code, academic_year, visible.curriculum_version)
            for visible, academic_year in classes
        ]
    )


def _curriculum(
    batch: BatchContext, classes: Sequence[VisibleClass], academic_year: int | None = None
) -> Awaitable[list[ClassCurriculumData]]:
    year = planned_year(academic_year)
    return curriculum_of_classes(batch, [(visible, year) for visible in classes])


def _cells(
    batch: BatchContext,
    classes: Sequence[VisibleClass],
    academic_year: int | None = None,
    type: PeriodType | None = None,
    periods: list[Period] | None = None,
) -> Awaitable[list[list[Cell]]]:
    year, selected = planned_year(academic_year), select_periods(type, periods)
    return cells_of_requests(batch, [CellRequest(visible, year, selected) for visible in classes])


def _teachers(
    batch: BatchContext, classes: Sequence[VisibleClass]
) -> Awaitable[list[list[models.TeacherClassAssignment]]]:
    return batch.context.loaders.assignments_by_class.load_all([each.code for each in classes])


@strawberry.type(description="A class of pupils, with its schedule.")
class SchoolClass(Node, source=VisibleClass, parse_key=parse_class_code, fact=Fact.CLASS):
    code: str = strawberry.field(description="Class code, for example `PRIMARY_1A`. Never changes.")
    name: str = strawberry.field(description="Display name, for example `Primary Grade 1A`.")
    division: Division = strawberry.field(description="Division of the school.")
    grade: int = strawberry.field(description="Grade. Range: 0–12. 0 is before grade 1.")
    section: str = strawberry.field(
        description="Section within the grade, for example `A`. Empty if the grade has only one."
    )
    stream: str = strawberry.field(
        description="Specialisation of the class, for example `STEM Track`. Empty if it has none."
    )
    is_active: bool = strawberry.field(description="False if the class is no longer taught.")

    @strawberry.field(
        graphql_type=list[Weekday] | None,
        description="Days of the week on which the class has lessons, in the order of the week. Null: the school's.",
        metadata=depends_on(Fact.CLASS) | list_size(2),
    )
    def lesson_days(self, visible: strawberry.Parent[VisibleClass]) -> list[Weekday] | None:
        return list(split_days(visible.lesson_days)) or None

    @strawberry.field(
        graphql_type=ClassCurriculum | None,
        description="Curriculum of the class in an academic year.",
        metadata=batched(_curriculum) | depends_on(Fact.CLASS),
    )
    async def curriculum(
        self,
        info: Info,
        visible: strawberry.Parent[VisibleClass],
        academic_year: AcademicYear = None,
    ) -> ClassCurriculumData:
        return await curriculum_of(info, visible, planned_year(academic_year))

    @strawberry.field(
        graphql_type=list[MatrixCell] | None,
        description="Cells of the class in an academic year: JAN to DEC, then Q1 to Q4.",
        metadata=batched(_cells) | list_size(period_count),
    )
    async def cells(
        self,
        info: Info,
        visible: strawberry.Parent[VisibleClass],
        academic_year: AcademicYear = None,
        type: OfPeriodType = None,
        periods: OfPeriods = None,
    ) -> list[AnyCell]:
        return await cells_of_class(info, visible, planned_year(academic_year), type, periods)

    @strawberry.field(
        graphql_type=list[_TeacherClassAssignment] | None,
        description="Assignments to the class that are in effect now, by teacher name.",
        metadata=batched(_teachers) | list_size(5),
    )
    async def teachers(
        self, info: Info, visible: strawberry.Parent[VisibleClass]
    ) -> list[models.TeacherClassAssignment]:
        return await info.context.loaders.assignments_by_class.load(visible.code)

    @classmethod
    async def load(cls, info: Info, key: str) -> VisibleClass | None:
        return await info.context.loaders.classes.get(key)
