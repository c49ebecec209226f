"""Payloads of mutations: the current state of the changed objects, and the errors in the input."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from loaders.curriculum import ClassCurriculumData
from primepath import models
from primepath.domain.cell import CellKey
from schema.context import Info
from schema.limits.list_sizes import USER_ERRORS
from schema.metadata import SIZE_FROM_PARENT, list_size
from schema.types.cell_batches import AnyCell, AnyExam
from schema.types.class_access_request import ClassAccessRequest
from schema.types.curriculum import ClassCurriculum
from schema.types.exam import Exam
from schema.types.matrix_cell import MatrixCell, load_cell, load_cells_of_keys
from schema.types.phrases import NULL_IF_HIDDEN
from schema.types.school_class import curriculum_of
from schema.types.teacher_class_assignment import TeacherClassAssignment
from schema.types.user_error import UserError

_USER_ERRORS = "Problems with the input. Empty if the mutation succeeded."


@dataclass(frozen=True, slots=True)
class CellsOutcome:
    """Source of `MatrixCellsPayload`: the keys of the target cells, or the errors in the input."""

    keys: list[CellKey]
    user_errors: list[UserError]


@strawberry.type(description="Result of a mutation that changes cells.")
class MatrixCellsPayload:
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )

    @strawberry.field(
        graphql_type=list[MatrixCell],
        description=(
            "Current state of the target cells, in the order of the input, without duplicates. Empty if the "
            "input was rejected."
        ),
        metadata=list_size(SIZE_FROM_PARENT),
    )
    async def cells(self, info: Info, outcome: strawberry.Parent[CellsOutcome]) -> list[AnyCell]:
        return await load_cells_of_keys(info, outcome.keys)


@dataclass(frozen=True, slots=True)
class CellOutcome:
    """Source of `MatrixCellPayload`."""

    key: CellKey | None
    user_errors: list[UserError]


@strawberry.type(description="Result of a mutation that changes one cell.")
class MatrixCellPayload:
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )

    @strawberry.field(
        graphql_type=MatrixCell | None,
        description="Current state of the cell, also after a rejected change. " + NULL_IF_HIDDEN,
    )
    async def cell(self, info: Info, outcome: strawberry.Parent[CellOutcome]) -> AnyCell | None:
        return await load_cell(info, outcome.key) if outcome.key else None


@dataclass(frozen=True, slots=True)
class ExamOutcome:
    """Source of `ExamPayload`."""

    exam: AnyExam | None
    user_errors: list[UserError]


@strawberry.type(description="Result of a mutation that creates or updates an exam.")
class ExamPayload:
    exam: Exam | None = strawberry.field(
        description="Current state of the exam, also after a rejected update. Null if it does not exist."
    )
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )


@dataclass(frozen=True, slots=True)
class CurriculumOutcome:
    """Source of `ClassCurriculumPayload`. ``class_code`` is None if the input was rejected."""

    class_code: str | None
    academic_year: int
    user_errors: list[UserError]


@strawberry.type(description="Result of a mutation that sets a class curriculum.")
class ClassCurriculumPayload:
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )

    @strawberry.field(
        graphql_type=ClassCurriculum | None,
        description="Current curriculum of the class in that year. Null if the input was rejected.",
    )
    async def curriculum(
        self, info: Info, outcome: strawberry.Parent[CurriculumOutcome]
    ) -> ClassCurriculumData | None:
        if outcome.class_code is None:
            return None
        visible = await info.context.loaders.classes.get(outcome.class_code)
        return await curriculum_of(info, visible, outcome.academic_year) if visible else None


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """Source of `ClassAccessRequestPayload`."""

    request: models.ClassAccessRequest | None
    user_errors: list[UserError]


@strawberry.type(description="Result of a mutation on an access request.")
class ClassAccessRequestPayload:
    request: ClassAccessRequest | None = strawberry.field(
        description="Current state of the request. Null if the input was rejected."
    )
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )


@dataclass(frozen=True, slots=True)
class AssignmentOutcome:
    """Source of `TeacherClassAssignmentPayload`."""

    assignment: models.TeacherClassAssignment | None
    user_errors: list[UserError]


@strawberry.type(description="Result of a mutation on a teacher's assignment.")
class TeacherClassAssignmentPayload:
    assignment: TeacherClassAssignment | None = strawberry.field(
        description="Current state of the assignment. Null if the input was rejected."
    )
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )
