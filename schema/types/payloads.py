"""What mutations answer: the thing as it is now, or what is wrong with the input."""

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
from schema.types.school_class import curriculum_of
from schema.types.teacher_class_assignment import TeacherClassAssignment
from schema.types.user_error import UserError

_USER_ERRORS = "What is wrong with the input; empty where it was carried out."


@dataclass(frozen=True, slots=True)
class CellsOutcome:
    """What `MatrixCellsPayload` is read from: the keys of the cells that were to be changed, or why they were not."""

    keys: list[CellKey]
    user_errors: list[UserError]


@strawberry.type(description="The cells as they are now, or what is wrong with the input.")
class MatrixCellsPayload:
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )

    @strawberry.field(
        graphql_type=list[MatrixCell],
        description=(
            "The cells that were to be changed, as they are now, in the order of the input, each once; "
            "empty where the input was refused."
        ),
        metadata=list_size(SIZE_FROM_PARENT),
    )
    async def cells(self, info: Info, outcome: strawberry.Parent[CellsOutcome]) -> list[AnyCell]:
        return await load_cells_of_keys(info, outcome.keys)


@dataclass(frozen=True, slots=True)
class CellOutcome:
    """What `MatrixCellPayload` is read from."""

    key: CellKey | None
    user_errors: list[UserError]


@strawberry.type(description="The cell as it is now, or what is wrong with the input.")
class MatrixCellPayload:
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )

    @strawberry.field(
        graphql_type=MatrixCell | None,
        description=(
            "The cell as it is now, also where the input was refused, so that it can be shown beside what was wrong; "
            "null where there is no such cell or you may not see it."
        ),
    )
    async def cell(self, info: Info, outcome: strawberry.Parent[CellOutcome]) -> AnyCell | None:
        return await load_cell(info, outcome.key) if outcome.key else None


@dataclass(frozen=True, slots=True)
class ExamOutcome:
    """What `ExamPayload` is read from."""

    exam: AnyExam | None
    user_errors: list[UserError]


@strawberry.type(description="The exam as it is now, or what is wrong with the input.")
class ExamPayload:
    exam: Exam | None = strawberry.field(
        description=(
            "The exam as it is now, also where a change was refused, so that it can be shown beside what was wrong; "
            "null where there is none."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )


@dataclass(frozen=True, slots=True)
class CurriculumOutcome:
    """What `ClassCurriculumPayload` is read from: whose curriculum was set; no class where the input was refused."""

    class_code: str | None
    academic_year: int
    user_errors: list[UserError]


@strawberry.type(description="What the class learns now, or what is wrong with the input.")
class ClassCurriculumPayload:
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )

    @strawberry.field(
        graphql_type=ClassCurriculum | None,
        description="What the class learns in that year now; null where the input was refused.",
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
    """What `ClassAccessRequestPayload` is read from."""

    request: models.ClassAccessRequest | None
    user_errors: list[UserError]


@strawberry.type(description="The request as it is now, or what is wrong with the input.")
class ClassAccessRequestPayload:
    request: ClassAccessRequest | None = strawberry.field(
        description="The request as it is now; null where the input was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )


@dataclass(frozen=True, slots=True)
class AssignmentOutcome:
    """What `TeacherClassAssignmentPayload` is read from."""

    assignment: models.TeacherClassAssignment | None
    user_errors: list[UserError]


@strawberry.type(description="The assignment as it is now, or what is wrong with the input.")
class TeacherClassAssignmentPayload:
    assignment: TeacherClassAssignment | None = strawberry.field(
        description="The assignment as it is now; null where the input was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=_USER_ERRORS, metadata=list_size(USER_ERRORS)
    )
